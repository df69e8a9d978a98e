/** Runs tasks of one key one after the other, in the order of their calls. Tasks of other keys run at the same time. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs a task when all earlier tasks of any of its keys have ended, with or without an error. @throws the task's
   * error.
   */
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
