import { bytesOf, type PageCollector, type Unpaged } from '../../ingest/collected-pages.ts';
import type { EventSummary } from '../../store/segments/summary.ts';
import type { PageBody } from '../../store/segments/table/page-rows.ts';

/**
 * Events and bytes, before compression, of one object or of several that are closed together: their pages fit into one
 * transaction of 4 MB also where nothing can be compressed.
 */
export const MOST_EVENTS = 20_000;
export const MOST_BYTES = 3_000_000;

/** The summaries of one object's events, held until they get into pages together with those of other objects. */
export class HeldSummaries implements PageCollector {
  #added: EventSummary[] = [];
  #sealed: EventSummary[] = [];
  #bytes = 0;

  add(summary: EventSummary): void {
    this.#added.push(summary);
    this.#bytes += bytesOf(summary);
  }

  /** Bytes before compression. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#added.length + this.#sealed.length;
  }

  get isEnough(): boolean {
    return this.isFull;
  }

  get isFull(): boolean {
    return this.#bytes >= MOST_BYTES || this.count >= MOST_EVENTS;
  }

  seal(isLeftOut: (index: number) => boolean): readonly Unpaged[] {
    for (const summary of this.#added) if (!isLeftOut(summary.receipt.index)) this.#sealed.push(summary);
    this.#added = [];
    return [];
  }

  /** None: what was sealed is taken by `takeSummaries`, when the object's row is written. */
  take(): readonly PageBody[] {
    return [];
  }

  takeSummaries(): readonly EventSummary[] {
    const sealed = this.#sealed;
    this.#sealed = [];
    this.#bytes = 0;
    return sealed;
  }
}
