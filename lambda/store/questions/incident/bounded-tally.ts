import type { Listed } from './incident.ts';

/** How many distinct names an incident tells apart altogether, so that its memory is bounded: some 20 MB. */
export class NameBudget {
  #left: number;

  constructor(names = 100_000) {
    this.#left = names;
  }

  /** Whether there was room for one more. */
  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }
}

/** Distinct names, in the order in which they came. Beyond the bounds they are no longer told apart. */
export class Names {
  readonly #budget: NameBudget;
  readonly #most: number;
  readonly #names = new Set<string>();
  #isCut = false;

  /** @param most that are told apart. */
  constructor(budget: NameBudget, most = 1_000) {
    this.#budget = budget;
    this.#most = most;
  }

  add(name: string | undefined): void {
    if (name === undefined || this.#names.has(name)) return;
    if (this.#names.size >= this.#most || !this.#budget.take()) this.#isCut = true;
    else this.#names.add(name);
  }

  /** @param most that are listed. */
  listed(most: number): Listed<string> {
    return {
      items: [...this.#names].slice(0, most),
      total: this.#names.size,
      ...(this.#isCut && { atLeast: true as const }),
    };
  }
}

/** What is kept of each of several keys. Beyond the bound new keys are no longer told apart. */
export class BoundedTally<Entry> {
  readonly #most: number;
  readonly #entries = new Map<string, Entry>();
  #isCut = false;

  /** @param most keys that are told apart. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The entry of a key, made where it is new; undefined where there is no room for it. */
  entry(key: string, make: () => Entry): Entry | undefined {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    if (this.#entries.size >= this.#most) {
      this.#isCut = true;
      return undefined;
    }
    const entry = make();
    this.#entries.set(key, entry);
    return entry;
  }

  /** Whether keys came that there was no room for. */
  get isCut(): boolean {
    return this.#isCut;
  }

  values(): Entry[] {
    return [...this.#entries.values()];
  }

  /** @param most that are listed, by the order given. */
  listed<Item>(most: number, order: (a: Entry, b: Entry) => number, tell: (entry: Entry) => Item): Listed<Item> {
    return {
      items: this.values().sort(order).slice(0, most).map(tell),
      total: this.#entries.size,
      ...(this.#isCut && { atLeast: true as const }),
    };
  }
}
