import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ReadLimitReached, ReadMeter } from '../dynamo/queries/read-meter.ts';
import { timeRange } from '../dynamo/queries/time-range.ts';
import { type Snapshot, takeSnapshot, type UnreadablePage } from '../segments/table/snapshot.ts';
import { type DayRange, type EventQuery, EventSearch, type TakeSnapshot } from './event-search.ts';
import type { FacetCounts } from './facets.ts';
import { findEvent } from './find-event.ts';
import { type EventDetail, eventDetail } from './indexed-event.ts';
import { estimateEvent } from './read-estimate.ts';
import type { Facet } from './tally.ts';

/** The audit index, asked: pages and segments alone, so that every answer is complete and exact. */
export interface EventQueries {
  /**
   * Asks for events. Nothing is read before the answer is iterated:
   * `for await (const event of queries.search({ conditions: { actor: ['arn:aws:iam::111122223333:root'] } }))`.
   * Each event comes once, ordered by eventTime, then eventID, then identity, as the index holds it when it is read first.
   * @param meter counts it with other questions, and bounds all of them; instead of `maxReadUnits`.
   * @throws RangeError for a condition that can't be read.
   */
  search(query: EventQuery, meter?: ReadMeter): EventSearch;
  /** How many events there are; `limit` and `order` mean nothing here. */
  count(query: EventQuery, meter?: ReadMeter): Promise<number>;
  /** How many events each value has; `limit` and `order` mean nothing here. */
  facets(
    query: EventQuery,
    by: readonly Facet[],
    options?: { readonly top?: number },
    meter?: ReadMeter,
  ): Promise<FacetCounts>;
  /** The events of an eventID: one, or several where records share it, or none. The fewer days, the less is read. */
  event(eventID: string, times?: EventTimes, meter?: ReadMeter): Promise<readonly EventDetail[]>;
  /**
   * The same questions, all of them answered from what the index held when the first one read it: no event comes between
   * two questions, and what is known of segments is read once.
   */
  atOneMoment(meter: ReadMeter): EventQueries;
}

export interface EventTimes {
  /** Included. */
  readonly since?: Date;
  /** Not included. */
  readonly until?: Date;
}

export interface EventTables {
  /** Physical name. */
  readonly segments: string;
}

/** The questions to the table of segments. */
export function createEventQueries(
  client: DynamoDBDocumentClient,
  tables: EventTables,
  now: () => Date = () => new Date(),
  onUnreadable: OnUnreadable = () => undefined,
): EventQueries {
  let isTold = false;
  return queriesOver(async (days, meter) => {
    const snapshot = await takeSnapshot({ client, table: tables.segments, now: now(), meter, ...days });
    if (snapshot.unreadable.length > 0 && !isTold) onUnreadable(snapshot.unreadable);
    isTold ||= snapshot.unreadable.length > 0;
    return snapshot;
  });
}

/** Told once of pages that pack left behind and this program can't read: their events are in no answer. */
export type OnUnreadable = (pages: readonly UnreadablePage[]) => void;

/** The questions over what is taken as the snapshot of each. */
export function queriesOver(take: TakeSnapshot): EventQueries {
  const search = (query: EventQuery, meter?: ReadMeter): EventSearch => new EventSearch(take, query, meter);
  return {
    search,
    count: (query, meter) => search(query, meter).count(),
    facets: (query, by, options, meter) => search(query, meter).facets(by, options),
    event: (eventID, times = {}, meter = new ReadMeter()) => readEvent(take, eventID, times, meter),
    atOneMoment: (meter) => {
      let taken: Promise<Snapshot> | undefined;
      return queriesOver(() => {
        taken ??= take({}, meter);
        return taken;
      });
    },
  };
}

async function readEvent(
  take: TakeSnapshot,
  eventID: string,
  { since, until }: EventTimes,
  meter: ReadMeter,
): Promise<readonly EventDetail[]> {
  const range = timeRange(since, until);
  if (range === undefined) return [];
  const { first = '', last = '~' } = range;
  const days: DayRange = {
    ...(range.first !== undefined && { firstDay: first.slice(0, 10) }),
    ...(range.last !== undefined && { lastDay: last.slice(0, 10) }),
  };
  const whole = await take(days, meter);
  const isAsked = (held: { readonly first: string; readonly last: string }): boolean =>
    held.last >= first && held.first <= last;
  const snapshot = {
    ...whole,
    segments: whole.segments.filter(({ descriptor }) => isAsked(descriptor)),
    pages: whole.pages.filter(isAsked),
  };
  const units = estimateEvent(snapshot);
  if (units > meter.leftUnits) {
    throw new ReadLimitReached(meter.maxUnits, meter.reads, meter.reads.units + units);
  }
  const found = await findEvent(snapshot, eventID);
  return found.filter(({ eventTime }) => eventTime >= first && eventTime <= last).map(eventDetail);
}
