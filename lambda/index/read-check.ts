import { type Grant, type Meter, type Need, ReadLimitReached, ReadMeter } from '../store/dynamo/read-meter.ts';

/** An answer that takes no more than this is read without being estimated: estimating takes nearly as much. */
const SMALL_UNITS = 256;

/**
 * The reads of an answer. Before they become more than a few, `check` is awaited once, which may end them by throwing.
 * Until then they take at most half of what the meter has left, so that the check can read as well.
 */
export class CheckedMeter implements Meter {
  readonly #first: ReadMeter;
  readonly #rest: ReadMeter;
  readonly #check: () => Promise<void>;
  #checked: Promise<void> | undefined;

  constructor(meter: ReadMeter, check: () => Promise<void>) {
    this.#first = new ReadMeter(meter.leftUnits / 2, meter);
    this.#rest = new ReadMeter(Number.POSITIVE_INFINITY, meter);
    this.#check = check;
  }

  /** What the answer itself has read, in read units. */
  get units(): number {
    return this.#first.reads.units + this.#rest.reads.units;
  }

  /** @throws what the check throws; ReadLimitReached. */
  async reserve(need: Need): Promise<Grant> {
    if (this.#checked === undefined && this.#first.reads.units < SMALL_UNITS) {
      try {
        return await this.#first.reserve(need);
      } catch (error) {
        if (!(error instanceof ReadLimitReached)) throw error;
      }
    }
    await this.check();
    return this.#rest.reserve(need);
  }

  /** Checks now, unless it was done. */
  check(): Promise<void> {
    this.#checked ??= this.#check();
    return this.#checked;
  }
}
