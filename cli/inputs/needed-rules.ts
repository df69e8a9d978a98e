import type { RuleSet } from '../../lambda/detection/index.ts';

type Rule = RuleSet['rules'][number];

/** Some rules and those that their correlations name, and no others: judging by all of them takes time. */
export function neededRules({ version, rules }: RuleSet, isWanted: (rule: Rule) => boolean): RuleSet {
  const byId = new Map(rules.map((rule) => [rule.metadata.id, rule]));
  const needed = new Set(rules.filter(isWanted));
  // A set that grows is iterated to its new end.
  for (const rule of needed) {
    if (rule.kind !== 'correlation') continue;
    for (const id of rule.rules) {
      const named = byId.get(id);
      if (named !== undefined) needed.add(named);
    }
  }
  return { version, rules: rules.filter((rule) => needed.has(rule)) };
}
