import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { meteredRows } from '../store/dynamo/metered-query.ts';
import { type Meter, ReadMeter } from '../store/dynamo/read-meter.ts';
import { MAX_ROW_BYTES } from '../store/rows/event-row.ts';
import { type IndexedEvent, type ReadRow, readEventRow } from '../store/rows/indexed-event.ts';
import { TIME_TO_LIVE_ATTRIBUTE } from '../store/schema.ts';
import { type EventQuery, EventSearch } from './event-search.ts';

export type { EventQuery } from './event-search.ts';

/** An event with every resource that is indexed. */
export interface EventDetail extends IndexedEvent {
  readonly resources: readonly string[];
}

/** The audit index, asked. Nothing else reads the table of events. */
export interface EventQueries {
  /**
   * Asks for events. Nothing is read before the answer is iterated:
   * `for await (const event of queries.search({ conditions: { actor: ['arn:aws:iam::111122223333:root'] } }))`.
   * Each event comes once, ordered by eventTime, then eventID, then identity. Indexes are eventually consistent: what was
   * written within the last second may be missing.
   * @param meter counts it with other questions, and bounds all of them; instead of `maxReadUnits`.
   * @throws RangeError for a condition that can't be read.
   */
  search(query: EventQuery, meter?: ReadMeter): EventSearch;
  /** How many events there are; `limit` and `order` mean nothing here. */
  count(query: EventQuery): Promise<number>;
  /** The events of an eventID, read consistently: one, or several where records share it, or none. */
  event(eventID: string, meter?: Meter): Promise<readonly EventDetail[]>;
}

export interface EventTables {
  /** Physical name. */
  readonly events: string;
}

/** The questions to the table of events. */
export function createEventQueries(
  client: DynamoDBDocumentClient,
  tables: EventTables,
  now: () => Date = () => new Date(),
): EventQueries {
  const search = (query: EventQuery, meter?: ReadMeter): EventSearch =>
    new EventSearch({ client, table: tables.events, now, meter }, query);
  return {
    search,
    count: (query) => search(query).count(),
    event: (eventID, meter = new ReadMeter()) => readEvent({ client, table: tables.events, meter }, eventID, now()),
  };
}

interface EventRead {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly meter: Meter;
}

async function readEvent(
  { client, table, meter }: EventRead,
  eventID: string,
  now: Date,
): Promise<readonly EventDetail[]> {
  const events = new Map<string, ReadRow[]>();
  const input = {
    TableName: table,
    KeyConditionExpression: 'eventID = :id',
    FilterExpression: 'attribute_exists(eventTime) AND (attribute_not_exists(#expires) OR #expires > :now)',
    ExpressionAttributeNames: { '#expires': TIME_TO_LIVE_ATTRIBUTE },
    ExpressionAttributeValues: { ':id': eventID, ':now': Math.floor(now.getTime() / 1000) },
    ConsistentRead: true,
  };
  for await (const item of meteredRows({ client, input, meter, maxRowBytes: MAX_ROW_BYTES })) {
    const row = readEventRow(item);
    const rows = events.get(row.event.identity);
    if (rows === undefined) events.set(row.event.identity, [row]);
    else rows.push(row);
  }
  return [...events.values()].flatMap((rows) => detail(rows) ?? []).toSorted(byTime);
}

function detail(rows: readonly ReadRow[]): EventDetail | undefined {
  // Part `#10` stands before `#2`.
  const sorted = rows.toSorted((a, b) => a.number - b.number);
  const first = sorted[0]?.event;
  return first && { ...first, resources: sorted.flatMap(({ event }) => event.resource ?? []) };
}

function byTime(a: IndexedEvent, b: IndexedEvent): number {
  return `${a.eventTime}${a.identity}` < `${b.eventTime}${b.identity}` ? -1 : 1;
}
