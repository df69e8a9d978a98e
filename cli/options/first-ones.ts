/** The first items of a series, and whether there were more: the series is asked for one more than is given. */
export class FirstOnes<Item> implements AsyncIterable<Item> {
  readonly #items: AsyncIterable<Item>;
  readonly #limit: number;
  /** Known once the series was read. */
  hasMore = false;

  constructor(items: AsyncIterable<Item>, limit: number) {
    this.#items = items;
    this.#limit = limit;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    let given = 0;
    for await (const item of this.#items) {
      if (given >= this.#limit) {
        this.hasMore = true;
        return;
      }
      given++;
      yield item;
    }
  }
}
