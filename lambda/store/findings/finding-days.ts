import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { meteredQuery } from '../dynamo/queries/metered-query.ts';
import type { TimeOrder, TimeRange } from '../dynamo/queries/partition-page.ts';
import type { Meter } from '../dynamo/queries/read-meter.ts';
import { EVENT_BOOKKEEPING } from '../schema.ts';

/**
 * Which days have findings of which level: with these rows by-level-day is walked without guessing. They stand in the
 * bookkeeping partition of the events table, because the table of findings has no sort key to walk them by.
 */
const PREFIX = EVENT_BOOKKEEPING.parts.findingDays;
const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** Two keys, the longer of which is `part` with its 1,024 bytes at most, and a number. */
const MAX_ROW_BYTES = 1280;

/** Rows of the first page: a short answer ends within them, and the pages of a long one grow. */
const FIRST_PAGE = 100;

export interface FindingDaysWriterOptions {
  readonly client: DynamoDBDocumentClient;
  readonly eventsTable: string;
}

/** Notes which days hold findings. One that is kept for as long as a process runs writes each row once: they don't expire. */
export class FindingDaysWriter {
  readonly #options: FindingDaysWriterOptions;
  readonly #noted = new Map<string, Promise<void>>();

  constructor(options: FindingDaysWriterOptions) {
    this.#options = options;
  }

  /**
   * Before a finding's row is written, so that no walk misses it.
   * @param eventTime ISO 8601 in UTC.
   * @throws the SDK's errors; the next call tries again.
   */
  async note(level: string, eventTime: string): Promise<void> {
    const part = `${PREFIX}${eventTime.slice(0, DAY_LENGTH)}#${level}`;
    let noting = this.#noted.get(part);
    if (noting === undefined) {
      noting = this.#write(part);
      this.#noted.set(part, noting);
      noting.catch(() => this.#noted.delete(part));
    }
    await noting;
  }

  /** An update, because that is what functions may do to these rows and to no others of the table. */
  async #write(part: string): Promise<void> {
    const { client, eventsTable } = this.#options;
    await client.send(
      new UpdateCommand({ TableName: eventsTable, Key: { eventID: EVENT_BOOKKEEPING.partition, part } }),
    );
  }
}

export interface FindingDaysQuery {
  readonly client: DynamoDBDocumentClient;
  /** Physical name of the table of events. */
  readonly table: string;
  readonly range: TimeRange;
  readonly order: TimeOrder;
  readonly meter: Meter;
}

/** A day that has findings. */
export interface FindingDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly levels: readonly string[];
}

const rowSchema = z.object({ part: z.string() });

/** The days of a range that have findings, in the order of time; read only as far as they are taken. */
export async function* findingDays(query: FindingDaysQuery): AsyncGenerator<FindingDay> {
  const { client, table, range, order, meter } = query;
  const input = {
    TableName: table,
    KeyConditionExpression: 'eventID = :id AND part BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':id': EVENT_BOOKKEEPING.partition,
      ':first': `${PREFIX}${range.first?.slice(0, DAY_LENGTH) ?? ''}`,
      // After every `#` and level of the last day; a colon is the character after 9.
      ':last': `${PREFIX}${range.last?.slice(0, DAY_LENGTH) ?? ''}:`,
    },
    ScanIndexForward: order === 'oldest-first',
  };
  let start: Record<string, unknown> | undefined;
  let open: { day: string; levels: string[] } | undefined;
  let limit = FIRST_PAGE;
  do {
    const { items, next } = await meteredQuery({
      client,
      input: start === undefined ? input : { ...input, ExclusiveStartKey: start },
      meter,
      maxRowBytes: MAX_ROW_BYTES,
      limit,
    });
    for (const item of items) {
      const text = rowSchema.parse(item).part.slice(PREFIX.length);
      const day = text.slice(0, DAY_LENGTH);
      if (open !== undefined && open.day !== day) yield open;
      if (open?.day !== day) open = { day, levels: [] };
      open.levels.push(text.slice(DAY_LENGTH + 1));
    }
    start = next;
    limit *= 2;
  } while (start !== undefined);
  if (open !== undefined) yield open;
}
