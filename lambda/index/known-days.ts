import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TimeOrder, TimeRange } from './partition.ts';
import type { ReadMeter } from './read-meter.ts';

/**
 * A row of the events table that no index sees, for each account and day that has events:
 * `trailwarden`, `day#2026-11-21#111122223333`. With them the index by-day is walked without guessing.
 */
const PARTITION = 'trailwarden';
const PREFIX = 'day#';
const DAY_LENGTH = 'YYYY-MM-DD'.length;

const knownDaySchema = z.object({ part: z.string() });

export interface KnownDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly account: string;
}

/** Days that the row outlives the events of its day: they are written within a call of the writer. */
const MARGIN_DAYS = 2;

export interface KnownDaysWriterOptions {
  readonly client: DynamoDBDocumentClient;
  readonly eventsTable: string;
  /** That of the events' rows. */
  readonly retentionDays: number;
  readonly now: () => Date;
}

/** Notes which accounts have events on which days. Kept for as long as a process runs, it writes a row once a day. */
export class KnownDaysWriter {
  readonly #options: KnownDaysWriterOptions;
  readonly #noted = new Map<string, Promise<void>>();
  #today = '';

  constructor(options: KnownDaysWriterOptions) {
    this.#options = options;
  }

  /**
   * Before an event's row is written: no walk may miss it.
   * @param eventTime ISO 8601 in UTC.
   * @throws the SDK's errors; the next call tries again.
   */
  async note(account: string, eventTime: string): Promise<void> {
    const now = this.#options.now();
    const today = now.toISOString().slice(0, 10);
    if (today !== this.#today) {
      // The expiry of what was noted yesterday would end before that of an event that is indexed today.
      this.#noted.clear();
      this.#today = today;
    }
    const part = `${PREFIX}${eventTime.slice(0, 10)}#${account}`;
    let noting = this.#noted.get(part);
    if (noting === undefined) {
      noting = this.#put(part, now);
      this.#noted.set(part, noting);
      noting.catch(() => this.#noted.delete(part));
    }
    await noting;
  }

  async #put(part: string, now: Date): Promise<void> {
    const { client, eventsTable, retentionDays } = this.#options;
    const expiresAt = Math.floor(now.getTime() / 1000) + (retentionDays + MARGIN_DAYS) * 86_400;
    await client.send(new PutCommand({ TableName: eventsTable, Item: { eventID: PARTITION, part, expiresAt } }));
  }
}

export interface KnownDaysQuery {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly range: TimeRange;
  readonly order: TimeOrder;
  readonly isAsked: (account: string) => boolean;
  readonly meter: ReadMeter;
}

/** The days of a range that have events, with their accounts, in the order of time; read as far as they are taken. */
export async function* knownDays(query: KnownDaysQuery): AsyncGenerator<readonly KnownDay[]> {
  const { client, table, range, order, isAsked, meter } = query;
  let start: Record<string, unknown> | undefined;
  let open: KnownDay[] = [];
  do {
    meter.require();
    const {
      Items = [],
      ScannedCount = 0,
      ConsumedCapacity,
      LastEvaluatedKey,
    } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'eventID = :id AND part BETWEEN :first AND :last',
        ExpressionAttributeValues: {
          ':id': PARTITION,
          ':first': `${PREFIX}${range.first?.slice(0, 10) ?? ''}`,
          // `$` is the character after `#`.
          ':last': range.last === undefined ? 'day$' : `${PREFIX}${range.last.slice(0, 10)}$`,
        },
        ScanIndexForward: order === 'oldest-first',
        ReturnConsumedCapacity: 'TOTAL',
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    meter.add(ConsumedCapacity?.CapacityUnits ?? 0, ScannedCount);
    for (const item of Items) {
      const { part } = knownDaySchema.parse(item);
      const day = part.slice(PREFIX.length, PREFIX.length + DAY_LENGTH);
      const account = part.slice(PREFIX.length + DAY_LENGTH + 1);
      if (open[0] !== undefined && open[0].day !== day) {
        yield open;
        open = [];
      }
      if (isAsked(account)) open.push({ day, account });
    }
    start = LastEvaluatedKey;
  } while (start !== undefined);
  if (open.length > 0) yield open;
}
