import { mapConcurrently } from '../../shared/concurrency.ts';
import { type Block, secondsOf, timeText } from '../segments/block.ts';
import { type Dimension, valuesOf } from '../segments/dimensions.ts';
import type { EventSummary } from '../segments/summary.ts';
import type { LiveSegment, Snapshot } from '../segments/table/snapshot.ts';
import { candidateBlocks, isWithin, overlaps } from './candidates.ts';
import { type Condition, positionsOf, type SecondsRange } from './conditions.ts';
import { eventsOnlyInPages } from './page-events.ts';

/** What events can be counted by: a dimension, or the UTC day (`2026-11-20`) or hour (`2026-11-20T14`) of the event. */
export type Facet = Exclude<Dimension, 'eventID'> | 'day' | 'hour';

export const FACETS = [
  'actor',
  'action',
  'resource',
  'address',
  'credential',
  'error',
  'account',
  'region',
  'access',
  'outcome',
  'actorKind',
  'session',
  'category',
  'userAgent',
  'day',
  'hour',
] as const satisfies readonly Facet[];

/** One value, and the events that have it. */
export interface FacetValue {
  readonly value: string;
  readonly count: number;
  /** eventTime of the first and of the last of them. */
  readonly first: string;
  readonly last: string;
}

const SEGMENTS_AT_ONCE = 32;
const BLOCKS_AT_ONCE = 32;

/**
 * Counts the events that meet all conditions within a range by their values, exactly, each event once a value: the most
 * frequent value first, among equals by value.
 */
export async function facetValues(
  snapshot: Snapshot,
  facet: Facet,
  conditions: readonly Condition[],
  range: SecondsRange,
): Promise<readonly FacetValue[]> {
  const asked = snapshot.segments.filter((segment) => overlaps(segment, range));
  const [parts, inPages] = await Promise.all([
    mapConcurrently(asked, SEGMENTS_AT_ONCE, (segment) => tallySegment(segment, facet, conditions, range)),
    eventsOnlyInPages(snapshot, conditions, range),
  ]);
  const tally = new Tally();
  for (const part of parts) tally.addAll(part);
  for (const event of inPages) tally.addEvent(event, facet);
  return tally.values();
}

async function tallySegment(
  segment: LiveSegment,
  facet: Facet,
  conditions: readonly Condition[],
  range: SecondsRange,
): Promise<Tally> {
  const tally = new Tally();
  const within = isWithin(segment, range);
  const { descriptor, reader } = segment;
  if (conditions.length === 0 && within) {
    if (facet === 'day') {
      tally.add(descriptor.day, descriptor.count, secondsOf(descriptor.first), secondsOf(descriptor.last));
      return tally;
    }
    if (facet !== 'hour') {
      for (const { value, count, first, last } of await reader.heads(facet)) tally.add(value, count, first, last);
      return tally;
    }
  }
  if (facet === 'hour' && conditions.length === 0 && within && !descriptor.whole) return tallyHours(segment);
  if (conditions.length === 0 && !within && !descriptor.whole && facet !== 'day' && facet !== 'hour') {
    return tallyCut(segment, facet, range);
  }
  const numbers = await candidateBlocks(segment, conditions, range);
  await eachBlock(segment, numbers, (block) => {
    for (const position of positionsOf(block, conditions, range)) tally.addEvent(block.summary(position), facet);
  });
  return tally;
}

/** Hours by the descriptor; only blocks in which an hour begins or ends are read, for its first and last event. */
async function tallyHours(segment: LiveSegment): Promise<Tally> {
  const tally = new Tally();
  const bounds = await segment.reader.bounds();
  const hourOf = (seconds: number): number => Math.floor(seconds / 3600);
  const mixed: number[] = [];
  for (const [number, { first, last, count }] of bounds.entries()) {
    if (hourOf(first) === hourOf(last)) tally.add(hourText(first), count, first, last);
    else mixed.push(number);
  }
  await eachBlock(segment, mixed, (block) => {
    for (let position = 0; position < block.count; position++) {
      const seconds = block.seconds(position);
      tally.add(hourText(seconds), 1, seconds, seconds);
    }
  });
  return tally;
}

/**
 * Counts by posting lists in the blocks that lie wholly in the range. Read are only those that its bounds cut, and for each
 * value that has events outside of the range the block of its first, or last, within.
 */
