import { MAX_CONDITION_RULES } from '../correlation/rule-condition-holds.ts';
import type { Report } from '../language/problem.ts';
import type { ConditionNode, CorrelationType } from '../language/rule-set.ts';
import type { YamlNode, YamlScalar } from '../language/yaml-tree.ts';
import { parseConditions } from './detection-condition.ts';
import type { RuleReference } from './rule-references.ts';

/** A condition over the rules that a correlation names, before they were looked up. */
export interface RuleCondition {
  condition: ConditionNode;
  /** The rules that it names, each once and in its order. */
  rules: readonly RuleReference[];
}

/** Whether a condition is one over rules, as in `a and not b`, and not a map of operators. */
export function isRuleCondition(node: YamlNode | undefined): node is YamlScalar {
  return node?.kind === 'scalar' && typeof node.value === 'string' && node.text.trim() !== '';
}

/**
 * Reads a condition over rules: their ids or names with `and`, `or`, `not` and parentheses. This is an extension of
 * specification v2.1, and works as in pySigma. Rules in a temporal order can only be joined by `and`.
 */
export function parseRuleCondition(node: YamlScalar, type: CorrelationType, report: Report): RuleCondition | undefined {
  const words = node.text.match(/[^\s()]+/g) ?? [];
  const names = [...new Set(words.filter((word) => !['and', 'or', 'not'].includes(word.toLowerCase())))];
  if (names.some((name) => name.toLowerCase() === 'of')) {
    return report.at(node.at, `the condition of a correlation names each rule: it has no 'of'`);
  }
  if (names.length > MAX_CONDITION_RULES) {
    return report.at(node.at, `the condition names more than ${MAX_CONDITION_RULES} rules`);
  }
  const condition = parseConditions(node, names, report);
  if (condition === undefined) return undefined;
  if (type === 'temporal_ordered' && !isConjunction(condition)) {
    return report.at(node.at, `the condition of temporal_ordered joins its rules with 'and' alone`);
  }
  const rules = names.map((reference) => ({ reference, at: node.at }));
  report.references.push(...rules);
  return { condition, rules };
}

function isConjunction(condition: ConditionNode): boolean {
  return condition.kind === 'selection' || (condition.kind === 'and' && condition.of.every(isConjunction));
}
