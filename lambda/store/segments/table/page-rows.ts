import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { meteredRows } from '../../dynamo/queries/metered-query.ts';
import { type Meter, ReadMeter } from '../../dynamo/queries/read-meter.ts';
import { Block, BlockWriter } from '../block.ts';
import { type EncodedItem, FORMAT_VERSION } from '../encoding/codec.ts';
import { SegmentDamaged, SegmentNewer } from '../encoding/segment-faults.ts';
import { compareSummaries, type EventSummary } from '../summary.ts';
import { dayOfPage, pageItem, pagePartition, type SegmentKey } from './keys.ts';
import type { SegmentsTable } from './state.ts';

/** Pages live as long as this, counted from their birth: nothing deletes them. */
export const PAGE_DAYS = 30;

/** A page's body, compressed: with its names and times a row of it fits a transaction of several. */
export const MAX_PAGE_BYTES = 300 * 1024;

const DAY_SECONDS = 86_400;

/** A page: the summaries of one log object, or of its part up to a checkpoint. */
export interface PageRow extends SegmentKey, EncodedItem {
  readonly count: number;
  /** eventTime of the earliest and of the latest event. */
  readonly first: string;
  readonly last: string;
  /** Epoch second. */
  readonly expiresAt: number;
}

/** The body of a page, and what its row tells of it: the key is given when it is written. */
export type PageBody = Omit<PageRow, 'partition' | 'item' | 'expiresAt'>;

/**
 * Packs summaries into pages of at most MAX_PAGE_BYTES: one, except for objects of several thousand events.
 * @param summaries in any order; doubles among them are kept once.
 */
export function encodePages(summaries: readonly EventSummary[]): readonly PageBody[] {
  const sorted = summaries.toSorted(compareSummaries);
  return encodeSorted(withoutDoubles(sorted));
}

function withoutDoubles(sorted: readonly EventSummary[]): readonly EventSummary[] {
  return sorted.filter((summary, at) => {
    const before = sorted[at - 1];
    return before === undefined || compareSummaries(before, summary) !== 0;
  });
}

function encodeSorted(summaries: readonly EventSummary[]): readonly PageBody[] {
  const [first, last] = [summaries[0], summaries.at(-1)];
  if (first === undefined || last === undefined) return [];
  const block = new BlockWriter();
  for (const [at, summary] of summaries.entries()) {
    if (block.isFull) return [...encodeSorted(summaries.slice(0, at)), ...encodeSorted(summaries.slice(at))];
    block.add(summary);
  }
  const item = block.finish();
  if (item.body.length <= MAX_PAGE_BYTES || summaries.length === 1) {
    return [{ ...item, count: summaries.length, first: first.eventTime, last: last.eventTime }];
  }
  const half = summaries.length >> 1;
  return [...encodeSorted(summaries.slice(0, half)), ...encodeSorted(summaries.slice(half))];
}

/**
 * The row of a page, with a new key: taken anew for each try at writing it, so that pages which are ten minutes old are
 * all there are.
 */
export function pageRow(body: PageBody, shard: number, now: Date): PageRow {
  const item = pageItem(now);
  return {
    partition: pagePartition(shard, dayOfPage(item)),
    item,
    ...body,
    expiresAt: Math.floor(now.getTime() / 1000) + PAGE_DAYS * DAY_SECONDS,
  };
}

const pageSchema = z.object({
  item: z.string(),
  v: z.number(),
  codec: z.number(),
  body: z.instanceof(Uint8Array),
  count: z.number(),
  first: z.string(),
  last: z.string(),
  expiresAt: z.number(),
});

/**
 * A page, read; its events are unpacked when they are asked for. A row that can't be read is a page too, whose block throws
 * the reason: whoever needs its events must hear of it, and nobody else.
 */
export class Page {
  /** Its key: pages of a shard sort by it. */
  readonly item: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
  /** Bytes of its body. */
  readonly bytes: number;
  readonly #encoded: EncodedItem | SegmentNewer | SegmentDamaged;

