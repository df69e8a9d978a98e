import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand, BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { FaultOfAccess } from '../../../shared/faults.ts';
import { type Meter, ReadMeter } from '../../dynamo/read-meter.ts';
import type { EncodedItem } from '../codec.ts';
import { SegmentDamaged } from '../faults.ts';
import type { SegmentItem } from '../segment-shape.ts';
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

export interface ItemRead extends SegmentsTable {
  readonly meter?: Meter;
  /** What an item takes on the average, in read units of an eventually consistent read; it is set aside before the call. */
  readonly unitsAnItem?: number;
}

/** Read units that are set aside for an item: most take one or two. */
const USUAL_UNITS = 2;

/**
 * Reads items of a segment. They never change, so they are read as cheaply as can be, and once more consistently where one
 * isn't found.
 * @throws SegmentItemMissing; ReadLimitReached; the SDK's errors.
 */
export async function fetchSegmentItems(
  read: ItemRead,
  segmentId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, EncodedItem>> {
  const batches: (readonly string[])[] = [];
  for (let start = 0; start < keys.length; start += READ_ITEMS) batches.push(keys.slice(start, start + READ_ITEMS));
  const found = new Map<string, EncodedItem>();
  await Promise.all(
    batches.map(async (batch) => {
      await readBatch(read, segmentId, batch, found, false);
      const missing = batch.filter((key) => !found.has(key));
      if (missing.length > 0) await readBatch(read, segmentId, missing, found, true);
    }),
  );
  const missing = keys.find((key) => !found.has(key));
  if (missing !== undefined) throw new SegmentItemMissing(`the segment ${segmentId} lacks its item ${missing}`);
  return found;
}

async function readBatch(
  { client, table, meter = new ReadMeter(), unitsAnItem = USUAL_UNITS }: ItemRead,
  segmentId: string,
  keys: readonly string[],
  found: Map<string, EncodedItem>,
  isConsistent: boolean,
): Promise<void> {
  const names = new Map(keys.map((key) => [dataKey(segmentId, key).partition, key]));
  let left: Record<string, unknown>[] = keys.map((key) => ({ ...dataKey(segmentId, key) }));
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt === TRIES) throw new ItemsUnprocessed(`${left.length} items stayed unread after ${TRIES} tries`);
    if (attempt > 0) await pause(attempt);
    const need = left.length * unitsAnItem * (isConsistent ? 2 : 1);
    const grant = await meter.reserve({ least: need, most: need });
    let [units, rows] = [0, 0];
    try {
      const { Responses, UnprocessedKeys, ConsumedCapacity } = await client.send(
        new BatchGetCommand({
          RequestItems: { [table]: { Keys: left, ...(isConsistent && { ConsistentRead: true }) } },
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
      units = ConsumedCapacity?.[0]?.CapacityUnits ?? need;
      for (const row of Responses?.[table] ?? []) {
        rows++;
        const parsed = itemSchema.safeParse(row);
        if (!parsed.success) throw new SegmentDamaged(`an item of the segment ${segmentId} is none`);
        const key = names.get(parsed.data.partition);
        if (key !== undefined) found.set(key, parsed.data);
      }
      left = UnprocessedKeys?.[table]?.Keys ?? [];
    } finally {
      grant.settle(units, rows);
    }
  }
}

async function pause(attempt: number): Promise<void> {
  const bound = Math.min(MAX_BACKOFF_MILLISECONDS, BACKOFF_MILLISECONDS * 2 ** attempt);
  await sleep(bound / 2 + (Math.random() * bound) / 2);
}
