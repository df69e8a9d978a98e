import { mapConcurrently } from '../../../shared/concurrency.ts';
import type { TimeOrder } from './partition-page.ts';

/** Rows of one key, in the order of their times; rows of the same second in any order. */
export interface TimedSource<Row> {
  /** The next rows, and the time up to which all rows were given; no time once there are no more rows. */
  next(): Promise<{ readonly rows: readonly Row[]; readonly upTo?: string }>;
}

export interface MergeOptions<Row> {
  readonly order: TimeOrder;
  readonly timeOf: (row: Row) => string;
  /** Orders rows of the same second. 0 means the same row, which is then given once. */
  readonly compareTies: (a: Row, b: Row) => number;
}

/** Calls that run at the same time. */
const CONCURRENCY = 16;

interface Head<Row> {
  readonly source: TimedSource<Row>;
  rows: Row[];
  upTo: string | undefined;
  open: boolean;
}

/**
 * Merges sources by time, in batches: a row is given as soon as no source can have an earlier one. The order is total,
 * the same however the sources cut their pages; a row that comes twice is given once.
 */
export async function* mergeByTime<Row>(
  sources: readonly TimedSource<Row>[],
  { order, timeOf, compareTies }: MergeOptions<Row>,
): AsyncGenerator<readonly Row[]> {
  const direction = order === 'oldest-first' ? 1 : -1;
  const compareTimes = (a: string, b: string): number => (a === b ? 0 : a < b ? -direction : direction);
  const compare = (a: Row, b: Row): number => compareTimes(timeOf(a), timeOf(b)) || direction * compareTies(a, b);

  let heads: Head<Row>[] = sources.map((source) => ({ source, rows: [], upTo: undefined, open: true }));
  while (heads.length > 0) {
    // Only the sources that the others wait for are read further.
    const front = earliest(heads, compareTimes);
    await mapConcurrently(
      heads.filter(({ open, upTo }) => open && upTo === front),
      CONCURRENCY,
      async (head) => {
        const { rows, upTo } = await head.source.next();
        for (const row of rows) head.rows.push(row);
        head.upTo = upTo;
        head.open = upTo !== undefined;
      },
    );
    const waiting = heads.some(({ open }) => open);
    const bound = earliest(heads, compareTimes);
    const ready: Row[] = [];
    for (const head of heads) {
      const end =
        waiting && bound !== undefined
          ? head.rows.findIndex((row) => compareTimes(timeOf(row), bound) >= 0)
          : head.rows.length;
      for (const row of head.rows.splice(0, end < 0 ? head.rows.length : end)) ready.push(row);
    }
    heads = heads.filter(({ open, rows }) => open || rows.length > 0);
    if (ready.length > 0) yield once(ready.sort(compare), compare);
  }
}

/** The time up to which all open sources were read; undefined if one wasn't read at all. */
function earliest<Row>(
  heads: readonly Head<Row>[],
  compareTimes: (a: string, b: string) => number,
): string | undefined {
  let earliest: string | undefined;
  for (const { open, upTo } of heads) {
    if (!open) continue;
    if (upTo === undefined) return undefined;
    if (earliest === undefined || compareTimes(upTo, earliest) < 0) earliest = upTo;
  }
  return earliest;
}

function once<Row>(sorted: readonly Row[], compare: (a: Row, b: Row) => number): readonly Row[] {
  return sorted.filter((row, index) => {
    const before = sorted[index - 1];
    return index === 0 || before === undefined || compare(before, row) !== 0;
  });
}
