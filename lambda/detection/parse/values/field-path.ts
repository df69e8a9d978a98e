import type { Position, Report } from '../../language/problem.ts';
import { type Field, QUANTIFIERS, type Quantifier } from '../../language/rule-set.ts';

/** A field name taken apart: the fields up to each quantifier, and what is left behind the last. */
export interface FieldPath {
  /** Blocks to open, outermost first: `a[any].b[all].c` opens `a` and, for each member, `b`. */
  blocks: readonly { field: Field; quantifier: Quantifier }[];
  /** What the innermost block compares; undefined is the member itself. */
  field: Field | undefined;
}

interface Selector {
  text: string;
  at: number | Quantifier;
}

/**
 * Takes a field name apart. With `brackets` (sigma-version 3 and higher) the selectors of Sigma enhancement proposal
 * 212 are read: `[any]`, `[all]`, `[all_or_empty]`, `[none]`, `[0]`, `[-1]`; `\[` and `\]` are literal. Below that a
 * bracket is a part of the name.
 */
export function parseFieldPath(name: string, brackets: boolean, at: Position, report: Report): FieldPath | undefined {
  if (!brackets) return { blocks: [], field: { name, path: name.split('.') } };
  const blocks: { field: Field; quantifier: Quantifier }[] = [];
  let path: (string | number)[] = [];
  let written = '';
  for (const segment of (name.startsWith('.[') ? name.slice(1) : name).split('.')) {
    if (segment === '') return report.at(at, `'${name}' has an empty part`);
    const parsed = parseSegment(segment, name, at, report);
    if (parsed === undefined) return undefined;
    written += `${written === '' ? '' : '.'}${parsed.written}`;
    if (parsed.key !== '') path.push(parsed.key);
    for (const selector of parsed.selectors) {
      if (typeof selector.at === 'number') {
        path.push(selector.at);
        written += selector.text;
        continue;
      }
      blocks.push({ field: { name: written === '' ? '.' : written, path }, quantifier: selector.at });
      path = [];
      written = '';
    }
  }
  return { blocks, field: path.length === 0 ? undefined : { name: written, path } };
}

function parseSegment(
  segment: string,
  name: string,
  at: Position,
  report: Report,
): { key: string; written: string; selectors: Selector[] } | undefined {
  const [, written = '', tail = ''] = /^((?:\\[[\]]|[^[\]])*)((?:\[[^[\]]*\])*)$/.exec(segment) ?? [];
  if (written + tail !== segment) {
    return report.at(at, `the brackets of '${name}' do not pair; a literal bracket is written \\[ or \\]`);
  }
  const selectors: Selector[] = [];
  for (const text of tail.match(/\[[^\]]*\]/g) ?? []) {
    const inside = text.slice(1, -1);
    const quantifier = QUANTIFIERS.find((word) => word === inside);
    if (quantifier === undefined && !/^-?\d{1,9}$/.test(inside)) {
      return report.at(at, `'${text}' in '${name}' is neither a position nor one of [${QUANTIFIERS.join('], [')}]`);
    }
    selectors.push({ text, at: quantifier ?? Number(inside) });
  }
  return { key: written.replaceAll(/\\([[\]])/g, '$1'), written, selectors };
}
