import { setImmediate } from 'node:timers/promises';

export interface GatheredOptions<Item, Answer> {
  /** Items of a call, at most. */
  readonly most: number;
  /** Items with the same name never go into the same call. */
  readonly nameOf: (item: Item) => string;
  /** One call for two items or more. Its answers are in their order; undefined where it couldn't say. */
  readonly send: (items: readonly Item[]) => Promise<readonly (Answer | undefined)[]>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly answer: (answer: Answer | undefined) => void;
}

/** Calls at a time: what is asked for meanwhile waits, and goes together. */
const CALLS = 2;

/**
 * Does in one call what was asked for at the same time, by tasks that know nothing of each other. An item that is alone, or
 * that the call couldn't answer, or all of them where it failed, are for those to ask who want them: so one bad item
 * never harms another.
 */
export class Gathered<Item, Answer> {
  readonly #options: GatheredOptions<Item, Answer>;
  #waiting: Waiting<Item, Answer>[] = [];
  #calls = 0;
  #isComing = false;

  constructor(options: GatheredOptions<Item, Answer>) {
    this.#options = options;
  }

  /** @returns undefined where the caller must ask by itself. Never throws. */
  async ask(item: Item): Promise<Answer | undefined> {
    return await new Promise((answer) => {
      this.#waiting.push({ item, answer });
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#isComing || this.#calls >= CALLS || this.#waiting.length === 0) return;
    this.#isComing = true;
    void this.#sendSoon();
  }

  /** When the tasks that run now have come to where they wait. */
  async #sendSoon(): Promise<void> {
    await setImmediate();
    this.#isComing = false;
    const together = this.#take();
    this.#calls += 1;
    this.#begin();
    const answers = await this.#answersTo(together.map(({ item }) => item));
    this.#calls -= 1;
    for (const [place, { answer }] of together.entries()) answer(answers[place]);
    this.#begin();
  }

  #take(): readonly Waiting<Item, Answer>[] {
    const together = new Map<string, Waiting<Item, Answer>>();
    const later: Waiting<Item, Answer>[] = [];
    for (const waiting of this.#waiting) {
      const name = this.#options.nameOf(waiting.item);
      if (together.size < this.#options.most && !together.has(name)) together.set(name, waiting);
      else later.push(waiting);
    }
    this.#waiting = later;
    return [...together.values()];
  }

  async #answersTo(items: readonly Item[]): Promise<readonly (Answer | undefined)[]> {
    if (items.length < 2) return [];
    try {
      return await this.#options.send(items);
    } catch {
      return [];
    }
  }
}
