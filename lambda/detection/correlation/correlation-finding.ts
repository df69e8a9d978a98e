import type { Metadata } from '../language/rule-set.ts';
import type { Firing, GroupKey } from './correlation-store.ts';
import { type Correlation, type Correlations, groupFields } from './linked-correlations.ts';

/** A correlation fired for a group. */
export interface CorrelationFinding extends Omit<Metadata, 'id' | 'finding'> {
  ruleId: string;
  /** The same for the same correlation, group and window. */
  findingId: string;
  /** The group-by fields and the group's values; null for a field that the events don't have. */
  group: Record<string, string | null>;
  /** eventTime of the first and of the last event in the window, in ISO 8601. */
  from: string;
  to: string;
  /** The window's events, oldest first; the last 100 of them where there are more. */
  eventIDs: readonly string[];
  /** What was counted or computed. */
  value: number;
  /** There were more events than were read: `value` is a lower bound. */
  atLeast: boolean;
  /** What the caller passed with the last event. */
  context?: string;
  /** Of a chain: what each rule noticed first, oldest first. */
  steps?: readonly {
    time: string;
    ruleId: string;
    title: string;
    eventID: string;
    action?: string;
    outcome?: string;
  }[];
}

/** What a firing is told as. */
export function findingOf(
  { rule }: Correlation,
  { group }: GroupKey,
  firing: Firing,
  correlations: Correlations,
): CorrelationFinding {
  const { id, finding: _finding, ...rest } = rule.metadata;
  return {
    ruleId: id,
    ...rest,
    findingId: firing.id,
    group: groupFields(rule, group),
    from: new Date(firing.from).toISOString(),
    to: new Date(firing.at).toISOString(),
    eventIDs: firing.eventIDs,
    value: firing.value,
    atLeast: firing.atLeast,
    ...(firing.context !== undefined && { context: firing.context }),
    ...(firing.steps !== undefined && {
      steps: firing.steps.map(({ rule: ruleId, at, ...step }) => ({
        time: new Date(at).toISOString(),
        ruleId,
        title: correlations.titleOf(ruleId),
        ...step,
      })),
    }),
  };
}
