import { mapConcurrently } from '../shared/concurrency.ts';
import {
  type PartitionKey,
  type PartitionReadOptions,
  readPage,
  type TimeOrder,
} from '../store/dynamo/partition-page.ts';
import { ReadLimitReached } from '../store/dynamo/read-meter.ts';

/** How many rows something has, as far as a sample tells. */
export interface Estimate {
  readonly rows: number;
  /** The sample reached the end: the number is exact. */
  readonly exact: boolean;
}

/** Rows that samples look at, at each end, over all the keys that they are taken from. */
const SAMPLE_ROWS = 32;

/** Fewer tell nothing of how fast they come. */
const LEAST_ROWS = 4;

const CONCURRENCY = 8;

/** Half a unit for each 4 KB: rows are about 1 KB each, and each key is rounded up for itself. */
export function readUnits(rows: number, keys: number): number {
  return Math.max(keys * 0.5, rows * 0.125);
}

/**
 * Estimates the rows of several keys in the time range, from a few at both of its ends: those between come at a rate
 * between theirs. Where the meter doesn't do for all of them, from the first ones.
 * @throws ReadLimitReached where it doesn't do for one.
 */
export async function estimateRows(
  partitions: readonly PartitionKey[],
  options: PartitionReadOptions,
): Promise<Estimate> {
  const limit = Math.max(LEAST_ROWS, Math.ceil(SAMPLE_ROWS / Math.max(1, partitions.length)));
  const results = await estimateEach(partitions, (partition) => estimate(partition, options, limit));
  return {
    rows: Math.round((results.reduce((sum, { rows }) => sum + rows, 0) / results.length) * partitions.length),
    exact: results.length === partitions.length && results.every(({ exact }) => exact),
  };
}

/**
 * Estimates one after the other, a few at once, as far as their reads do.
 * @throws ReadLimitReached where not one was estimated.
 */
export async function estimateEach<Item, Result>(
  items: readonly Item[],
  estimateOne: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  let reached: ReadLimitReached | undefined;
  const results = await mapConcurrently(items, CONCURRENCY, async (item) => {
    if (reached !== undefined) return [];
    try {
      return [await estimateOne(item)];
    } catch (error) {
      if (!(error instanceof ReadLimitReached)) throw error;
      reached = error;
      return [];
    }
  });
  const done = results.flat();
  if (done.length === 0 && reached !== undefined) throw reached;
  return done;
}

async function estimate(partition: PartitionKey, options: PartitionReadOptions, limit: number): Promise<Estimate> {
  const newest = await sample(partition, options, 'newest-first', limit);
  if (newest.end === undefined) return { rows: newest.rows, exact: true };
  const oldest = await sample(partition, options, 'oldest-first', limit);
  const between = (Date.parse(newest.end) - Date.parse(oldest.end ?? newest.end)) / 1000;
  if (between <= 0) return { rows: newest.rows + 1, exact: false };
  const rate = Math.sqrt(newest.perSecond * oldest.perSecond);
  return { rows: newest.rows + oldest.rows + Math.round(between * rate), exact: false };
}

interface Sample {
  readonly rows: number;
  readonly perSecond: number;
  /** The time that it reached, where there are more rows beyond it. */
  readonly end?: string;
}

async function sample(
  partition: PartitionKey,
  options: PartitionReadOptions,
  order: TimeOrder,
  limit: number,
): Promise<Sample> {
  const page = { limit, leastRows: LEAST_ROWS, select: 'TIMES' } as const;
  const { scanned, items, next } = await readPage(partition, { ...options, order }, page);
  if (next === undefined) return { rows: scanned, perSecond: 0 };
  const start = items[0]?.[partition.index.sortKey] ?? next.eventTime;
  const seconds = Math.abs(Date.parse(String(start)) - Date.parse(next.eventTime)) / 1000;
  // Of n gaps, n - 1 over their time is the rate that is right in the mean: a few short ones would say far too much.
  return { rows: scanned, perSecond: (scanned - 2) / Math.max(1, seconds), end: next.eventTime };
}
