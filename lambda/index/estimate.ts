import { mapConcurrently } from './concurrency.ts';
import { type PartitionKey, type PartitionReadOptions, readPage } from './partition.ts';
import { secondsOf } from './time-range.ts';

/** How many rows something has, as far as a sample tells. */
export interface Estimate {
  readonly rows: number;
  /** The sample reached the end: the number is exact. */
  readonly exact: boolean;
}

/** Rows that a sample looks at, over all the keys that it is taken from. */
const SAMPLE_ROWS = 64;
const CONCURRENCY = 8;

/** Half a unit for each 4 KB: rows are about 1 KB each, and each key is rounded up for itself. */
export function readUnits(rows: number, keys: number): number {
  return Math.max(keys * 0.5, rows * 0.125);
}

/**
 * Estimates the rows of several keys in the time range: counts the first of them, and takes the others to come at
 * the same rate.
 */
export async function estimateRows(
  partitions: readonly PartitionKey[],
  options: PartitionReadOptions,
): Promise<Estimate> {
  const limit = Math.max(8, Math.ceil(SAMPLE_ROWS / Math.max(1, partitions.length)));
  const estimates = await mapConcurrently(partitions, CONCURRENCY, async (partition): Promise<Estimate> => {
    const { scanned, next } = await readPage(partition, options, { limit, select: 'COUNT' });
    if (next === undefined) return { rows: scanned, exact: true };
    const { range, order, now } = options;
    const reached = order === 'newest-first' ? { ...range, first: next.eventTime } : { ...range, last: next.eventTime };
    const share = secondsOf(reached, now) / secondsOf(range, now);
    return { rows: Math.max(scanned + 1, Math.round(scanned / Math.min(1, share))), exact: false };
  });
  return {
    rows: estimates.reduce((sum, { rows }) => sum + rows, 0),
    exact: estimates.every(({ exact }) => exact),
  };
}
