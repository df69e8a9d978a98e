/** Runs tasks with a bounded number in progress at the same time, while others are still being created. */
export class BoundedTasks {
  readonly #limit: number;
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param limit tasks in progress at the same time, 1 or more. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Starts a task. Waits first while as many are in progress as the limit allows.
   * @throws the first error of an earlier task. Then neither this task nor any later one is started.
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

  /** Waits for every task. Never throws. */
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
 * Maps items with at most `limit` calls in progress, and keeps their order.
 * @throws the first error, after the calls in progress have ended. No further call begins.
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
 * Maps items as they come, and gives the results in the order of the items. At most `limit` calls are in progress or
 * have results that wait. No more items are taken than that, so a long list is never held in memory.
 * @throws the error of an item when its turn comes. Before it ends, all calls in progress have ended.
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
      // An error is thrown when its turn comes. Until then nothing handles it, and Node would end the process.
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
