import { hash } from 'node:crypto';
import { counted } from '../../shared/counted.ts';
import type { CorrelationFinding } from '../correlation/correlation-finding.ts';
import { groupFields } from '../correlation/linked-correlations.ts';
import type { CorrelationRule } from '../language/rule-set.ts';
import type { Sight } from './sights.ts';

/** Values of a group that are known at most. */
export const MAX_VALUES_A_GROUP = 2_000;

/** An event is the first with its value. The id is a hash of rule, value and event: the same each time it comes. */
export function firstSeenFinding(sight: Sight): CorrelationFinding {
  const { rule, group, values, member } = sight;
  return {
    ...common(sight),
    findingId: idOf([...seenName(rule, group, values), member.identity]),
    group: { ...groupFields(rule, group), ...fieldsOf(rule, values) },
    value: 1,
    atLeast: false,
  };
}

/**
 * A group has so many values that new ones are neither kept nor judged.
 * @param since the day on which that was found: the finding is the same for a timespan.
 */
export function groupFullFinding(sight: Sight, since: string): CorrelationFinding {
  const { rule, group } = sight;
  const names = rule.valueFields.map(({ name }) => name).join(', ');
  return {
    ...common(sight),
    title: `${rule.metadata.title}: too many values to judge`,
    level: 'medium',
    description:
      `A group of this rule has ${counted(MAX_VALUES_A_GROUP, 'value')} of ${names}. Further new values of the ` +
      'group are neither kept nor judged until some have not been seen for a timespan. Either somebody tries one after ' +
      "the other, or the rule's fields change with each call.\n\n" +
      "First: look at the group's latest events. If they are its ordinary work, give the rule other fields, or filter " +
      'the group out.',
    findingId: idOf([...seenName(rule, group, []), 'full', since]),
    group: groupFields(rule, group),
    value: MAX_VALUES_A_GROUP,
    atLeast: true,
  };
}

/** What names a value, whichever content the rule has: its id, what it groups by, and its fields. */
export function seenName(rule: CorrelationRule, group: string, values: readonly string[]): readonly unknown[] {
  const names = (fields: CorrelationRule['groupBy']): string[] => fields.map(({ name }) => name);
  return [rule.metadata.id, names(rule.groupBy), group, names(rule.valueFields), values];
}

type Common = Omit<CorrelationFinding, 'findingId' | 'group' | 'value' | 'atLeast'>;

function common({ rule, member }: Sight): Common {
  const { id, finding: _, ...metadata } = rule.metadata;
  const time = new Date(member.eventTime).toISOString();
  return {
    ruleId: id,
    ...metadata,
    from: time,
    to: time,
    eventIDs: [member.eventID],
    ...(member.context !== undefined && { context: member.context }),
  };
}

function fieldsOf({ valueFields }: CorrelationRule, values: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(valueFields.map(({ name }, i) => [name, values[i] ?? null]));
}

function idOf(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32);
}
