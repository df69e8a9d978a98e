import { nearest } from '../../shared/nearest.ts';
import type { Report } from '../language/problem.ts';
import { type CorrelationRule, LEVELS, type RuleSet } from '../language/rule-set.ts';
import { describeNode, entryOf, type YamlMap, type YamlNode } from '../language/yaml-tree.ts';

type Rule = RuleSet['rules'][number];

const KEYS = ['gte', 'tactics'];

/** What a chain asks for: how many rules, and how many tactics they come to. */
export interface ChainCondition {
  readonly rules: number;
  readonly tactics: number;
}

/**
 * Reads the condition of a `chain`, an extension of specification v2.1: `gte: 4` rules that come to `tactics: 3`. A chain
 * names no rules, because every rule whose findings are of low or above is one of its members.
 * @returns undefined, with problems, where it can't be read.
 */
export function parseChainCondition(
  section: YamlMap,
  node: YamlNode | undefined,
  report: Report,
): ChainCondition | undefined {
  const before = report.problems.length;
  for (const key of ['rules', 'aliases']) {
    const entry = entryOf(section, key);
    if (entry === undefined) continue;
    report.at(entry.keyAt, `a chain has no '${key}': its members are the rules whose findings are of low or above`);
  }
  if (node?.kind !== 'map') return report.at(node?.at ?? section.at, 'a chain needs a condition, as in gte: 4');
  for (const { key, keyAt } of node.entries) {
    if (!KEYS.includes(key)) report.at(keyAt, `the condition of a chain has no '${key}'`, nearest(key, KEYS));
  }
  const rules = countOf(node, 'gte', report);
  const tactics = entryOf(node, 'tactics') === undefined ? 1 : countOf(node, 'tactics', report);
  if (rules === undefined || tactics === undefined || report.problems.length > before) return undefined;
  return { rules, tactics };
}

function countOf(node: YamlMap, key: string, report: Report): number | undefined {
  const value = entryOf(node, key)?.value;
  const number = value?.kind === 'scalar' ? Number(value.text) : Number.NaN;
  if (Number.isInteger(number) && number >= 1) return number;
  return report.at(
    value?.at ?? node.at,
    `${key} of a chain is a whole number from 1${value === undefined ? '' : `, not ${describeNode(value)}`}`,
  );
}

/** Gives each chain its members: all rules of the set whose findings are of low or above, except chains. */
export function withChainMembers(rules: readonly Rule[]): readonly Rule[] {
  const members = rules.filter(
    (rule) =>
      rule.metadata.finding &&
      LEVELS.indexOf(rule.metadata.level) >= LEVELS.indexOf('low') &&
      !(rule.kind === 'correlation' && rule.type === 'chain'),
  );
  const ids = members.map(({ metadata }) => metadata.id);
  const byRule = Object.fromEntries(members.map(({ metadata: { id, tags } }) => [id, tacticsOf(tags)]));
  return rules.map((rule) => {
    if (rule.kind !== 'correlation' || rule.tactics === undefined) return rule;
    const groupBy = rule.groupBy.map(({ name, byRule: fields }): CorrelationRule['groupBy'][number] => {
      const field = fields[ANY];
      return { name, byRule: field === undefined ? {} : Object.fromEntries(ids.map((id) => [id, field])) };
    });
    return { ...rule, rules: ids, groupBy, tactics: { atLeast: rule.tactics.atLeast, byRule } };
  });
}

/** Stands for all rules until it is known which they are. */
export const ANY = '*';

/** The tactics among a rule's tags. Those of techniques, groups and software are none. */
function tacticsOf(tags: readonly string[]): string[] {
  const names = tags.flatMap((tag) => /^attack\.(?![tgs]\d{4})(.+)$/i.exec(tag)?.[1] ?? []);
  return [...new Set(names.map((name) => name.toLowerCase().replaceAll('_', '-')))];
}
