import { RE2JS, RE2JSException } from 're2js';
import type { ValueTest } from '../language/rule-set.ts';

/** Bounds on the regular expressions that a rule may use. */
export interface RegexLimits {
  /** Characters of the pattern. Default 1,000. */
  maxLength?: number;
  /** Instructions of the compiled program, which bounds the time for each character matched. Default 10,000. */
  maxProgramSize?: number;
}

type RegexTest = Extract<ValueTest, { is: 'regex' }>;

const DEFAULT_MAX_LENGTH = 1_000;
const DEFAULT_MAX_PROGRAM_SIZE = 10_000;

/**
 * What RE2 doesn't support, because it can't be matched in time linear in the text; named as a rule's author would name
 * it.
 */
const UNBOUNDED: readonly (readonly [RegExp, string])[] = [
  [/\(\?[=!]/, 'a lookahead'],
  [/\\[1-9]|\(\?P=|\\k[<{']/, 'a backreference'],
  [/\(\?>/, 'an atomic group'],
  [/[*+?}]\+/, 'a possessive quantifier'],
];

/** Why the pattern cannot be used, or undefined if it can. */
export function faultOfRegex(test: RegexTest, limits: RegexLimits = {}): string | undefined {
  const maxLength = limits.maxLength ?? DEFAULT_MAX_LENGTH;
  const maxProgramSize = limits.maxProgramSize ?? DEFAULT_MAX_PROGRAM_SIZE;
  if (test.pattern.length > maxLength) return `the regular expression is longer than ${maxLength} characters`;
  try {
    const size = compileRegex(test).programSize();
    return size > maxProgramSize
      ? `the regular expression compiles to ${size} instructions, more than ${maxProgramSize}`
      : undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const withoutEscapes = test.pattern.replaceAll(/\\[^1-9kP]/g, '');
    const unbounded = UNBOUNDED.find(([syntax]) => syntax.test(withoutEscapes));
    if (unbounded !== undefined) {
      return `the regular expression uses ${unbounded[1]}, which cannot be matched in linear time`;
    }
    return `not a regular expression of RE2: ${error.message.replace(/^error parsing regexp: /, '')}`;
  }
}

/**
 * The regular expression, searched for anywhere in a text, in time linear in the text. @throws Error for a faulty
 * pattern.
 */
export function compileRegex(test: RegexTest): RE2JS {
  let flags = 0;
  if (test.ignoreCase) flags |= RE2JS.CASE_INSENSITIVE;
  if (test.multiline) flags |= RE2JS.MULTILINE;
  if (test.dotAll) flags |= RE2JS.DOTALL;
  // Lookbehinds run on the slower automaton, so only a pattern that has one pays for it.
  if (/\(\?<[=!]/.test(test.pattern)) flags |= RE2JS.LOOKBEHINDS;
  return RE2JS.compile(test.pattern, flags);
}
