import { createHash } from 'node:crypto';
import type { RuleSet } from '../language/rule-set.ts';

type Rule = RuleSet['rules'][number];

/**
 * The rules with hashes of correlations that take in those of the rules that they name, over however many others: what
 * a correlation means changes with them. No correlation names itself.
 */
export function withBaseHashes(rules: readonly Rule[]): Rule[] {
  const byId = new Map(rules.map((rule) => [rule.metadata.id, rule]));
  const known = new Map<string, string>();
  const hashOf = (rule: Rule): string => {
    const { id, hash } = rule.metadata;
    if (rule.kind === 'detection') return hash;
    const before = known.get(id);
    if (before !== undefined) return before;
    const bases = rule.rules.map((base) => {
      const named = byId.get(base);
      return named === undefined ? '' : hashOf(named);
    });
    const whole = createHash('sha256')
      .update([hash, ...bases].join('\n'))
      .digest('hex');
    known.set(id, whole);
    return whole;
  };
  return rules.map((rule) => ({ ...rule, metadata: { ...rule.metadata, hash: hashOf(rule) } }));
}
