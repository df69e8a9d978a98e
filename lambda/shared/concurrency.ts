/** Tasks of which a bounded number is under way at once, while others are still being made. */
export class BoundedTasks {
  readonly #limit: number;
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param limit tasks under way at once, 1 or more. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Starts a task, after a wait while as many are under way as the limit allows.
   * @throws the first error of an earlier task: this one then isn't started, nor is any after it.
   */
  async add(task: () => Promise<unknown>): Promise<void> {
    while (this.#underWay.size >= this.#limit) await Promise.race(this.#underWay);
    this.#rethrow();
    const running = this.#run(task).finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
  }

  /** Waits for every task. @throws the first error of one, once all of them have ended. */
  async finish(): Promise<void> {
    await this.settle();
    this.#rethrow();
  }

  /** Waits for every task, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #run(task: () => Promise<unknown>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/**
 * Maps items with at most `limit` calls under way, and keeps their order.
 * @throws the first error, once the calls under way have ended; no further one begins.
 */
export async function mapConcurrently<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const tasks = new BoundedTasks(limit);
  try {
    let index = 0;
    for (const item of items) {
      const place = index++;
      await tasks.add(async () => {
        results[place] = await map(item);
      });
    }
  } finally {
    await tasks.settle();
  }
  await tasks.finish();
  return results;
}

/**
 * Maps items as they come, with at most `limit` calls under way or waiting to be taken, and gives the results in the
 * order of the items. No more items are taken than that, so that a long list is never held.
 * @throws the error of an item when its turn comes. Whenever it ends, the calls under way have ended.
 */
export async function* mapInOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  limit: number,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const waiting: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = (async () => map(item))();
      // An error is told when its turn comes; until then nobody listens, and Node would end the process.
      result.catch(() => undefined);
      waiting.push(result);
      const first = waiting.length >= limit ? waiting.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield await next;
  } finally {
    await Promise.allSettled(waiting);
  }
}
