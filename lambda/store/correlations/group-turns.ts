/** Lets a few tasks use a group at a time. The others wait for their turn, in the order in which they came. */
export class GroupTurns {
  readonly #limit: number;
  readonly #groups = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  /** @param limit how many at a time, of each group */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * @param work its argument says whether it had to wait: then what was read before may be old
   * @throws the error of the work; the others still have their turns
   */
  async run<Result>(group: string, work: (waited: boolean) => Promise<Result>): Promise<Result> {
    const turns = this.#groups.get(group) ?? { running: 0, waiting: [] };
    this.#groups.set(group, turns);
    const waits = turns.running >= this.#limit;
    // A task that ends passes its place on.
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
