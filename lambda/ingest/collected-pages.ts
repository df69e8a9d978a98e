import type { EventSummary } from '../store/segments/summary.ts';
import { encodePages, type PageBody } from '../store/segments/table/page-rows.ts';

/** An event that no page takes. */
export interface Unpaged {
  readonly summary: EventSummary;
  readonly error: unknown;
}

/**
 * Events and bytes, before compression, after which what was collected is to be made pages of: what is held of a large
 * object stays bounded, and alerts of a log object of usual size wait for no pages.
 */
const ENOUGH_EVENTS = 8192;
const ENOUGH_BYTES = 2.5 * 1024 * 1024;

/** Bytes of an event's numbers, marks and short words. */
const REST_BYTES = 128;

/**
 * Bytes and pages after which they must be written: a transaction takes 4 MB and 100 writes, and what is still collected
 * adds ENOUGH_BYTES and a few pages at most.
 */
const FULL_BYTES = 1024 * 1024;
const FULL_PAGES = 50;

/** The summaries of one object's events, on their way into pages. */
export type PageCollector = Pick<CollectedPages, keyof CollectedPages>;

/** The summaries of one object's events, made pages of in bounded parts. */
export class CollectedPages {
  #summaries: EventSummary[] = [];
  #summaryBytes = 0;
  #pages: PageBody[] = [];
  #pageBytes = 0;

  add(summary: EventSummary): void {
    this.#summaries.push(summary);
    this.#summaryBytes += bytesOf(summary);
  }

  /** Whether so much was collected that `seal` is to be called. */
  get isEnough(): boolean {
    return this.#summaries.length >= ENOUGH_EVENTS || this.#summaryBytes >= ENOUGH_BYTES;
  }

  /** Whether so many pages were made that they are to be written before more is collected. */
  get isFull(): boolean {
    return this.#pageBytes >= FULL_BYTES || this.#pages.length >= FULL_PAGES;
  }

  /**
   * Makes pages of what was collected. One event that can't be packed takes no other with it.
   * @param isLeftOut says which of them are to be dropped: by the record's index in its object.
   * @returns the events that no page takes.
   */
  seal(isLeftOut: (index: number) => boolean): readonly Unpaged[] {
    const summaries = this.#summaries.filter(({ receipt }) => !isLeftOut(receipt.index));
    this.#summaries = [];
    this.#summaryBytes = 0;
    const unpaged: Unpaged[] = [];
    for (const page of encodeAll(summaries, unpaged)) {
      this.#pages.push(page);
      this.#pageBytes += page.body.length;
    }
    return unpaged;
  }

  /** The pages since the last call. What wasn't sealed isn't among them. */
  take(): readonly PageBody[] {
    const pages = this.#pages;
    this.#pages = [];
    this.#pageBytes = 0;
    return pages;
  }
}

function encodeAll(summaries: readonly EventSummary[], unpaged: Unpaged[]): readonly PageBody[] {
  try {
    return encodePages(summaries);
  } catch {
    const good = summaries.filter((summary) => {
      try {
        encodePages([summary]);
        return true;
      } catch (error) {
        unpaged.push({ summary, error });
        return false;
      }
    });
    return encodePages(good);
  }
}

/** Bytes of an event's summary before compression, about. */
export function bytesOf(summary: EventSummary): number {
  let bytes = REST_BYTES;
  for (const value of Object.values(summary)) if (typeof value === 'string') bytes += Buffer.byteLength(value);
  for (const resource of summary.resources) bytes += Buffer.byteLength(resource);
  return bytes;
}
