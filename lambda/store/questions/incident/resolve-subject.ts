import type { AlertRow } from '../../alerts/alert-row.ts';
import { literalPattern } from '../../dynamo/queries/text-pattern.ts';
import type { FindingQueries } from '../../findings/finding-query.ts';
import type { EventConditions } from '../conditions.ts';
import type { EventTimes } from '../event-queries.ts';
import type { TraceReader } from '../trace/trace-reader.ts';
import type { IncidentSubject } from './incident.ts';
import { EVENT_ID, type Reading, readAs, readingsOf, type SubjectKind } from './subject.ts';

/** What an incident is asked by. Without a text it is all that happened within the times. */
export interface AskedSubject {
  readonly text?: string;
  /** What the text is; found out by its form, and by what has events, where it is left out. */
  readonly kind?: SubjectKind;
  /** Further conditions, which events must meet as well. */
  readonly conditions?: EventConditions;
  readonly since?: Date;
  readonly until?: Date;
}

/** The events that are meant. */
export interface ResolvedSubject {
  readonly kind: SubjectKind;
  readonly text: string;
  readonly conditions: EventConditions;
  readonly since?: Date;
  readonly until?: Date;
  readonly times: IncidentSubject['times'];
  readonly earlier?: boolean;
}

/** Where subjects are looked up. */
export interface SubjectSources {
  readonly reader: TraceReader;
  readonly findings: FindingQueries;
  readonly alerts: { get(alertId: string): Promise<AlertRow | undefined> };
}

/** What is told around an event, a finding or an alert, before and after. */
const AROUND_MILLISECONDS = 24 * 3_600_000;

/** What is told up to the last event, where no times are asked for. */
const LAST_DAYS = 7;
const DAY_MILLISECONDS = 86_400_000;

/** Findings of an alert that are looked at for who it is about. */
const MOST_FINDINGS = 200;

