import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand, BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { FaultOfAccess } from '../../../shared/faults.ts';
import { type Meter, ReadMeter } from '../../dynamo/queries/read-meter.ts';
import type { EncodedItem } from '../encoding/codec.ts';
import { SegmentDamaged } from '../encoding/segment-faults.ts';
import type { SegmentFacts, SegmentItem } from '../segment-shape.ts';
import { mostUnitsOf } from './item-units.ts';
import { dataKey } from './keys.ts';
import type { SegmentsTable } from './state.ts';

/** BatchGetItem's and BatchWriteItem's bounds. */
const READ_ITEMS = 100;
const WRITE_ITEMS = 25;

const TRIES = 10;
const BACKOFF_MILLISECONDS = 50;
const MAX_BACKOFF_MILLISECONDS = 3_000;

/** An item of a live segment that isn't there, though it was asked for consistently: never taken for empty. */
export class SegmentItemMissing extends FaultOfAccess {
  override readonly name = 'SegmentItemMissing';
}

/** Items that stayed unprocessed until the tries ran out: the table is throttled. */
export class ItemsUnprocessed extends FaultOfAccess {
  override readonly name = 'ItemsUnprocessed';
}

const itemSchema = z.object({
  partition: z.string(),
  item: z.string(),
  v: z.number(),
  codec: z.number(),
  body: z.instanceof(Uint8Array),
});

/**
 * Writes items of a segment, whose id is new: nothing has their keys.
 * @param expiresAt epoch second after which DynamoDB may delete them.
 * @throws ItemsUnprocessed; the SDK's errors.
 */
export async function putSegmentItems(
  table: SegmentsTable,
  segmentId: string,
  items: readonly SegmentItem[],
  expiresAt: number,
): Promise<void> {
  const requests = items.map(({ key, v, codec, body }) => ({
    PutRequest: { Item: { ...dataKey(segmentId, key), v, codec, body, expiresAt } },
  }));
  await writeAll(table, requests);
}

/** Deletes items of a segment that was never committed. Those that are not there don't matter. */
export async function deleteSegmentItems(
  table: SegmentsTable,
  segmentId: string,
  keys: readonly string[],
): Promise<void> {
  await writeAll(
    table,
    keys.map((key) => ({ DeleteRequest: { Key: { ...dataKey(segmentId, key) } } })),
  );
}

type WriteRequest =
  | { readonly PutRequest: { Item: Record<string, unknown> } }
  | { readonly DeleteRequest: { Key: Record<string, unknown> } };

async function writeAll({ client, table }: SegmentsTable, requests: readonly WriteRequest[]): Promise<void> {
  for (let start = 0; start < requests.length; start += WRITE_ITEMS) {
    let left: NonNullable<BatchWriteCommand['input']['RequestItems']>[string] = requests.slice(
      start,
      start + WRITE_ITEMS,
    );
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt === TRIES) throw new ItemsUnprocessed(`${left.length} items stayed unprocessed after ${TRIES} tries`);
      if (attempt > 0) await pause(attempt);
      const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [table]: left } }));
      left = UnprocessedItems?.[table] ?? [];
    }
  }
}

/** Items of segments that were read, by what they are. */
export interface ItemReads {
  /** Segments of which an item was read. */
  readonly segments: number;
  /** Segments that are one item among them. */
  readonly blocks: number;
  /** Parts of dictionaries, and of the lists of their values. */
  readonly dictionaryParts: number;
  /** Parts of filters, and maps of blocks. */
  readonly others: number;
}

export interface ItemRead extends SegmentsTable {
  readonly meter?: Meter;
}

/** Calls under way at once. */
const CALLS_AT_ONCE = 32;

/** An item that is waited for. */
interface Wanted {
  readonly segmentId: string;
  readonly key: string;
  readonly partition: string;
  /** Read units of an eventually consistent read, set aside before the call. */
  readonly units: number;
  readonly found: Promise<EncodedItem>;
  readonly resolve: (item: EncodedItem) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads items of segments: what is asked for within one turn of the event loop shares calls, whichever segments it is of,
 * so that waiting for one answer is waiting for all. Items never change, so they are read as cheaply as can be, and once
 * more consistently where one isn't found.
 */
export class SegmentItems {
  readonly #table: SegmentsTable;
  readonly #meter: Meter;
  #waiting = new Map<string, Wanted>();
  #isScheduled = false;
  #calls = 0;
  readonly #segments = new Set<string>();
  #reads = { blocks: 0, dictionaryParts: 0, others: 0 };

  constructor({ client, table, meter = new ReadMeter() }: ItemRead) {
    this.#table = { client, table };
    this.#meter = meter;
  }

