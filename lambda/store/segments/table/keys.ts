import { createHash, randomBytes } from 'node:crypto';

/** The attributes that every item of the segments table is found by. */
export interface SegmentKey {
  readonly partition: string;
  readonly item: string;
}

/** The one item that says what is committed. */
export const STATE_KEY: SegmentKey = { partition: 'state', item: 'state' };

/**
 * The item by which a pack knows that it is alone in its lane, and what a dead one has left there.
 * @param lane a share of the page shards, on which one function at a time works.
 */
export function leaseKey(lane: number): SegmentKey {
  return { partition: 'lease', item: lane === 0 ? 'pack' : `pack#${lane}` };
}

/** What the partitions of pages begin with, and no other item's. */
export const PAGE_PARTITIONS = 'page#';

/** @param day UTC day on which the pages were written, `YYYY-MM-DD`. */
export function pagePartition(shard: number, day: string): string {
  return `${PAGE_PARTITIONS}${shard}#${day}`;
}

/** The shard of an object's pages, the same every time: `shards` partitions share the writes of a day. */
export function pageShardOf(
  { bucket, key }: { readonly bucket: string; readonly key: string },
  shards: number,
): number {
  return shards === 1 ? 0 : createHash('sha1').update(`${bucket}/${key}`).digest().readUInt32BE() % shards;
}

/** Keys of pages sort by the time at which they were written. Each try of a write takes a new one. */
export function pageItem(writtenAt: Date): string {
  return `${writtenAt.toISOString()}#${randomId()}`;
}

/** The day partition that a page's key is in. */
export function dayOfPage(item: string): string {
  return item.slice(0, 10);
}

/** @param month of the day of the segments' events, `YYYY-MM`. */
export function descriptorPartition(month: string): string {
  return `segments#${month}`;
}

/** @param day `YYYY-MM-DD`. */
export function descriptorKey(day: string, segmentId: string): SegmentKey {
  return { partition: descriptorPartition(day.slice(0, 7)), item: `${day.slice(8)}#${segmentId}` };
}

/** Each item of a segment is a partition of its own: none of them is ever hot because of the others. */
export function dataKey(segmentId: string, key: string): SegmentKey {
  return { partition: `${segmentId}/${key}`, item: DATA_ITEM };
}

const DATA_ITEM = '0';

/** New for every attempt at making a segment. */
export function newSegmentId(): string {
  return randomId();
}

function randomId(): string {
  return randomBytes(12).toString('base64url');
}
