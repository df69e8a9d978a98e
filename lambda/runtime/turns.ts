/** Lets works on one key run one after the other, in the order in which they were asked for; others run beside them. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs a work once all earlier works on any of its keys are over, whatever became of them. @throws what it throws. */
  async take<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = keys.flatMap((key) => this.#last.get(key) ?? []);
    const running = Promise.all(before).then(work);
    const over = running.then(
      () => {},
      () => {},
    );
    for (const key of keys) this.#last.set(key, over);
    try {
      return await running;
    } finally {
      for (const key of keys) if (this.#last.get(key) === over) this.#last.delete(key);
    }
  }
}