  /** @param row a page's, by its key. */
  constructor(row: Readonly<Record<string, unknown>>) {
    const parsed = pageSchema.safeParse(row);
    if (!parsed.success) {
      this.item = String(row.item);
      this.count = 0;
      // It may hold events of any time.
      this.first = '';
      this.last = '~';
      this.bytes = 0;
      this.#encoded =
        typeof row.v === 'number' && row.v > FORMAT_VERSION
          ? new SegmentNewer(`the page ${this.item} has version ${row.v}, later than ${FORMAT_VERSION}`)
          : new SegmentDamaged(`the page ${this.item} is none`);
      return;
    }
    const { item, count, first, last, ...encoded } = parsed.data;
    this.item = item;
    this.count = count;
    this.first = first;
    this.last = last;
    this.bytes = encoded.body.length;
    this.#encoded = encoded;
  }

  /** @throws SegmentNewer, SegmentDamaged */
  block(): Block {
    if (this.#encoded instanceof Error) throw this.#encoded;
    return new Block(this.#encoded);
  }
}

export interface PageQuery extends SegmentsTable {
  readonly shard: number;
  /** Pages with keys after this; all that there are where it is left out. */
  readonly after?: string;
  /** Pages with keys before this. */
  readonly before?: string;
  /** The UTC days of writing that are read; from that of `after` on where they are left out. */
  readonly days?: readonly string[];
  readonly now: Date;
  readonly meter?: Meter;
}

/** No page is larger: its body, its key, and a few numbers. */
const MAX_ROW_BYTES = MAX_PAGE_BYTES + 64 * 1024;

/** The pages of a shard in the order of their keys, read consistently, day by day; expired ones left out. */
export async function* pagesOf(query: PageQuery): AsyncGenerator<Page> {
  const { client, table, shard, after, before, now, meter, days = pageDays(after, now) } = query;
  // A pack whose clock stands behind that of the last one has nothing to read; DynamoDB would refuse the question.
  if (before !== undefined && before <= `${after ?? ''} `) return;
  for (const day of days) {
    if (before !== undefined && day > before.slice(0, 10)) return;
    const input = {
      TableName: table,
      KeyConditionExpression: '#partition = :partition AND #item BETWEEN :after AND :before',
      FilterExpression: '#expires > :now',
      ExpressionAttributeNames: { '#partition': 'partition', '#item': 'item', '#expires': 'expiresAt' },
      ExpressionAttributeValues: {
        ':partition': pagePartition(shard, day),
        // A space stands before every character of a key: what begins with `after` and goes on comes behind it.
        ':after': `${after ?? ''} `,
        ':before': before ?? '~',
        ':now': Math.floor(now.getTime() / 1000),
      },
      ConsistentRead: true,
    };
    for await (const row of meteredRows({
      client,
      input,
      meter: meter ?? new ReadMeter(),
      maxRowBytes: MAX_ROW_BYTES,
    })) {
      yield new Page(row);
    }
  }
}

export interface OnePageQuery extends SegmentsTable {
  readonly shard: number;
  readonly item: string;
  readonly now: Date;
  readonly meter?: Meter;
}

/** One page by its key; undefined where it has expired. */
export async function readPage({
  shard,
  item,
  now,
  meter = new ReadMeter(),
  ...table
}: OnePageQuery): Promise<Page | undefined> {
  const units = Math.ceil(MAX_ROW_BYTES / 4096);
  const grant = await meter.reserve({ least: units, most: units });
  let taken = 0;
  try {
    const { Item, ConsumedCapacity } = await table.client.send(
      new GetCommand({
        TableName: table.table,
        Key: { partition: pagePartition(shard, dayOfPage(item)), item },
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    taken = ConsumedCapacity?.CapacityUnits ?? 0;
    if (Item === undefined || Number(Item.expiresAt) <= now.getTime() / 1000) return undefined;
    return new Page(Item);
  } finally {
    grant.settle(taken, 1);
  }
}

/** From the day of a key, or as far back as pages live, to tomorrow: clocks differ. */
export function pageDays(after: string | undefined, now: Date): readonly string[] {
  const oldest = new Date(now.getTime() - (PAGE_DAYS + 1) * DAY_SECONDS * 1000).toISOString().slice(0, 10);
  const first = after === undefined || after.slice(0, 10) < oldest ? oldest : after.slice(0, 10);
  const end = now.getTime() + DAY_SECONDS * 1000;
  const days: string[] = [];
  for (let time = Date.parse(`${first}T00:00:00Z`); time <= end; time += DAY_SECONDS * 1000) {
    days.push(new Date(time).toISOString().slice(0, 10));
  }
  return days;
}
