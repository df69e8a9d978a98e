import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { meteredQuery } from '../dynamo/metered-query.ts';
import type { TimeOrder, TimeRange } from '../dynamo/partition-page.ts';
import type { Meter } from '../dynamo/read-meter.ts';
import { EVENT_BOOKKEEPING, TIME_TO_LIVE_ATTRIBUTE } from '../schema.ts';
import { accountName } from './event-row.ts';

/**
 * With these rows, queries read by-day of the events and by-level-day of the findings without guessing which days
 * exist.
 */
const PREFIXES = {
  events: EVENT_BOOKKEEPING.parts.eventDays,
  findings: EVENT_BOOKKEEPING.parts.findingDays,
} as const;
const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** Bytes of two keys (the longer one, `part`, has at most 1,024) and a number. */
const MAX_ROW_BYTES = 1280;

/** Rows of the first page. A short answer fits into it; the pages of a long one grow. */
const FIRST_PAGE = 100;

/** Days that a row is kept longer than the events of its day, which are written after it in the same call. */
const MARGIN_DAYS = 2;

export interface KnownDaysWriterOptions {
  readonly client: DynamoDBDocumentClient;
  readonly eventsTable: string;
  /** Days that events are kept; findings don't expire. */
  readonly retentionDays: number;
  readonly now: () => Date;
}

/**
 * Notes which days have events or findings. An instance that is kept as long as its process writes each row once a day.
 */
export class KnownDaysWriter {
  readonly #options: KnownDaysWriterOptions;
  readonly #noted = new Map<string, Promise<void>>();
  #today = '';

  constructor(options: KnownDaysWriterOptions) {
    this.#options = options;
  }

  /**
   * To be called before an event's row is written, so that no query misses it.
   * @param eventTime ISO 8601 in UTC.
   * @throws the SDK's errors; the next call tries again.
   */
  async noteEvent(account: string, eventTime: string): Promise<void> {
    const now = this.#options.now();
    const expiresAt = Math.floor(now.getTime() / 1000) + (this.#options.retentionDays + MARGIN_DAYS) * 86_400;
    await this.#note(`${PREFIXES.events}${eventTime.slice(0, DAY_LENGTH)}#${accountName(account)}`, now, { expiresAt });
  }

  /** The same as `noteEvent`, to be called before a finding's row is written. */
  async noteFinding(level: string, eventTime: string): Promise<void> {
    await this.#note(`${PREFIXES.findings}${eventTime.slice(0, DAY_LENGTH)}#${level}`, this.#options.now(), {});
  }

  async #note(part: string, now: Date, attributes: { expiresAt?: number }): Promise<void> {
    const today = now.toISOString().slice(0, DAY_LENGTH);
    if (today !== this.#today) {
      // A row that was noted yesterday would expire before an event that is indexed today.
      this.#noted.clear();
      this.#today = today;
    }
    let noting = this.#noted.get(part);
    if (noting === undefined) {
      noting = this.#write(part, attributes);
      this.#noted.set(part, noting);
      noting.catch(() => this.#noted.delete(part));
    }
    await noting;
  }

  /** An update, because these are the only rows of the table that functions may update. */
  async #write(part: string, { expiresAt }: { expiresAt?: number }): Promise<void> {
    const { client, eventsTable } = this.#options;
    await client.send(
      new UpdateCommand({
        TableName: eventsTable,
        Key: { eventID: EVENT_BOOKKEEPING.partition, part },
        ...(expiresAt !== undefined && {
          UpdateExpression: 'SET #expires = :expires',
          ExpressionAttributeNames: { '#expires': TIME_TO_LIVE_ATTRIBUTE },
          ExpressionAttributeValues: { ':expires': expiresAt },
        }),
      }),
    );
  }
}

export interface KnownDaysQuery {
  readonly client: DynamoDBDocumentClient;
  /** Physical name of the table of events. */
  readonly table: string;
  readonly range: TimeRange;
  readonly order: TimeOrder;
  readonly meter: Meter;
}

/** A day that has events or findings. */
export interface KnownDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** The accounts that have events on it, or the levels that have findings. */
  readonly names: readonly string[];
}

const rowSchema = z.object({ part: z.string() });

/**
 * The days of a range that have events or findings, in the order of time. They are read only as far as the caller
 * iterates.
 */
export async function* knownDays(what: keyof typeof PREFIXES, query: KnownDaysQuery): AsyncGenerator<KnownDay> {
  const { client, table, range, order, meter } = query;
  const prefix = PREFIXES[what];
  const input = {
    TableName: table,
    KeyConditionExpression: 'eventID = :id AND part BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':id': EVENT_BOOKKEEPING.partition,
      ':first': `${prefix}${range.first?.slice(0, DAY_LENGTH) ?? ''}`,
      // Sorts after every row of the last day: a colon is the character after 9.
      ':last': `${prefix}${range.last?.slice(0, DAY_LENGTH) ?? ''}:`,
    },
    ScanIndexForward: order === 'oldest-first',
  };
  let start: Record<string, unknown> | undefined;
  let open: { day: string; names: string[] } | undefined;
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
      const text = rowSchema.parse(item).part.slice(prefix.length);
      const day = text.slice(0, DAY_LENGTH);
      if (open !== undefined && open.day !== day) yield open;
      if (open?.day !== day) open = { day, names: [] };
      open.names.push(text.slice(DAY_LENGTH + 1));
    }
    start = next;
    limit *= 2;
  } while (start !== undefined);
  if (open !== undefined) yield open;
}
