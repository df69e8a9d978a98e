import { holds } from '../correlation/condition-holds.ts';
import { canHold, isMonotone, renamed } from '../correlation/rule-condition-holds.ts';
import type { ConditionNode, CorrelatedField, CorrelationRule } from '../language/rule-set.ts';
import { ANY } from './chain-section.ts';
import type { NamedField } from './correlation-section.ts';
import type { Identified } from './rule-drafts.ts';
import type { Directory, RuleReference } from './rule-references.ts';

/** The rules and fields of a correlation, looked up. */
export type Link = Pick<CorrelationRule, 'rules' | 'groupBy' | 'valueFields' | 'ruleCondition'>;

export interface Linked {
  /** By id. `foreign` where all that a correlation names is for another log source. */
  correlations: ReadonlyMap<string, Link | 'foreign'>;
  /** Ids of the rules that some correlation names. */
  referenced: ReadonlySet<string>;
  /** Ids of those that make findings of their own nevertheless. */
  generated: ReadonlySet<string>;
}

/**
 * Looks up the rules that the correlations name. A correlation is rejected if it names a rule that doesn't exist, or
 * itself (directly or through others). Then everything that names it is rejected too. Rules of another log source never
 * match: a correlation that names only such rules is foreign too.
 */
export function linkCorrelations(
  drafts: readonly Identified[],
  directory: Directory<Identified>,
  foreign: ReadonlySet<string>,
): Linked {
  const correlations = new Map<string, Link | 'foreign'>();
  const referenced = new Set<string>();
  const generated = new Set<string>();
  const open: string[] = [];

  const link = (draft: Identified<'correlation'>): Link | 'foreign' | undefined => {
    const known = correlations.get(draft.id);
    if (known !== undefined || draft.report.problems.length > 0) return known;
    if (open.includes(draft.id))
      return draft.report.at(draft.at, 'the correlation names itself, over others or at once');
    open.push(draft.id);
    const linked = linkOne(draft);
    open.pop();
    if (linked !== undefined && draft.report.problems.length === 0) correlations.set(draft.id, linked);
    return correlations.get(draft.id);
  };

  const linkOne = (draft: Identified<'correlation'>): Link | 'foreign' | undefined => {
    const { type, rules, groupBy, valueFields } = draft.correlation;
    // Which rules make findings, and of which level, is known when all of them are finished.
    if (type === 'chain') {
      const fields = groupBy.map((field): CorrelatedField => ({ name: field.name, byRule: everywhere(field, [ANY]) }));
      return { rules: [], groupBy: fields, valueFields: [] };
    }
    const ids = new Map<string, string>();
    const local: string[] = [];
    for (const reference of rules) {
      const rule = directory.find(reference, draft.report);
      if (rule === undefined) continue;
      if ([...ids.values()].includes(rule.id)) draft.report.at(reference.at, `'${reference.reference}' is named twice`);
      ids.set(reference.reference, rule.id);
      if (rule.kind === 'correlation' && checkFirstSeen(draft, rule, reference) === false) continue;
      const inner = rule.kind === 'correlation' ? link(rule) : undefined;
      if (rule.kind === 'correlation' && inner === undefined) {
        draft.report.at(reference.at, `the correlation '${reference.reference}' is rejected itself`);
      } else if (!foreign.has(rule.id) && inner !== 'foreign') local.push(rule.id);
    }
    const byAlias = resolveAliases(draft, directory, [...ids.values()]);
    const resolve = (field: NamedField): CorrelatedField => ({
      name: field.name,
      byRule: byAlias.get(field.name) ?? everywhere(field, [...ids.values()]),
    });
    const ruleCondition = resolveRuleCondition(draft, directory, ids);
    const resolved = {
      rules: local,
      groupBy: groupBy.map(resolve),
      valueFields: valueFields.map(resolve),
      ...(ruleCondition && draft.correlation.type === 'temporal' && { ruleCondition }),
    };
    if (draft.report.problems.length > 0) return undefined;
    if (local.length === 0 || !canFire(draft.correlation, local.length)) return 'foreign';
    if (resolved.ruleCondition !== undefined && !canJudge(resolved.ruleCondition, local, ids.size)) return 'foreign';
    for (const id of ids.values()) {
      referenced.add(id);
      if (draft.correlation.generate) generated.add(id);
    }
    return resolved;
  };

  for (const draft of drafts) if (draft.kind === 'correlation') link(draft);
  return { correlations, referenced, generated };
}

