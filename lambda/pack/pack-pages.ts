import { SegmentDamaged, SegmentNewer } from '../store/segments/encoding/segment-faults.ts';
import { compareSummaries, dayOf, type EventSummary, summaryKey } from '../store/segments/summary.ts';
import { heldInSegments } from '../store/segments/table/held-in-segments.ts';
import { type Page, pagesOf, readPage } from '../store/segments/table/page-rows.ts';
import { SegmentItemMissing } from '../store/segments/table/segment-items.ts';
import type { LiveSegment } from '../store/segments/table/snapshot.ts';
import type { SegmentState, SegmentsTable } from '../store/segments/table/state.ts';
import { draftSegment, type SegmentDraft } from './draft.ts';

/** Pages of a shard that wait, and what becomes of them. */
export interface Waiting {
  readonly shard: number;
  /** In the order of their keys, as many as one commit takes. */
  readonly pages: readonly Page[];
  /** Those that an earlier pack had to leave behind, and that have not expired. */
  readonly leftBehind: readonly Page[];
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

/** What is taken at once: some 100 MB of memory. */
const MAX_EVENTS = 40_000;
const MAX_BYTES = 8 * 1024 * 1024;

/** Days of events that are taken at once, about: each becomes a segment. */
const MAX_DAYS = 40;

/** Reads the pages of a shard that may be packed. */
export async function readWaiting({ client, table, state, shard, now, minAge }: WaitingQuery): Promise<Waiting> {
  const before = new Date(now.getTime() - minAge).toISOString();
  const after = state.packedTo[String(shard)];
  const left: Page[] = [];
  for (const page of state.leftBehind) {
    if (page.shard !== shard) continue;
    const found = await readPage({ client, table, shard, item: page.item, now });
    if (found !== undefined) left.push(found);
  }
  const pages: Page[] = [];
  const days = new Set<string>();
  let [events, bytes] = [0, 0];
  for await (const page of pagesOf({ client, table, shard, now, before, ...(after !== undefined && { after }) })) {
    const isFull = events + page.count > MAX_EVENTS || bytes + page.bytes > MAX_BYTES || days.size >= MAX_DAYS;
    const last = pages.at(-1);
    if (last !== undefined && isFull) return { shard, pages, leftBehind: left, packedTo: last.item, more: true };
    pages.push(page);
    events += page.count;
    bytes += page.bytes;
    for (const day of daysBetween(page.first, page.last)) days.add(day);
  }
  return { shard, pages, leftBehind: left, packedTo: pages.at(-1)?.item ?? idleTo(after, now, minAge), more: false };
}

/**
 * How far a shard without pages is packed. Where this clock is ahead of the writers', pages may still come that seem to be
 * old: an hour is left to them, and a shard with pages never moves on beyond the last of them.
 */
function idleTo(after: string | undefined, now: Date, minAge: number): string {
  const idle = new Date(now.getTime() - minAge - CLOCK_MARGIN_MILLISECONDS).toISOString();
  return after !== undefined && after > idle ? after : idle;
}

const CLOCK_MARGIN_MILLISECONDS = 3_600_000;

/** A page of an object that mixes years counts as many days as are taken at once. */
function daysBetween(first: string, last: string): readonly string[] {
  const days: string[] = [];
  const end = Date.parse(last);
  for (let time = Date.parse(`${first.slice(0, 10)}T00:00:00Z`); time <= end && days.length < MAX_DAYS; ) {
    days.push(new Date(time).toISOString().slice(0, 10));
    time += 86_400_000;
  }
  return days;
}

/** Why a page is left behind: it, or a segment of a day of its events, can't be read by this program. */
type Obstacle = SegmentNewer | SegmentDamaged | SegmentItemMissing;

export interface PackedPages {
  /** One a day. */
  readonly drafts: readonly SegmentDraft[];
  /** Events that came twice, or are in segments already. */
  readonly doubles: number;
  /** Pages that can't be taken: their events are in no draft that was made of them. */
  readonly left: readonly { readonly page: Page; readonly error: Obstacle }[];
}

/**
 * Makes segments of pages: events by day and in order, each once. A page that can't be read is left, and so is one with
 * events of a day of which a segment can't be read: nobody could say which of them are in it.
 * @param segmentsOf the live segments of a day.
 * @throws the SDK's errors.
 */
export async function packPages(
  pages: readonly Page[],
  segmentsOf: (day: string) => Promise<readonly LiveSegment[]>,
): Promise<PackedPages> {
  const left = new Map<Page, Obstacle>();
  const read = new Map<Page, readonly EventSummary[]>();
  for (const page of pages) {
    await unless(
      async () => read.set(page, [...page.block().summaries()]),
      (error) => left.set(page, error),
    );
  }
  const held = new Map<string, ReadonlySet<string>>();
  const closed = new Map<string, Obstacle>();
  for (const [day, events] of byDay([...read.values()].flat())) {
    await unless(
      async () => held.set(day, await heldInSegments(events, await segmentsOf(day))),
      (error) => closed.set(day, error),
    );
  }
  for (const [page, events] of read) {
    const error = events.map((event) => closed.get(dayOf(event))).find((obstacle) => obstacle !== undefined);
    if (error !== undefined) left.set(page, error);
  }
  const taken = [...read].filter(([page]) => !left.has(page)).flatMap(([, events]) => events);
  const drafts: SegmentDraft[] = [];
  let drafted = 0;
  for (const [day, events] of byDay(taken)) {
    const isNew = events.filter((event) => !held.get(day)?.has(summaryKey(event)));
    const draft = await draftSegment(isNew);
    if (draft === undefined) continue;
    drafts.push({ ...draft, events: isNew });
    drafted += isNew.length;
  }
  return { drafts, doubles: taken.length - drafted, left: Array.from(left, ([page, error]) => ({ page, error })) };
}

async function unless(work: () => Promise<unknown>, onObstacle: (error: Obstacle) => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SegmentNewer || error instanceof SegmentDamaged || error instanceof SegmentItemMissing)) {
      throw error;
    }
    onObstacle(error);
  }
}

/** Events by their UTC day, in order, each once. */
function byDay(events: readonly EventSummary[]): ReadonlyMap<string, readonly EventSummary[]> {
  const days = new Map<string, Map<string, EventSummary>>();
  for (const event of events) {
    const day = dayOf(event);
    const ofDay = days.get(day) ?? new Map<string, EventSummary>();
    const key = summaryKey(event);
    if (!ofDay.has(key)) ofDay.set(key, event);
    days.set(day, ofDay);
  }
  return new Map(Array.from(days, ([day, ofDay]) => [day, [...ofDay.values()].sort(compareSummaries)]));
}
