import type { IndexedEvent } from '../../../lambda/store/questions/indexed-event.ts';
import type { TracedCredential } from '../../../lambda/store/questions/trace/expand.ts';
import type { Trace } from '../../../lambda/store/questions/trace/trace.ts';
import { eventJson, eventListing } from '../../listings/event-listing.ts';
import type { Listing } from '../../output/listing.ts';
import type { Zone } from '../../time/time-zone.ts';

/** An event of a trace, as programs get it. */
export interface TraceRow {
  readonly event: IndexedEvent;
  /** `origin` on the way from the first identity, `activity` after it. */
  readonly stage: 'origin' | 'activity';
  /** Steps from the asked credential: negative before it, 0 for what it did, 1 for what it issued did. */
  readonly depth: number;
  /** The key that this step led to; of activity the key that it was done with. */
  readonly traced: string;
}

export function* traceRows(traces: readonly Trace[]): Generator<TraceRow> {
  for (const { origin, credential } of traces) {
    for (const [index, { event, accessKeyId }] of origin.steps.entries()) {
      yield { event, stage: 'origin', depth: index - origin.steps.length, traced: accessKeyId };
    }
    yield* activityRows(credential, 0);
  }
}

function* activityRows({ accessKeyId, events, issued }: TracedCredential, depth: number): Generator<TraceRow> {
  for (const event of events) yield { event, stage: 'activity', depth, traced: accessKeyId };
  for (const { credential } of issued) yield* activityRows(credential, depth + 1);
}

export function traceListing(zone: Zone, now: Date): Listing<TraceRow> {
  const events = eventListing(zone, now);
  return {
    nothing: events.nothing,
    columns: [],
    json: ({ event, ...place }) => ({ ...place, ...eventJson(event) }),
    csv: {
      stage: ({ stage }) => stage,
      depth: ({ depth }) => depth,
      traced: ({ traced }) => traced,
      ...Object.fromEntries(
        Object.entries(events.csv).map(([name, value]) => [name, ({ event }: TraceRow) => value(event)]),
      ),
    },
  };
}

/** A trace as one tree of JSON. */
export function traceJson({ origin, credential }: Trace): Readonly<Record<string, unknown>> {
  return {
    origin: origin.steps.map(({ event, accessKeyId, by }) => ({ accessKeyId, by, event: eventJson(event) })),
    created: origin.created && eventJson(origin.created),
    credential: credentialJson(credential),
  };
}

function credentialJson({ events, issued, ...rest }: TracedCredential): Readonly<Record<string, unknown>> {
  return {
    ...rest,
    events: events.map(eventJson),
    issued: issued.map(({ event, credential }) => ({
      by: event.eventID,
      at: event.eventTime,
      credential: credentialJson(credential),
    })),
  };
}