/** What first_seen has learnt isn't known to the rules above it, and what is below it must be a single event. */
function checkFirstSeen(
  { correlation, report }: Identified<'correlation'>,
  named: Identified<'correlation'>,
  { at, reference }: RuleReference,
): boolean {
  const above = correlation.type === 'first_seen';
  if (!above && named.correlation.type !== 'first_seen') return true;
  report.at(
    at,
    above
      ? `'${reference}' is a correlation: first_seen names detection rules`
      : `'${reference}' is of type first_seen, which no correlation can name`,
  );
  return false;
}

/** A temporal correlation counts its rules: without those for other log sources it may never have enough of them. */
function canFire({ type, condition }: Identified<'correlation'>['correlation'], rules: number): boolean {
  if (type !== 'temporal' && type !== 'temporal_ordered') return true;
  return Array.from({ length: rules }, (_, i) => i + 1).some((count) => holds(condition, count));
}

/** For a rule of another log source it isn't known that it did not match, only that it was not seen. */
function canJudge(condition: ConditionNode, local: readonly string[], rules: number): boolean {
  return canHold(condition, local) && (local.length === rules || isMonotone(condition));
}

/** The condition over the ids of the correlation's rules. One that they can never fulfil is a problem. */
function resolveRuleCondition(
  { correlation, report, at: start }: Identified<'correlation'>,
  directory: Directory<Identified>,
  ids: ReadonlyMap<string, string>,
): ConditionNode | undefined {
  const { type, rules, ruleCondition } = correlation;
  if (ruleCondition === undefined) return undefined;
  const at = ruleCondition.rules[0]?.at ?? start;
  const byReference = new Map<string, string>();
  for (const reference of ruleCondition.rules) {
    // Without a list of rules these are the rules, and were looked up already.
    const id = rules.includes(reference) ? ids.get(reference.reference) : directory.find(reference, report)?.id;
    if (id === undefined) return undefined;
    if (![...ids.values()].includes(id)) {
      return report.at(at, `the correlation does not name '${reference.reference}'`);
    }
    byReference.set(reference.reference, id);
  }
  const missing = [...ids.values()].find((id) => ![...byReference.values()].includes(id));
  if (type === 'temporal_ordered' && missing !== undefined) {
    return report.at(at, `the condition of temporal_ordered leaves out '${directory.titleOf(missing)}'`);
  }
  const condition = renamed(ruleCondition.condition, (name) => byReference.get(name) ?? name);
  if (canHold(condition, [...ids.values()])) return condition;
  return report.at(at, 'the condition can never hold: no rules that match fulfil it');
}

function everywhere({ name, path }: NamedField, ids: readonly string[]): CorrelatedField['byRule'] {
  return Object.fromEntries(ids.map((id) => [id, { name, path: [...path] }]));
}

/** An alias names a field for each of the correlated rules; one that leaves a rule out cannot group its events. */
function resolveAliases(
  { correlation, report }: Identified<'correlation'>,
  directory: Directory<Identified>,
  ids: readonly string[],
): Map<string, CorrelatedField['byRule']> {
  const byAlias = new Map<string, CorrelatedField['byRule']>();
  for (const { alias, at, fields } of correlation.aliases) {
    const byRule = new Map<string, { name: string; path: readonly (string | number)[] }>();
    for (const { field, ...reference } of fields) {
      const rule = directory.find(reference, report);
      if (rule === undefined) continue;
      if (!ids.includes(rule.id)) report.at(reference.at, `the correlation does not name '${reference.reference}'`);
      byRule.set(rule.id, field);
    }
    const missing = ids.filter((id) => !byRule.has(id));
    if (missing.length > 0 && fields.length > 0) {
      report.at(at, `the alias '${alias}' says nothing of the rule '${directory.titleOf(missing[0] ?? '')}'`);
    }
    byAlias.set(alias, Object.fromEntries(byRule));
  }
  return byAlias;
}
