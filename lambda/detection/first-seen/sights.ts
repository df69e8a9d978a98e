import { hash } from 'node:crypto';
import type { Correlations, Membership } from '../correlation/linked-correlations.ts';
import { fieldKey } from '../correlation/measure-members.ts';
import type { CorrelationRule } from '../language/rule-set.ts';
import { DAY, dayOf } from './utc-day.ts';

/** An event with a value of a `first_seen` rule: group-by and fields. */
export interface Sight {
  readonly rule: CorrelationRule;
  /** The group-by values as a JSON list. */
  readonly group: string;
  /** A text for each of the rule's fields. */
  readonly values: readonly string[];
  /** The same for the same rule and group. */
  readonly groupName: string;
  /** The same for the same rule, group and values. */
  readonly name: string;
  /** The UTC day of its eventTime, since 1970. */
  readonly day: number;
  readonly member: Membership['member'];
}

/** Values of one event that are judged at most, and members of one of its lists. */
const MAX_VALUES = 20;

/** Longer texts count by their beginning and their hash, so that different ones stay different. */
const MAX_TEXT = 512;

/**
 * The values that an event brings to a `first_seen` rule: of a list each member, of several fields their combinations; at
 * most 20. None where one of the fields is absent or null.
 */
export function sightsOf(rule: CorrelationRule, { key, member }: Membership): Sight[] {
  const day = dayOf(member.eventTime);
  const groupName = `${rule.metadata.id}\n${key.group}`;
  return valuesOf(rule, member).map((values) => ({
    rule,
    group: key.group,
    values,
    groupName,
    name: `${groupName}\n${values.length === 1 ? values[0] : JSON.stringify(values)}`,
    day,
    member,
  }));
}

/** The same for memberships that bring the same values to the same rule. */
export function sightNames(correlations: Correlations, membership: Membership): string {
  const rule = correlations.firstSeen(membership.key.correlation);
  return rule === undefined ? '' : JSON.stringify(sightsOf(rule, membership).map(({ name }) => name));
}

/** The chains that an event which has fired belongs to. */
export function chainsOfSight(correlations: Correlations, sight: Sight, findingId: string): Membership[] {
  const correlation = correlations.get(sight.rule.metadata.id);
  if (correlation === undefined) return [];
  const { eventTime: at, eventID, fields, context } = sight.member;
  const firing = { id: findingId, at, from: at, value: 1, atLeast: false, eventIDs: [eventID], fields, pending: false };
  return correlations.chainsOfFiring(correlation, { ...firing, ...(context !== undefined && { context }) });
}

/** In the order in which events are judged: by eventTime, and those of one time by their ids. */
export function inOrderOfTime(a: Sight, b: Sight): number {
  if (a.member.eventTime !== b.member.eventTime) return a.member.eventTime - b.member.eventTime;
  return a.member.eventID < b.member.eventID ? -1 : Number(a.member.eventID > b.member.eventID);
}

/** A rule's timespan, or how long it learns, in days. */
export function daysOf({ timespan, learning = timespan }: CorrelationRule): { timespan: number; learning: number } {
  return { timespan: timespan / DAY, learning: learning / DAY };
}

function valuesOf({ valueFields }: CorrelationRule, { rule, fields }: Membership['member']): readonly string[][] {
  let tuples: string[][] = [[]];
  for (const { byRule } of valueFields) {
    const path = byRule[rule]?.path;
    const texts = path === undefined ? [] : (fields[fieldKey(path)] ?? []);
    const distinct = texts.length > 1 ? [...new Set(texts)].slice(0, MAX_VALUES) : texts;
    tuples = tuples.flatMap((tuple) => distinct.map((text) => [...tuple, bounded(text)])).slice(0, MAX_VALUES);
  }
  return tuples;
}

function bounded(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…${hash('sha256', text, 'hex')}`;
}
