/** Lets a few at a time do something about a group; others wait for their turn, in the order in which they came. */
export class GroupTurns {
  readonly #limit: number;
  readonly #groups = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  /** @param limit how many at a time, of each group */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * @param work told whether it had to wait, so that what was read before may be old
   * @throws what the work throws; the others have their turns all the same
   */
  async run<Result>(group: string, work: (waited: boolean) => Promise<Result>): Promise<Result> {
    const turns = this.#groups.get(group) ?? { running: 0, waiting: [] };
    this.#groups.set(group, turns);
    const waits = turns.running >= this.#limit;
    // Whoever ends hands its place on.
    if (waits) await new Promise<void>((resolve) => turns.waiting.push(resolve));
    else turns.running++;
    try {
      return await work(waits);
    } finally {
      const next = turns.waiting.shift();
      if (next !== undefined) next();
      else if (--turns.running === 0) this.#groups.delete(group);
    }
  }
}
