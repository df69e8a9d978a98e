import { mapConcurrently } from '../../shared/concurrency.ts';
import { secondsOf } from '../segments/block.ts';
import type { EventSummary } from '../segments/summary.ts';
import type { LiveSegment, Snapshot } from '../segments/table/snapshot.ts';
import { Candidates, overlaps } from './candidates.ts';
import { comparison, type OrderedQuestion, PageSource, SegmentSource, type Source } from './ordered-events.ts';

/** Segments that are opened at once: few at first, for a short answer, then more. */
const FIRST_WINDOW = 4;
const MOST_WINDOW = 64;

/** Those of an answer that is wanted whole: each keeps some thousand events at most. */
const WHOLE_WINDOW = 32;

/**
 * The events of a snapshot that meet a question, in order, each once. Segments are opened only as far as the answer is
 * taken: those that are neighbours in time together, so that waiting for DynamoDB adds up little.
 */
export async function* searchSnapshot(
  snapshot: Snapshot,
  question: OrderedQuestion,
  candidates: Candidates = new Candidates(question),
): AsyncGenerator<EventSummary> {
  const compare = comparison(question.order);
  const waiting = inOpeningOrder(snapshot.segments, question);
  const sources = new SourceHeap(compare);
  sources.add(new PageSource(snapshot.pages, question));
  // Where every event is asked for, segments that lie apart would only wait in memory for their turn.
  let window = question.limit === undefined && question.conditions.length > 0 ? WHOLE_WINDOW : FIRST_WINDOW;
  let last: EventSummary | undefined;
  for (;;) {
    const next = sources.first?.next;
    const unopened = waiting[0];
    if (unopened !== undefined && (next === undefined || !isBefore(next, unopened, question))) {
      const opened = waiting.splice(0, window).map((segment) => new SegmentSource(segment, question, candidates));
      if (question.conditions.length > 0) window = Math.min(MOST_WINDOW, window * 2);
      await mapConcurrently(opened, MOST_WINDOW, (source) => source.fill());
      for (const source of opened) sources.add(source);
      continue;
    }
    if (next === undefined) return;
    if (last === undefined || compare(last, next) !== 0) yield next;
    last = next;
    await sources.advance();
  }
}

/** In the order in which the first event of each may come. */
function inOpeningOrder(segments: readonly LiveSegment[], { range, order }: OrderedQuestion): LiveSegment[] {
  const asked = segments.filter(({ descriptor }) => overlaps(descriptor, range));
  return order === 'oldest-first'
    ? asked.sort((a, b) => secondsOf(a.descriptor.first) - secondsOf(b.descriptor.first))
    : asked.sort((a, b) => secondsOf(b.descriptor.last) - secondsOf(a.descriptor.last));
}

/** Whether an event stands before every event of a segment, for certain. */
function isBefore({ eventTime }: EventSummary, { descriptor }: LiveSegment, { order }: OrderedQuestion): boolean {
  const seconds = secondsOf(eventTime);
  return order === 'oldest-first' ? seconds < secondsOf(descriptor.first) : seconds > secondsOf(descriptor.last);
}

/** Sources by their next event; those at their end fall out. */
class SourceHeap {
  readonly #compare: (a: EventSummary, b: EventSummary) => number;
  readonly #sources: Source[] = [];

  constructor(compare: (a: EventSummary, b: EventSummary) => number) {
    this.#compare = compare;
  }

  get first(): Source | undefined {
    return this.#sources[0];
  }

  add(source: Source): void {
    if (source.next === undefined) return;
    this.#sources.push(source);
    let at = this.#sources.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isLess(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes the first source's event. */
  async advance(): Promise<void> {
    const first = this.#sources[0];
    if (first === undefined) return;
    if (first.take()) await first.fill();
    if (first.next === undefined) {
      const last = this.#sources.pop();
      if (last === undefined || last === first) return;
      this.#sources[0] = last;
    }
    this.#sink();
  }

  #sink(): void {
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#sources.length && this.#isLess(child, least)) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isLess(a: number, b: number): boolean {
    const [one, other] = [this.#sources[a]?.next, this.#sources[b]?.next];
    return one !== undefined && other !== undefined && this.#compare(one, other) < 0;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#sources[a], this.#sources[b]];
    if (one === undefined || other === undefined) return;
    this.#sources[a] = other;
    this.#sources[b] = one;
  }
}