/** Finds out which events are meant; undefined where the index knows none. @throws ReadLimitReached */
export async function resolveSubject(
  sources: SubjectSources,
  asked: AskedSubject,
): Promise<ResolvedSubject | undefined> {
  const { text, kind, conditions = {}, since, until } = asked;
  const times = { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
  const isBounded = since !== undefined || until !== undefined;
  if (text === undefined) {
    return { kind: 'times', text: '', conditions, ...times, times: isBounded ? 'asked' : 'none' };
  }
  for (const reading of kind === undefined ? readingsOf(text) : [readAs(kind, text)]) {
    const found =
      reading.conditions === undefined
        ? await lookUp(reading.kind, text, sources, times)
        : await lastDays(reading, text, sources.reader, asked);
    if (found === undefined) continue;
    return {
      ...found,
      conditions: { ...found.conditions, ...definedOf(conditions) },
      ...(isBounded && { ...times, times: 'asked' as const }),
    };
  }
  return undefined;
}

function definedOf(conditions: EventConditions): EventConditions {
  return Object.fromEntries(Object.entries(conditions).filter(([, values]) => values !== undefined));
}

/** The times of what somebody did, up to the last of it; undefined where there is none. */
async function lastDays(
  { kind, conditions = {} }: Reading,
  text: string,
  reader: TraceReader,
  { conditions: more = {}, since, until }: AskedSubject,
): Promise<ResolvedSubject | undefined> {
  const all = { ...conditions, ...definedOf(more) };
  const [last] = await reader.all({ conditions: all, since, until, order: 'newest-first', limit: 1 });
  if (last === undefined) return undefined;
  const from = new Date(Date.parse(last.eventTime) - LAST_DAYS * DAY_MILLISECONDS);
  const isBounded = since !== undefined || until !== undefined;
  const before = isBounded ? [] : await reader.all({ conditions: all, until: from, order: 'newest-first', limit: 1 });
  return { kind, text, conditions, since: from, times: 'last-days', earlier: before.length > 0 };
}

/** Who did something, and when the first and the last of it was. */
interface Deed {
  readonly actor?: string;
  readonly actorKind?: string;
  readonly session?: string;
  readonly accessKeyId?: string;
  readonly address?: string;
  readonly resource?: string;
  readonly first: string;
  readonly last: string;
}

async function lookUp(
  kind: SubjectKind,
  text: string,
  sources: SubjectSources,
  times: EventTimes,
): Promise<ResolvedSubject | undefined> {
  const deed =
    kind === 'event'
      ? await deedOfEvent(text, sources, times)
      : kind === 'finding'
        ? await deedOfFinding(text, sources)
        : await deedOfAlert(text, sources);
  if (deed === undefined) return undefined;
  return {
    kind,
    text,
    conditions: conditionsOf(deed),
    since: new Date(Date.parse(deed.first) - AROUND_MILLISECONDS),
    until: new Date(Date.parse(deed.last) + AROUND_MILLISECONDS),
    times: 'around',
  };
}

async function deedOfEvent(text: string, { reader }: SubjectSources, times: EventTimes): Promise<Deed | undefined> {
  const [event] = await reader.event(EVENT_ID.test(text) ? text.toLowerCase() : text, times);
  return event && { ...event, first: event.eventTime, last: event.eventTime };
}

async function deedOfFinding(text: string, { findings, reader }: SubjectSources): Promise<Deed | undefined> {
  const finding = await findings.get(text.toLowerCase(), reader.meter);
  if (finding === undefined) return undefined;
  const [resource] = finding.resources;
  return {
    ...finding,
    ...(resource !== undefined && { resource }),
    first: finding.eventTime,
    last: finding.eventTime,
  };
}

/** An alert is about one actor; a storm, or a check of the log, about all that happened. */
async function deedOfAlert(text: string, { findings, alerts, reader }: SubjectSources): Promise<Deed | undefined> {
  const alertId = text.toLowerCase();
  const alert = await alerts.get(alertId);
  if (alert === undefined) return undefined;
  let common: { first: string; last: string; session?: string; address?: string; actorKind?: string } | undefined;
  const query = { conditions: { alertId: [literalPattern(alertId)] }, limit: MOST_FINDINGS };
  for await (const finding of findings.search(query, reader.meter)) {
    const { eventTime, session, address, actorKind } = finding;
    common = {
      first: common === undefined || eventTime < common.first ? eventTime : common.first,
      last: common === undefined || eventTime > common.last ? eventTime : common.last,
      ...same('session', session, common),
      ...same('address', address, common),
      ...same('actorKind', actorKind, common),
    };
  }
  const { windowStart, windowEnd, actor } = alert;
  return { ...(actor !== undefined && { actor }), first: windowStart, last: windowEnd, ...common };
}

/** A member that all findings have alike. */
function same<Name extends string>(
  name: Name,
  value: string | undefined,
  before: Readonly<Partial<Record<Name, string>>> | undefined,
): Partial<Record<Name, string>> {
  const isSame = value !== undefined && (before === undefined || before[name] === value);
  // A computed name has the type of any text.
  return (isSame ? { [name]: value } : {}) as Partial<Record<Name, string>>;
}

/** What else the same one did. What an AWS service does is of many; who isn't known is found by the address. */
function conditionsOf({ actor, actorKind, session, accessKeyId, address, resource }: Deed): EventConditions {
  if (actor === undefined || actor === 'unknown') {
    if (accessKeyId !== undefined) return { accessKeyId: [literalPattern(accessKeyId)] };
    if (address !== undefined) return { address: [address] };
    return resource === undefined ? {} : { resource: [literalPattern(resource)] };
  }
  if (actorKind === 'service' && resource !== undefined) return { resource: [literalPattern(resource)] };
  return {
    actor: [literalPattern(actor)],
    ...(session !== undefined && { session: [literalPattern(session)] }),
  };
}
