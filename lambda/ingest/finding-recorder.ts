import type { Finding } from '../findings/finding.ts';

/** Reports under way at once: each is a few calls. */
const CONCURRENCY = 8;

/** Reports findings while the object is still being read: an alert doesn't wait for the indexing of what follows. */
export class FindingRecorder {
  readonly #report: (finding: Finding) => Promise<unknown>;
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  #count = 0;

  constructor(report: (finding: Finding) => Promise<unknown>) {
    this.#report = report;
  }

  /** Findings so far. */
  get count(): number {
    return this.#count;
  }

  /** @throws the error of an earlier report: the object can't be closed any more. */
  async add(finding: Finding): Promise<void> {
    while (this.#underWay.size >= CONCURRENCY) await Promise.race(this.#underWay);
    this.#rethrow();
    this.#count++;
    const task = this.#report(finding)
      .then(() => {})
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#underWay.delete(task));
    this.#underWay.add(task);
  }

  /** Waits for every report. @throws the first error of one. */
  async finish(): Promise<void> {
    await this.settle();
    this.#rethrow();
  }

  /** Waits for every report, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
