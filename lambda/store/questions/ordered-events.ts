import type { TimeOrder } from '../dynamo/queries/partition-page.ts';
import { compareSummaries, type EventSummary } from '../segments/summary.ts';
import type { Page } from '../segments/table/page-rows.ts';
import type { LiveSegment } from '../segments/table/snapshot.ts';
import { type Asked, type Candidates, overlaps } from './candidates.ts';
import { positionsOf } from './conditions.ts';
import { blockOf } from './page-blocks.ts';

export interface OrderedQuestion extends Asked {
  readonly order: TimeOrder;
  /** The most events that are taken; all of them where it is left out. */
  readonly limit?: number;
}

/** Blocks of a segment that are read at once: few at first for a short answer, more where more is wanted. */
const FIRST_BLOCKS = { everything: 1, selected: 4, whole: 8 } as const;
const GROWTH = 4;

/** Events of a segment that are kept at once, about: where a block holds few of them, more blocks are read at once. */
const ENOUGH_EVENTS = 1024;
const MOST_BLOCKS = 64;

/** Longer answers are read ahead: none of it is read for nothing. */
const SHORT_ANSWER = 256;

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
      if (!overlaps(page, range)) continue;
      const block = blockOf(page);
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
  readonly #candidates: Candidates;
  /** Those still to be read, in the order in which they are. */
  #blocks: readonly number[] | undefined;
  #atOnce: number;
  #ahead: Promise<readonly EventSummary[]> | undefined;
  #events: readonly EventSummary[] = [];
  #at = 0;

  constructor(segment: LiveSegment, question: OrderedQuestion, candidates: Candidates) {
    this.#segment = segment;
    this.#question = question;
    this.#candidates = candidates;
    this.#atOnce =
      question.conditions.length === 0
        ? FIRST_BLOCKS.everything
        : this.#isShort
          ? FIRST_BLOCKS.selected
          : FIRST_BLOCKS.whole;
  }

  get next(): EventSummary | undefined {
    return this.#events[this.#at];
  }

  take(): boolean {
    return ++this.#at >= this.#events.length;
  }

  async fill(): Promise<void> {
    if (this.#blocks === undefined) {
      const blocks = await this.#candidates.blocksOf(this.#segment);
      this.#blocks = this.#isReversed ? blocks.toReversed() : blocks;
    }
    while (this.#at >= this.#events.length && (this.#ahead !== undefined || this.#blocks.length > 0)) {
      this.#events = await (this.#ahead ?? this.#read(this.#blocks));
      this.#at = 0;
      this.#ahead = undefined;
      if (this.#isShort || this.#blocks.length === 0) continue;
      this.#ahead = this.#read(this.#blocks);
      // An error is told when its turn comes; until then nobody listens, and Node would end the process.
      this.#ahead.catch(() => undefined);
    }
  }

  get #isReversed(): boolean {
    return this.#question.order === 'newest-first';
  }

  get #isShort(): boolean {
    const { limit } = this.#question;
    return limit !== undefined && limit <= SHORT_ANSWER;
  }

  async #read(left: readonly number[]): Promise<readonly EventSummary[]> {
    const { conditions, range } = this.#question;
    const numbers = left.slice(0, this.#atOnce);
    this.#blocks = left.slice(this.#atOnce);
    const blocks = await this.#segment.reader.blocks(numbers);
    const events = blocks.flatMap((block) => {
      const positions = positionsOf(block, conditions, range);
      return (this.#isReversed ? positions.reverse() : positions).map((position) => block.summary(position));
    });
    const fitting = Math.ceil((ENOUGH_EVENTS * numbers.length) / Math.max(1, events.length));
    this.#atOnce = Math.max(1, Math.min(MOST_BLOCKS, fitting, this.#isShort ? this.#atOnce * GROWTH : MOST_BLOCKS));
    return events;
  }
}

/** The order of events, or its reverse. */
export function comparison(order: TimeOrder): (a: EventSummary, b: EventSummary) => number {
  return order === 'oldest-first' ? compareSummaries : (a, b) => compareSummaries(b, a);
}
