/** Tasks under way at once: each is a few calls. */
const CONCURRENCY = 8;

/** Tasks that go on while the object is still being read: an alert doesn't wait for the indexing of what follows. */
export class BoundedTasks {
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** Starts a task; waits first while as many as may be are under way. @throws the error of an earlier one. */
  async add(task: () => Promise<unknown>): Promise<void> {
    while (this.#underWay.size >= CONCURRENCY) await Promise.race(this.#underWay);
    this.#rethrow();
    const running = task()
      .then(() => {})
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
  }

  /** Waits for every task. @throws the first error of one. */
  async finish(): Promise<void> {
    await this.settle();
    this.#rethrow();
  }

  /** Waits for every task, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
