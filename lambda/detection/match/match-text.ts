import { DASHES } from '../language/encodings.ts';
import type { Part } from '../language/sigma-string.ts';

/** Text in the form that is compared without case. The final sigma counts as an ordinary sigma. */
export function fold(text: string): string {
  const lowered = text.toLowerCase();
  return lowered.includes('ς') ? lowered.replaceAll('ς', 'σ') : lowered;
}

/** Whether a text (folded already, unless the pattern is cased) is what the pattern describes, from end to end. */
export function compilePattern(pattern: readonly Part[], cased: boolean): (text: string) => boolean {
  const runs = splitAtMany(pattern, cased);
  const [first = [], ...others] = runs;
  const last = others.pop();
  if (runs.every(isLiteral)) return compileLiterals(runs.map(literalOf));
  if (last === undefined) return (text) => matchRun(first, text, 0) === text.length;
  return (text) => {
    let position = matchRun(first, text, 0);
    for (const run of others) {
      if (position === -1) return false;
      position = findRun(run, text, position);
    }
    return position !== -1 && endsWithRun(last, text, position);
  };
}

/** A stretch of a pattern between two `*`: literal texts and single characters. */
type Run = readonly (string | typeof ONE | typeof DASH)[];
const ONE = Symbol('?');
const DASH = Symbol('-');

function splitAtMany(pattern: readonly Part[], cased: boolean): Run[] {
  const runs: (string | typeof ONE | typeof DASH)[][] = [[]];
  for (const part of pattern) {
    if ('wild' in part && part.wild === 'many') runs.push([]);
    else if ('wild' in part) runs.at(-1)?.push(part.wild === 'one' ? ONE : DASH);
    else runs.at(-1)?.push(cased ? part.text : fold(part.text));
  }
  return runs;
}

function isLiteral(run: Run): boolean {
  return run.every((element) => typeof element === 'string');
}

function literalOf(run: Run): string {
  return run.map(String).join('');
}

/** The most frequent patterns, matched without a loop: `x`, `x*`, `*x`, `*x*` and `x*y`. */
function compileLiterals(runs: readonly string[]): (text: string) => boolean {
  const [first = '', ...others] = runs;
  const last = others.pop();
  if (last === undefined) return (text) => text === first;
  if (others.length === 0) {
    if (first === '' && last === '') return () => true;
    if (last === '') return (text) => text.startsWith(first);
    if (first === '') return (text) => text.endsWith(last);
    const shortest = first.length + last.length;
    return (text) => text.length >= shortest && text.startsWith(first) && text.endsWith(last);
  }
  const [only = ''] = others;
  if (first === '' && last === '' && others.length === 1) return (text) => text.includes(only);
  return (text) => {
    if (!text.startsWith(first)) return false;
    let position = first.length;
    for (const middle of others) {
      const found = text.indexOf(middle, position);
      if (found === -1) return false;
      position = found + middle.length;
    }
    return text.length - position >= last.length && text.endsWith(last);
  };
}

/** Where the run ends when it starts at a position, or -1 where it doesn't match there. */
function matchRun(run: Run, text: string, start: number): number {
  let position = start;
  for (const element of run) {
    if (element === DASH) {
      if (!DASHES.some((dash) => text.charAt(position) === dash)) return -1;
      position += 1;
    } else if (element === ONE) {
      const codePoint = text.codePointAt(position);
      if (codePoint === undefined) return -1;
      position += codePoint > 0xffff ? 2 : 1;
    } else {
      if (!text.startsWith(element, position)) return -1;
      position += element.length;
    }
  }
  return position;
}

/** Where the run ends when it is searched for from a position on, or -1. */
function findRun(run: Run, text: string, from: number): number {
  for (let start = from; start <= text.length; start++) {
    const end = matchRun(run, text, start);
    if (end !== -1) return end;
  }
  return -1;
}

function endsWithRun(run: Run, text: string, from: number): boolean {
  for (let start = from; start <= text.length; start++) {
    if (matchRun(run, text, start) === text.length) return true;
  }
  return false;
}
