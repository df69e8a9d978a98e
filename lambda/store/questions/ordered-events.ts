import { compareSummaries, type EventSummary } from '../segments/summary.ts';
import type { Page } from '../segments/table/page-rows.ts';
import type { LiveSegment } from '../segments/table/snapshot.ts';
import { candidateBlocks } from './candidates.ts';
import { type Condition, positionsOf, type SecondsRange } from './conditions.ts';

export type TimeOrder = 'newest-first' | 'oldest-first';

export interface OrderedQuestion {
  readonly conditions: readonly Condition[];
  readonly range: SecondsRange;
  readonly order: TimeOrder;
}

/** Blocks of a segment that are read at once: few at first, for a short answer, then more. */
const FIRST_BLOCKS = 1;
const MOST_BLOCKS = 16;

/** Matching events from one place, in order. */
export interface Source {
  /** The next event without taking it; undefined at the end. Only after `fill`. */
  readonly next: EventSummary | undefined;
  /** Takes it. @returns whether `fill` must be called before the next one is asked for. */
  take(): boolean;
  /** Reads on, if nothing is left of what was read. */
  fill(): Promise<void>;
}

/** The matching events of pages: they are in memory, and what came in two of them is there once. */
export class PageSource implements Source {
  readonly #events: readonly EventSummary[];
  #at = 0;

  /** @throws SegmentNewer, SegmentDamaged */
  constructor(pages: readonly Page[], { conditions, range, order }: OrderedQuestion) {
    const events: EventSummary[] = [];
    for (const page of pages) {
      const block = page.block();
      for (const position of positionsOf(block, conditions, range)) events.push(block.summary(position));
    }
    this.#events = events.sort(comparison(order));
  }

  get next(): EventSummary | undefined {
    return this.#events[this.#at];
  }

  take(): boolean {
    this.#at++;
    return false;
  }

  async fill(): Promise<void> {}
}

/** The matching events of a segment, read a few blocks at a time. */
export class SegmentSource implements Source {
  readonly #segment: LiveSegment;
  readonly #question: OrderedQuestion;
  /** Those still to be read, in the order in which they are. */
  #blocks: readonly number[] | undefined;
  #atOnce = FIRST_BLOCKS;
  #events: readonly EventSummary[] = [];
  #at = 0;

  constructor(segment: LiveSegment, question: OrderedQuestion) {
    this.#segment = segment;
    this.#question = question;
  }

  get next(): EventSummary | undefined {
    return this.#events[this.#at];
  }

  take(): boolean {
    return ++this.#at >= this.#events.length;
  }

  async fill(): Promise<void> {
    const { conditions, range, order } = this.#question;
    const isReversed = order === 'newest-first';
    if (this.#blocks === undefined) {
      const blocks = await candidateBlocks(this.#segment, conditions, range);
      this.#blocks = isReversed ? blocks.toReversed() : blocks;
    }
    while (this.#at >= this.#events.length && this.#blocks.length > 0) {
      const numbers = this.#blocks.slice(0, this.#atOnce);
      this.#blocks = this.#blocks.slice(this.#atOnce);
      this.#atOnce = Math.min(MOST_BLOCKS, this.#atOnce * 2);
      const blocks = await this.#segment.reader.blocks(numbers);
      this.#events = blocks.flatMap((block) => {
        const positions = positionsOf(block, conditions, range);
        return (isReversed ? positions.reverse() : positions).map((position) => block.summary(position));
      });
      this.#at = 0;
    }
  }
}

/** The order of events, or its reverse. */
export function comparison(order: TimeOrder): (a: EventSummary, b: EventSummary) => number {
  return order === 'oldest-first' ? compareSummaries : (a, b) => compareSummaries(b, a);
}
