import { ReadLimitReached } from '../../dynamo/queries/read-meter.ts';
import type { IndexedFinding } from '../../findings/indexed-finding.ts';
import { valuesOf } from '../../segments/dimensions.ts';
import { type Condition, readConditions } from '../conditions.ts';
import type { EventQueries } from '../event-queries.ts';
import type { EventDetail } from '../indexed-event.ts';
import { TraceReader } from '../trace/trace-reader.ts';
import { tellOrigins } from './credential-origins.ts';
import { followIssued, MOST_FOLLOWED } from './follow-issued.ts';
import { GatheredEvents, pointOf } from './gather-events.ts';
import {
  type CameBy,
  INCIDENT_VERSION,
  type Incident,
  type IncidentSubject,
  type IssuedCredentialUse,
  type LeftOut,
  type PersistenceStep,
} from './incident.ts';
import { GatheredFindings, gatherFindings } from './incident-findings.ts';
import { nextQuestions } from './next-questions.ts';
import { type LoggedStep, MOST_STEPS } from './persistence-log.ts';
import { NO_DETAILS, type RecordDetails, type RecordReader, readDetails } from './read-details.ts';
import { type AskedSubject, type ResolvedSubject, resolveSubject, type SubjectSources } from './resolve-subject.ts';

/** Where an incident is read from. */
export interface IncidentSources extends Omit<SubjectSources, 'reader'> {
  readonly events: EventQueries;
  /** Left out where records are of no use, or can't be read. */
  readonly records?: RecordReader;
}

export interface IncidentQuery extends AskedSubject {
  /** The most items of each list. */
  readonly most: number;
  /** Log objects whose records are read for what the index doesn't have. */
  readonly maxObjects: number;
  /**
   * Read units that the answer never exceeds. Where the events that were asked for don't fit, the question ends with
   * ReadLimitReached; of what goes beyond them, as much is told as fits.
   */
  readonly maxReadUnits?: number;
  /** Where the events asked for take more than a little: what they take, before they are read. */
  readonly onEstimate?: (units: number) => void;
}

/** Actors whose findings are asked for one by one. */
const MOST_ACTORS = 20;

/** Resources of a step that are told. */
const MOST_RESOURCES = 4;

/**
 * Tells an incident: every event that is meant, and what was done with credentials that these issued, each counted once;
 * memory is bounded however many there are.
 * @returns undefined where the index knows nothing of the subject.
 * @throws ReadLimitReached; RangeError for a subject or condition that can't be read; the SDK's errors.
 */
export async function tellIncident(sources: IncidentSources, query: IncidentQuery): Promise<Incident | undefined> {
  const reader = new TraceReader(sources.events, query.maxReadUnits);
  const subject = await resolveSubject({ ...sources, reader }, query);
  if (subject === undefined) return undefined;
  const { conditions, since, until } = subject;
  const gathered = new GatheredEvents();
  const leftOut: LeftOut[] = [];
  for await (const event of reader.details({
    conditions,
    since,
    until,
    order: 'oldest-first',
    onEstimate: query.onEstimate,
  })) {
    gathered.add(event);
  }
  const askedEvents = gathered.events;
  const isAsked = askedTest(subject);
  const issued: IssuedCredentialUse[] = [];
  await asFarAsItGoes('issued', leftOut, async () => {
    const left = await followIssued({
      reader,
      gathered,
      isGathered: isAsked,
      since,
      // What lies around an event bounds who is meant, not what came of it.
      until: subject.times === 'asked' ? until : undefined,
      onUse: (use) => issued.push(use),
    });
    if (left > 0 || gathered.issuingCut) {
      leftOut.push({
        part: 'issued',
        reason: `More credentials were issued than the ${MOST_FOLLOWED} that are followed.`,
      });
    }
  });
  const steps = gathered.persistence.steps();
  const [findings, origins, details] = await Promise.all([
    findingsOf(sources, reader, { gathered, subject, issued }, leftOut),
    originsOf(reader, gathered, leftOut),
    detailsOf(sources, query, gathered, steps, leftOut),
  ]);
  const { most } = query;
  const told = {
    subject: subjectOf(subject),
    askedEvents,
    ...gathered.tell(
      most,
      ({ accessKeyId }) => origins.get(accessKeyId) ?? { how: 'not-asked' },
      (action) => details.sharedWith.get(action) ?? [],
    ),
    findings: findings.tell(most),
    persistence: {
      items: steps.slice(0, most).map((step) => stepOf(step, details)),
      total: gathered.persistence.total,
      standing: steps.filter(({ undoneBy }) => undoneBy === undefined).length,
    },
    issued: { items: busiestFirst(issued).slice(0, most), total: issued.length },
  };
  if (gathered.persistence.total > steps.length) {
    leftOut.push({
      part: 'persistence',
      reason: `More calls let somebody come back than the ${MOST_STEPS} that are looked at: others may stand, too.`,
    });
  }
  if (subject.earlier === true) {
    leftOut.push({ part: 'earlier', reason: 'There are events before these days: --since goes further back.' });
  }
  return { version: INCIDENT_VERSION, ...told, next: nextQuestions(told), leftOut, reads: reader.meter.reads };
}