async function tallyCut(segment: LiveSegment, facet: Dimension, range: SecondsRange): Promise<Tally> {
  const tally = new Tally();
  const { reader } = segment;
  const bounds = await reader.bounds();
  const isInside = (number: number): boolean => {
    const block = bounds[number];
    return block !== undefined && block.first >= range.first && block.last <= range.last;
  };
  const read = new Set<number>();
  for (const [number, { first, last }] of bounds.entries()) {
    if (last >= range.first && first <= range.last && !isInside(number)) read.add(number);
  }
  const heads = await reader.heads(facet);
  const postings = await reader.lookup(
    facet,
    heads.map(({ value }) => value),
  );
  // Values whose hashes are alike share a posting, which counts both.
  const isExact = (segment.descriptor.lists[facet] ?? 0) === 0;
  const counted: { value: string; blocks: number[]; count: number; first: number; last: number }[] = [];
  for (const { value, first, last } of heads) {
    const posting = postings.get(value);
    if (posting === undefined) continue;
    const blocks = posting.blocks.filter(isInside);
    const [earliest, latest] = [blocks[0], blocks.at(-1)];
    if (earliest === undefined || latest === undefined) continue;
    if (!isExact) for (const block of blocks) read.add(block);
    if (first < range.first) read.add(earliest);
    if (last > range.last) read.add(latest);
    let count = 0;
    for (const [at, block] of posting.blocks.entries()) if (isInside(block)) count += posting.counts[at] ?? 0;
    counted.push({ value, blocks, count, first, last });
  }
  const inRead = new Map<string, { inside: number; first: number; last: number }>();
  await eachBlock(
    segment,
    [...read].sort((a, b) => a - b),
    (block, number) => {
      for (const position of positionsOf(block, [], range)) {
        const seconds = block.seconds(position);
        for (const value of valuesOf(block.summary(position), facet)) {
          const entry = inRead.get(value) ?? { inside: 0, first: seconds, last: seconds };
          entry.first = Math.min(entry.first, seconds);
          entry.last = Math.max(entry.last, seconds);
          if (isInside(number)) entry.inside++;
          else tally.add(value, 1, seconds, seconds);
          inRead.set(value, entry);
        }
      }
    },
  );
  for (const { value, count, first, last } of counted) {
    const seen = inRead.get(value);
    if (!isExact) {
      if (seen !== undefined && seen.inside > 0) tally.add(value, seen.inside, seen.first, seen.last);
      continue;
    }
    tally.add(
      value,
      count,
      first >= range.first ? first : (seen?.first ?? first),
      last <= range.last ? last : (seen?.last ?? last),
    );
  }
  return tally;
}

async function eachBlock(
  { reader }: LiveSegment,
  numbers: readonly number[],
  take: (block: Block, number: number) => void,
): Promise<void> {
  for (let start = 0; start < numbers.length; start += BLOCKS_AT_ONCE) {
    const some = numbers.slice(start, start + BLOCKS_AT_ONCE);
    for (const [at, block] of (await reader.blocks(some)).entries()) take(block, some[at] ?? 0);
  }
}

function hourText(seconds: number): string {
  return timeText(seconds).slice(0, 13);
}

/** Counts by value. */
class Tally {
  readonly #values = new Map<string, { count: number; first: number; last: number }>();

  /** @param first and `last`: seconds since 1970. */
  add(value: string, count: number, first: number, last: number): void {
    const entry = this.#values.get(value);
    if (entry === undefined) {
      this.#values.set(value, { count, first, last });
      return;
    }
    entry.count += count;
    entry.first = Math.min(entry.first, first);
    entry.last = Math.max(entry.last, last);
  }

  addAll(other: Tally): void {
    for (const [value, { count, first, last }] of other.#values) this.add(value, count, first, last);
  }

  addEvent(event: EventSummary, facet: Facet): void {
    const seconds = secondsOf(event.eventTime);
    if (facet === 'day') this.add(event.eventTime.slice(0, 10), 1, seconds, seconds);
    else if (facet === 'hour') this.add(event.eventTime.slice(0, 13), 1, seconds, seconds);
    else for (const value of valuesOf(event, facet)) this.add(value, 1, seconds, seconds);
  }

  values(): readonly FacetValue[] {
    return Array.from(this.#values, ([value, { count, first, last }]) => ({
      value,
      count,
      first: timeText(first),
      last: timeText(last),
    })).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  }
}
