import { SegmentDamaged, SegmentNewer } from '../store/segments/faults.ts';
import { compareSummaries, dayOf, type EventSummary, summaryKey } from '../store/segments/summary.ts';
import { heldInSegments } from '../store/segments/table/held-in-segments.ts';
import { type Page, pagesOf } from '../store/segments/table/page-rows.ts';
import type { LiveSegment } from '../store/segments/table/snapshot.ts';
import type { SegmentState, SegmentsTable } from '../store/segments/table/state.ts';
import { draftSegment, type SegmentDraft } from './draft.ts';

/** Pages of a shard that wait, and what becomes of them. */
export interface Waiting {
  readonly shard: number;
  /** In the order of their keys, as many as one commit takes. */
  readonly pages: readonly Page[];
  /** All pages of the shard up to this key are among them, or in segments already. */
  readonly packedTo: string;
  /** Whether there are more behind them. */
  readonly more: boolean;
}

export interface WaitingQuery extends SegmentsTable {
  readonly state: SegmentState;
  readonly shard: number;
  readonly now: Date;
  /** How old a page must be, in milliseconds: a write that is under way may still bring one that is younger. */
  readonly minAge: number;
}

/** Events that are taken at once: some 100 MB of memory. */
const MAX_EVENTS = 60_000;

/** Days of events that are taken at once: each becomes a segment, and a commit takes 90 descriptors. */
const MAX_DAYS = 40;

/** Reads the pages of a shard that may be packed. */
export async function readWaiting({ client, table, state, shard, now, minAge }: WaitingQuery): Promise<Waiting> {
  const before = new Date(now.getTime() - minAge).toISOString();
  const after = state.packedTo[String(shard)];
  const pages: Page[] = [];
  const days = new Set<string>();
  let events = 0;
  for await (const page of pagesOf({ client, table, shard, now, before, ...(after !== undefined && { after }) })) {
    const isFull = events + page.count > MAX_EVENTS || days.size >= MAX_DAYS;
    const last = pages.at(-1);
    if (last !== undefined && isFull) return { shard, pages, packedTo: last.item, more: true };
    pages.push(page);
    events += page.count;
    for (const day of daysBetween(page.first, page.last)) days.add(day);
  }
  return { shard, pages, packedTo: after !== undefined && after > before ? after : before, more: false };
}

/** At most a few: a page of an object that mixes years counts as many days as it may have. */
function daysBetween(first: string, last: string): readonly string[] {
  const days: string[] = [];
  const end = Date.parse(last);
  for (let time = Date.parse(`${first.slice(0, 10)}T00:00:00Z`); time <= end && days.length < MAX_DAYS; ) {
    days.push(new Date(time).toISOString().slice(0, 10));
    time += 86_400_000;
  }
  return days;
}

export interface PackedPages {
  /** One a day. */
  readonly drafts: readonly SegmentDraft[];
  /** Events that came twice, or are in segments already. */
  readonly doubles: number;
  /** Keys of pages that can't be read: their events are in no draft. */
  readonly unreadable: readonly { readonly item: string; readonly error: SegmentNewer | SegmentDamaged }[];
}

/**
 * Makes segments of pages: events by day and in order, each once.
 * @param segmentsOf the live segments of a day.
 * @throws what reading segments throws; a page that can't be read is told instead.
 */
export async function packPages(
  pages: readonly Page[],
  segmentsOf: (day: string) => Promise<readonly LiveSegment[]>,
): Promise<PackedPages> {
  const unreadable: { item: string; error: SegmentNewer | SegmentDamaged }[] = [];
  const days = new Map<string, Map<string, EventSummary>>();
  let doubles = 0;
  for (const page of pages) {
    try {
      for (const summary of [...page.block().summaries()]) {
        const day = dayOf(summary);
        const events = days.get(day) ?? new Map<string, EventSummary>();
        const key = summaryKey(summary);
        if (events.has(key)) doubles++;
        else events.set(key, summary);
        days.set(day, events);
      }
    } catch (error) {
      if (!(error instanceof SegmentNewer || error instanceof SegmentDamaged)) throw error;
      unreadable.push({ item: page.item, error });
    }
  }
  const drafts: SegmentDraft[] = [];
  for (const [day, events] of days) {
    const sorted = [...events.values()].sort(compareSummaries);
    const held = await heldInSegments(sorted, await segmentsOf(day));
    doubles += held.size;
    const draft = await draftSegment(sorted.filter((event) => !held.has(summaryKey(event))));
    if (draft !== undefined) drafts.push(draft);
  }
  return { drafts, doubles, unreadable };
}