  get reads(): ItemReads {
    return { segments: this.#segments.size, ...this.#reads };
  }

  /**
   * @returns all of the items by their keys.
   * @throws SegmentItemMissing; ItemsUnprocessed; SegmentDamaged; ReadLimitReached; the SDK's errors.
   */
  async fetch(segment: SegmentFacts & { readonly segmentId: string }, keys: readonly string[]) {
    const wanted = keys.map((key) => this.#want(segment, key));
    const items = await Promise.all(wanted.map(({ found }) => found));
    return new Map(keys.map((key, index) => [key, items[index] as EncodedItem]));
  }

  #want(segment: SegmentFacts & { readonly segmentId: string }, key: string): Wanted {
    const { segmentId } = segment;
    const { partition } = dataKey(segmentId, key);
    // A key that stands twice in one call is an error.
    const before = this.#waiting.get(partition);
    if (before !== undefined) return before;
    const { promise, resolve, reject } = Promise.withResolvers<EncodedItem>();
    // Promise.all tells the first error of several; the others are told to nobody.
    promise.catch(() => undefined);
    const wanted = { segmentId, key, partition, units: mostUnitsOf(segment, key), found: promise, resolve, reject };
    this.#waiting.set(partition, wanted);
    this.#schedule();
    return wanted;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#begin();
    });
  }

  #begin(): void {
    while (this.#calls < CALLS_AT_ONCE && this.#waiting.size > 0) {
      const batch = [...this.#waiting.values()].slice(0, READ_ITEMS);
      for (const { partition } of batch) this.#waiting.delete(partition);
      this.#calls++;
      this.#readAll(batch)
        .catch((error: unknown) => {
          for (const { reject } of batch) reject(error);
        })
        .finally(() => {
          this.#calls--;
          this.#begin();
        });
    }
  }

  async #readAll(batch: readonly Wanted[]): Promise<void> {
    const missing = await this.#read(batch, false);
    for (const { segmentId, key, reject } of await this.#read(missing, true)) {
      reject(new SegmentItemMissing(`the segment ${segmentId} lacks its item ${key}`));
    }
  }

  /** @returns those that weren't found. */
  async #read(batch: readonly Wanted[], isConsistent: boolean): Promise<readonly Wanted[]> {
    const byPartition = new Map(batch.map((wanted) => [wanted.partition, wanted]));
    const missing: Wanted[] = [];
    let left = batch;
    for (let attempt = 0; left.length > 0; ) {
      if (attempt === TRIES) throw new ItemsUnprocessed(`${left.length} items stayed unread after ${TRIES} tries`);
      if (attempt > 0) await pause(attempt);
      const { asked, found, unprocessed } = await this.#call(left, isConsistent);
      for (const row of found) {
        const wanted = byPartition.get(row.partition);
        wanted?.resolve(row);
        if (wanted !== undefined) this.#note(wanted);
      }
      const [answered, again] = [new Set(found.map(({ partition }) => partition)), new Set(unprocessed)];
      missing.push(...asked.filter(({ partition }) => !answered.has(partition) && !again.has(partition)));
      left = [...asked.filter(({ partition }) => again.has(partition)), ...left.slice(asked.length)];
      attempt = again.size === 0 ? 0 : again.size < asked.length ? 1 : attempt + 1;
    }
    return missing;
  }

  /** One call, for as many of the items as the meter grants. */
  async #call(left: readonly Wanted[], isConsistent: boolean) {
    const { client, table } = this.#table;
    const factor = isConsistent ? 2 : 1;
    const most = left.reduce((sum, { units }) => sum + units * factor, 0);
    const grant = await this.#meter.reserve({ least: (left[0]?.units ?? 0) * factor, most });
    const asked = fitting(left, grant.units / factor);
    let [units, rows] = [0, 0];
    try {
      const { Responses, UnprocessedKeys, ConsumedCapacity } = await client.send(
        new BatchGetCommand({
          RequestItems: {
            [table]: {
              Keys: asked.map(({ segmentId, key }) => ({ ...dataKey(segmentId, key) })),
              ...(isConsistent && { ConsistentRead: true }),
            },
          },
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
      const found = (Responses?.[table] ?? []).map(readItem);
      rows = found.length;
      units = ConsumedCapacity?.[0]?.CapacityUnits ?? most;
      return { asked, found, unprocessed: UnprocessedKeys?.[table]?.Keys?.map(({ partition }) => String(partition)) };
    } finally {
      grant.settle(units, rows);
    }
  }

  #note({ segmentId, key }: Wanted): void {
    this.#segments.add(segmentId);
    const [kind] = key.split('/');
    if (kind === 'block' || kind === 'whole') this.#reads.blocks++;
    else if (kind === 'dictionary' || kind === 'list') this.#reads.dictionaryParts++;
    else this.#reads.others++;
  }
}

/** The first so many that fit, one at least. */
function fitting(wanted: readonly Wanted[], granted: number): readonly Wanted[] {
  let units = 0;
  const end = wanted.findIndex((one) => {
    units += one.units;
    return units > granted;
  });
  return end === -1 ? wanted : wanted.slice(0, Math.max(1, end));
}

function readItem(row: Record<string, unknown>): z.infer<typeof itemSchema> {
  const parsed = itemSchema.safeParse(row);
  if (!parsed.success) throw new SegmentDamaged(`${String(row.partition)} is no item of a segment`);
  return parsed.data;
}

async function pause(attempt: number): Promise<void> {
  const bound = Math.min(MAX_BACKOFF_MILLISECONDS, BACKOFF_MILLISECONDS * 2 ** attempt);
  await sleep(bound / 2 + (Math.random() * bound) / 2);
}
