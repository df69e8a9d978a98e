import type { CloudTrailEvent } from '../../cloudtrail/cloudtrail-event.ts';
import { type EventQueries, queriesOver } from '../questions/event-queries.ts';
import { type EventSummary, summaryOf } from '../segments/summary.ts';
import { encodePages, Page, pageRow } from '../segments/table/page-rows.ts';
import type { Snapshot } from '../segments/table/snapshot.ts';

/** Events that a page gets: as many as one is made for. */
const PAGE_EVENTS = 4_000;

/**
 * An audit index in memory, of events that no deployment has read: every question answers over it as over tables, without
 * a read unit. An event takes some 100 bytes, and about as much again once a question was asked.
 */
export class EventsInMemory {
  readonly #pages: Page[] = [];
  #waiting: EventSummary[] = [];

  /** An event without a time is in no answer, and is left out. @returns whether it was taken. */
  add(event: CloudTrailEvent): boolean {
    if (event.eventTime === '') return false;
    this.#waiting.push(summaryOf(event));
    if (this.#waiting.length >= PAGE_EVENTS) this.#flush();
    return true;
  }

  /** The questions, over what was added so far. */
  queries(): EventQueries {
    this.#flush();
    const pages = [...this.#pages];
    const snapshot: Snapshot = {
      state: { generation: 0, packedTo: {}, pageShards: 1, months: [], leftBehind: [], unmergedDays: [] },
      segments: [],
      pages,
      unreadable: [],
      itemReads: () => ({ segments: 0, blocks: 0, dictionaryParts: 0, others: 0 }),
    };
    return queriesOver(async ({ firstDay = '', lastDay = '~' }) => ({
      ...snapshot,
      pages: pages.filter(({ first, last }) => last.slice(0, 10) >= firstDay && first.slice(0, 10) <= lastDay),
    }));
  }

  #flush(): void {
    for (const body of encodePages(this.#waiting)) this.#pages.push(new Page({ ...pageRow(body, 0, new Date()) }));
    this.#waiting = [];
  }
}
