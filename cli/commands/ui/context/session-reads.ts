import { type Grant, type Meter, type Need, ReadMeter } from '../../../../lambda/store/dynamo/queries/read-meter.ts';

/** Bounds what all answers of a page's server take together: `--max-reads` holds for the session. */
export class SessionReads implements Meter {
  #meter: ReadMeter;
  /** Taken under earlier limits. */
  #before = 0;

  constructor(maxUnits: number) {
    this.#meter = new ReadMeter(maxUnits);
  }

  get units(): number {
    return this.#before + this.#meter.reads.units;
  }

  get limit(): number {
    return this.#before + this.#meter.maxUnits;
  }

  get left(): number {
    return Math.max(0, this.#meter.maxUnits - this.#meter.reads.units);
  }

  reserve(need: Need): Promise<Grant> {
    return this.#meter.reserve(need);
  }

  /** A person before the page said that it may take more. */
  allow(units: number): void {
    const before = this.units;
    const left = this.left;
    this.#before = before;
    this.#meter = new ReadMeter(left + units);
  }

  /** Counts what one answer takes, within what is left. Once nobody waits for it any more, it may read nothing. */
  meter(isGone?: AbortSignal): ReadMeter {
    return new ReadMeter(this.left, {
      reserve: async (need) => {
        isGone?.throwIfAborted();
        return this.reserve(need);
      },
    });
  }

  /** For an answer that meters itself: what it may take is reserved until it says what it took. */
  async whole<Result>(read: (maxUnits: number) => Promise<{ readonly result: Result; readonly units: number }>) {
    const grant = await this.#meter.reserve({ least: 1, most: Math.max(1, this.left) });
    let taken = 0;
    try {
      const { result, units } = await read(grant.units);
      taken = units;
      return { result, units };
    } finally {
      grant.settle(taken, 0);
    }
  }
}
