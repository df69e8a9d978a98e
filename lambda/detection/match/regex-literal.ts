import type { ValueTest } from '../language/rule-set.ts';

/** Syntax under which a character need not occur, or not as it stands: alternatives, groups, classes, flags, quotes. */
const INVOLVED = /[|()[\]{}]|\\[A-Za-z0-9]/;

/**
 * The longest text that occurs (in upper or lower case) in everything that the regular expression matches, or '' if
 * that isn't easy to see. Only plain sequences are examined.
 */
export function literalOfRegex({ pattern, ignoreCase }: Extract<ValueTest, { is: 'regex' }>): string {
  if (INVOLVED.test(pattern)) return '';
  const runs: string[] = [''];
  const atoms = pattern.match(/\\.|[^\\]/gsu) ?? [];
  for (const [i, atom] of atoms.entries()) {
    const next = atoms[i + 1] ?? '';
    // Without case RE2 takes the long ſ for an s, which lower case keeps apart.
    const isFolded = ignoreCase && /^s$/i.test(atom);
    if (isFolded || /^[.^$*+?]$/.test(atom)) runs.push('');
    else if (next === '*' || next === '?') runs.push('');
    else runs[runs.length - 1] += atom.length > 1 && atom.startsWith('\\') ? atom.slice(1) : atom;
  }
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}
