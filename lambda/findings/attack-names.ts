/** Techniques that ATT&CK v19 (April 2026) has under another id: those of T1562, Impair Defenses. */
const TECHNIQUES: ReadonlyMap<string, string> = new Map([
  ['t1562', 't1685'],
  ['t1562.001', 't1685'],
  ['t1562.007', 't1686.001'],
  ['t1562.008', 't1685.002'],
]);

/** Techniques of the tactic Defense Impairment. */
const IMPAIRMENT = /^t(1562|1685|1686)(\.|$)/;

/**
 * The tactics and techniques among the tags of a rule, `attack.stealth`, `attack.t1685.002`: without `attack.`, in lower
 * case, each once, under the names of ATT&CK v19. Names of before are aliases: v19 split Defense Evasion into Stealth
 * and Defense Impairment, so that a rule that also names a technique of T1562 has the latter, and any other the former.
 */
export function attackNames(tags: readonly string[]): readonly string[] {
  const names = tags.flatMap((tag) => /^attack\.(.+)$/i.exec(tag)?.[1]?.toLowerCase().replaceAll('_', '-') ?? []);
  const evasion = names.some((name) => IMPAIRMENT.test(name)) ? 'defense-impairment' : 'stealth';
  return [...new Set(names.map((name) => (name === 'defense-evasion' ? evasion : (TECHNIQUES.get(name) ?? name))))];
}
