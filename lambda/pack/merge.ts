import { compareSummaries, type EventSummary } from '../store/segments/summary.ts';
import type { Descriptor } from '../store/segments/table/descriptor.ts';
import type { LiveSegment } from '../store/segments/table/snapshot.ts';

/** Events of a merged segment, about. */
export const MERGED_EVENTS = 200_000;

/** As many as this are merged at once, though their day goes on. */
const ENOUGH_EVENTS = 150_000;

/** A commit takes 90 descriptors. */
const MAX_MERGED = 80;

const HOUR = 3_600_000;

/** When small segments of a day are merged though they are few. */
export interface MergePolicy {
  /** Hours after the youngest of them was made, once the day is over. */
  readonly quietHours: number;
  /** Hours after the oldest of them was made, whatever else holds. */
  readonly maxHours: number;
}

export const MERGE_POLICY: MergePolicy = { quietHours: 6, maxHours: 72 };

/** Segments whose events expire so many days apart stay apart: the later expiry holds for all of a merged one. */
const MAX_EXPIRY_DAYS_APART = 30;

/**
 * The small segments of one day and shard that should become one now, in the order of their times; none where they should
 * wait. Neighbours in time go together, so that a merged segment covers a short time, and few others must be asked for
 * doubles.
 */
export function chooseMerge<Segment extends { readonly descriptor: Descriptor }>(
  segments: readonly Segment[],
  now: Date,
  policy: MergePolicy,
): readonly Segment[] {
  const small = expiringTogether(segments.filter(({ descriptor }) => descriptor.level === 0)).toSorted((a, b) =>
    a.descriptor.first < b.descriptor.first ? -1 : 1,
  );
  const [first] = small;
  if (first === undefined) return [];
  const total = small.reduce((sum, { descriptor }) => sum + descriptor.count, 0);
  const made = small.map(({ descriptor }) => Date.parse(descriptor.madeAt));
  const dayEnd = Date.parse(`${first.descriptor.day}T00:00:00Z`) + 24 * HOUR;
  const isQuiet = now.getTime() >= Math.max(dayEnd, made.reduce((a, b) => Math.max(a, b)) + policy.quietHours * HOUR);
  const isOld = now.getTime() >= made.reduce((a, b) => Math.min(a, b)) + policy.maxHours * HOUR;
  if (total < ENOUGH_EVENTS && small.length < MAX_MERGED && !isQuiet && !isOld) return [];
  const chosen: Segment[] = [];
  let events = 0;
  for (const segment of small) {
    if (chosen.length > 0 && (events + segment.descriptor.count > MERGED_EVENTS || chosen.length >= MAX_MERGED)) break;
    chosen.push(segment);
    events += segment.descriptor.count;
  }
  return chosen;
}

/** Those that expire soon after the first that does. The others' turn is the next. */
function expiringTogether<Segment extends { readonly descriptor: Descriptor }>(
  segments: readonly Segment[],
): readonly Segment[] {
  const days = segments.map(({ descriptor }) => Date.parse(`${descriptor.keptFrom}T00:00:00Z`) / (24 * HOUR));
  const first = days.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return segments.filter((_, at) => (days[at] ?? first) - first <= MAX_EXPIRY_DAYS_APART);
}

/** Blocks of all segments together that are in memory at once. */
const BLOCKS_IN_MEMORY = 64;

/** The events of segments in their order, each once; a few blocks of each segment are in memory. */
export async function* mergeSegments(segments: readonly LiveSegment[]): AsyncGenerator<EventSummary> {
  const blocksAtOnce = Math.max(1, Math.floor(BLOCKS_IN_MEMORY / segments.length));
  const cursors: { current: EventSummary; readonly rest: AsyncGenerator<EventSummary> }[] = [];
  for (const segment of segments) {
    const rest = eventsOf(segment, blocksAtOnce);
    const { value, done } = await rest.next();
    if (!done) cursors.push({ current: value, rest });
  }
  let last: EventSummary | undefined;
  for (;;) {
    let least: (typeof cursors)[number] | undefined;
    for (const cursor of cursors) {
      if (least === undefined || compareSummaries(cursor.current, least.current) < 0) least = cursor;
    }
    if (least === undefined) return;
    if (last === undefined || compareSummaries(last, least.current) !== 0) yield least.current;
    last = least.current;
    const { value, done } = await least.rest.next();
    if (done) cursors.splice(cursors.indexOf(least), 1);
    else least.current = value;
  }
}

async function* eventsOf({ reader }: LiveSegment, blocksAtOnce: number): AsyncGenerator<EventSummary> {
  for (let start = 0; start < reader.blockCount; start += blocksAtOnce) {
    const length = Math.min(blocksAtOnce, reader.blockCount - start);
    for (const block of await reader.blocks(Array.from({ length }, (_, index) => start + index))) {
      yield* block.summaries();
    }
  }
}
