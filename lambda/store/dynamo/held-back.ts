export interface HeldBackOptions {
  /** Rows of a whole answer; Infinity where it has no limit. */
  readonly enough: number;
  /** Rows that are kept at most. */
  readonly most: number;
  /** Before the first rows of a longer answer are given: it may end it by throwing. */
  readonly release: () => Promise<void>;
}

/**
 * Gives nothing before the answer is known to be had: all of it was read, or as much of it as is kept and its release
 * was agreed to. A question that ends with an error until then has given no row.
 */
export async function* heldBack<Row>(
  batches: AsyncIterable<readonly Row[]>,
  { enough, most, release }: HeldBackOptions,
): AsyncGenerator<readonly Row[]> {
  let held: Row[] | undefined = [];
  for await (const batch of batches) {
    if (held === undefined) {
      yield batch;
      continue;
    }
    for (const row of batch) held.push(row);
    if (held.length < enough && held.length < most) continue;
    if (held.length < enough) await release();
    yield held;
    held = undefined;
  }
  if (held !== undefined && held.length > 0) yield held;
}
