import { createHash } from 'node:crypto';

/** How many partitions each key is spread over: a partition takes 1,000 writes a second. */
export interface Shards {
  /** Of the index by-day, which every event of an account and day shares. */
  readonly day: number;
  /** Of every other index. */
  readonly others: number;
}

/** Shard 0 has no suffix, so that the keys of an index with one shard are the values themselves. */
export function shardedKey(key: string, shard: number): string {
  return shard === 0 ? key : `${key}#${shard}`;
}

/** The shard of an event, the same every time it is written. */
export function shardOf(eventID: string, identity: string, count: number): number {
  if (count === 1) return 0;
  return createHash('sha1').update(eventID).update(identity).digest().readUInt32BE() % count;
}
