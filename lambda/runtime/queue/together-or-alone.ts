/**
 * Runs work together with other work, or alone. Work that has killed a function before runs alone, so that no other
 * work is lost if it does so again.
 */
export class TogetherOrAlone {
  readonly #waiting: (() => void)[] = [];
  #together = 0;
  #isAlone = false;

  /** Runs work once it may run. @throws what the work throws. */
  async run<Result>(alone: boolean, work: () => Promise<Result>): Promise<Result> {
    while (this.#isAlone || (alone && this.#together > 0)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (alone) this.#isAlone = true;
    else this.#together++;
    try {
      return await work();
    } finally {
      if (alone) this.#isAlone = false;
      else this.#together--;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}
