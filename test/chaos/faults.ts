/** What may go wrong with one call of AWS. */
export const FAULTS = [
  /** The service fails; nothing was done. */
  'fail',
  /** The service is throttled, and stays so for all of the SDK's own retries. */
  'throttle',
  /** No answer, and nothing was done. */
  'time-out',
  /** It was done, and the answer was lost. */
  'lost-answer',
  /** The function dies before the call. */
  'kill-before',
  /** The function dies after the call was done, before it hears of that. */
  'kill-after',
  /** BatchWriteItem does half of it. */
  'unprocessed',
] as const;

export type Fault = (typeof FAULTS)[number];

/** Whether a fault can happen at a call site. */
export function applies(fault: Fault, site: string): boolean {
  return fault !== 'unprocessed' || site.startsWith('BatchWriteItem ');
}

/** Decides which calls go wrong. */
export interface Gremlin {
  /** Asked once for each call, in the order of the calls. */
  faultOf(site: string): Fault | undefined;
  /** Faults that were injected. */
  readonly injected: number;
}

/** Breaks one call of a site, by its number. */
export class OneFault implements Gremlin {
  readonly #site: string;
  readonly #fault: Fault;
  readonly #occurrence: number;
  #calls = 0;
  injected = 0;

  constructor(site: string, fault: Fault, occurrence = 1) {
    this.#site = site;
    this.#fault = fault;
    this.#occurrence = occurrence;
  }

  faultOf(site: string): Fault | undefined {
    if (site !== this.#site || ++this.#calls !== this.#occurrence) return undefined;
    this.injected++;
    return this.#fault;
  }
}

/** Breaks any call with a probability, until it has broken a given number. */
export class RandomFaults implements Gremlin {
  readonly #random: () => number;
  readonly #probability: number;
  readonly #limit: number;
  injected = 0;

  constructor(random: () => number, probability: number, limit: number) {
    this.#random = random;
    this.#probability = probability;
    this.#limit = limit;
  }

  faultOf(site: string): Fault | undefined {
    if (this.injected >= this.#limit || this.#random() >= this.#probability) return undefined;
    const possible = FAULTS.filter((fault) => applies(fault, site));
    this.injected++;
    return possible[Math.floor(this.#random() * possible.length)];
  }
}

/** Breaks nothing. */
export const NO_FAULTS: Gremlin = { faultOf: () => undefined, injected: 0 };

/** Numbers from 0 up to 1 that a seed determines ("mulberry32"). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
