export interface HeldBackOptions {
  /** Rows of a whole answer; Infinity if it has no limit. */
  readonly enough: number;
  /** Rows that are kept at most. */
  readonly most: number;
  /** Called before the first rows of a longer answer are given. It may throw to end the answer. */
  readonly release: () => Promise<void>;
}

/**
 * Gives no row until the answer is sure: all of it was read, or as much as may be kept was read and its release was
 * accepted. A question that ends with an error before that has given no row.
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