/** Does what goes beyond the events that were asked for, until the reads come to an end. */
async function asFarAsItGoes(part: LeftOut['part'], leftOut: LeftOut[], read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof ReadLimitReached)) throw error;
    leftOut.push({ part, reason: `${WHOLE[part]} not told whole: --max-reads came to its end.` });
  }
}

const WHOLE: Readonly<Record<LeftOut['part'], string>> = {
  credentials: 'How somebody came by credentials is',
  issued: 'What was done with credentials that were issued is',
  findings: 'Findings are',
  records: 'What records say is',
  persistence: 'How somebody may come back is',
  earlier: 'What came before is',
  effects: 'What was done is',
};

/** Whether an event meets what was asked for. */
function askedTest({ conditions, since, until }: ResolvedSubject): (event: EventDetail) => boolean {
  const read = readConditions(conditions);
  const [first, end] = [since?.getTime() ?? Number.NEGATIVE_INFINITY, until?.getTime() ?? Number.POSITIVE_INFINITY];
  return (event) => {
    const time = Date.parse(event.eventTime);
    return (
      time >= first && time < end && read.every(({ dimension, matches }) => valuesOf(event, dimension).some(matches))
    );
  };
}

interface FindingsOf {
  readonly gathered: GatheredEvents;
  readonly subject: ResolvedSubject;
  readonly issued: readonly IssuedCredentialUse[];
}

async function findingsOf(
  { findings: queries }: IncidentSources,
  { meter }: TraceReader,
  { gathered, subject, issued }: FindingsOf,
  leftOut: LeftOut[],
): Promise<GatheredFindings> {
  const found = new GatheredFindings();
  const { span } = gathered;
  const conditions = readConditions(subject.conditions);
  if (span === undefined) return found;
  const keys = new Set(issued.map(({ accessKeyId }) => accessKeyId));
  const isMeant = (finding: IndexedFinding): boolean =>
    (finding.accessKeyId !== undefined && keys.has(finding.accessKeyId)) ||
    conditions.every((condition) => meets(finding, condition));
  // Checks of the log are about nobody's calls: where all is meant, they are too.
  const actors = conditions.length === 0 ? undefined : gathered.actors(MOST_ACTORS);
  await asFarAsItGoes('findings', leftOut, () => gatherFindings({ queries, meter, actors, ...span, isMeant }, found));
  return found;
}

/** Whether a finding's event meets a condition, as far as a finding tells. */
function meets(finding: IndexedFinding, { field, matches }: Condition): boolean {
  switch (field) {
    case 'resource':
      return finding.resources.some(matches);
    case 'address':
      return matchesText(finding.address ?? finding.sourceIPAddress, matches);
    case 'awsRegion':
      return matchesText(finding.region, matches);
    case 'actor':
    case 'action':
    case 'accessKeyId':
    case 'account':
    case 'session':
    case 'outcome':
    case 'errorCode':
    case 'actorKind':
      return matchesText(finding[field], matches);
    default:
      return true;
  }
}

function matchesText(text: string | undefined, matches: (text: string) => boolean): boolean {
  return text !== undefined && matches(text);
}

async function originsOf(
  reader: TraceReader,
  gathered: GatheredEvents,
  leftOut: LeftOut[],
): Promise<ReadonlyMap<string, CameBy>> {
  const origins = new Map<string, CameBy>();
  await asFarAsItGoes('credentials', leftOut, () => tellOrigins(gathered, reader, origins));
  return origins;
}

async function detailsOf(
  { records }: IncidentSources,
  { maxObjects }: IncidentQuery,
  gathered: GatheredEvents,
  steps: readonly LoggedStep[],
  leftOut: LeftOut[],
): Promise<RecordDetails> {
  if (records === undefined || maxObjects === 0) return NO_DETAILS;
  const details = await readDetails({ records, maxObjects, gathered, steps });
  if (details.leftOut !== undefined) leftOut.push({ part: 'records', reason: details.leftOut });
  return details;
}

function stepOf({ kind, event, undoneBy }: LoggedStep, { lets }: RecordDetails): PersistenceStep {
  const names = lets.get(event) ?? [];
  return {
    kind,
    event: pointOf(event),
    resources: event.resources.slice(0, MOST_RESOURCES),
    ...(names.length > 0 && { lets: names }),
    ...(undoneBy !== undefined && { undone: pointOf(undoneBy) }),
  };
}

function busiestFirst(uses: readonly IssuedCredentialUse[]): IssuedCredentialUse[] {
  return uses.toSorted(
    (a, b) => b.changes - a.changes || b.events - a.events || (a.by.eventTime < b.by.eventTime ? -1 : 1),
  );
}

function subjectOf({ kind, text, conditions, since, until, times, earlier }: ResolvedSubject): IncidentSubject {
  const given = Object.entries(conditions).flatMap(([field, values]): [string, readonly string[]][] =>
    values === undefined ? [] : [[field, values]],
  );
  return {
    kind,
    text,
    conditions: Object.fromEntries(given),
    ...(since !== undefined && { since: since.toISOString() }),
    ...(until !== undefined && { until: until.toISOString() }),
    times,
    ...(earlier !== undefined && { earlier }),
  };
}
