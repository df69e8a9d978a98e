import { mapConcurrently } from '../../shared/concurrency.ts';
import { type Block, secondsOf, timeText } from '../segments/block.ts';
import type { BlockBounds } from '../segments/block-map.ts';
import type { Posting } from '../segments/dictionary.ts';
import { type Dimension, valuesAt } from '../segments/dimensions.ts';
import type { LiveSegment, Snapshot } from '../segments/table/snapshot.ts';
import { type Asked, Candidates, isWithin, overlaps } from './candidates.ts';
import { type Condition, positionsOf, type SecondsRange } from './conditions.ts';
import { eventsOnlyInPages } from './page-events.ts';
import { type Facet, type FacetValue, Tally } from './tally.ts';

/** The values of one facet. */
export interface FacetTable {
  readonly facet: Facet;
  /** Those with the most events; of days and hours all, in the order of time. */
  readonly values: readonly FacetValue[];
  /** How many values there are, those left out included. */
  readonly distinct: number;
}

export interface FacetCounts {
  /** Events that were counted, each once: an event has none, one, or of `resource` several values. */
  readonly total: number;
  readonly tables: readonly FacetTable[];
}

export interface FacetQuestion extends Asked {
  readonly facets: readonly Facet[];
  /** The most values of each facet that are given; all where it is left out. */
  readonly top?: number;
}

const SEGMENTS_AT_ONCE = 64;
const BLOCKS_AT_ONCE = 32;

/**
 * Counts the events that meet all conditions within a range by their values, exactly, each event once a value. Without
 * conditions dictionaries and descriptors tell it; where the range cuts a segment the blocks at its bounds are read.
 */
export async function countByFacets(
  snapshot: Snapshot,
  question: FacetQuestion,
  candidates: Candidates = new Candidates(question),
): Promise<FacetCounts> {
  const tallies = [...new Set(question.facets)].map((facet) => new Tally(facet));
  const segments = snapshot.segments.filter(({ descriptor }) => overlaps(descriptor, question.range));
  const [counts, inPages] = await Promise.all([
    mapConcurrently(segments, SEGMENTS_AT_ONCE, (segment) => tallySegment(segment, question, tallies, candidates)),
    eventsOnlyInPages(snapshot, question),
  ]);
  for (const event of inPages) for (const tally of tallies) tally.addEvent(event);
  return {
    total: counts.reduce((sum, count) => sum + count, inPages.length),
    tables: tallies.map((tally) => ({
      facet: tally.facet,
      values: tally.values(question.top),
      distinct: tally.size,
    })),
  };
}

/** The values of one facet. */
export async function facetValues(
  snapshot: Snapshot,
  facet: Facet,
  conditions: readonly Condition[],
  range: SecondsRange,
): Promise<readonly FacetValue[]> {
  const { tables } = await countByFacets(snapshot, { conditions, range, facets: [facet] });
  return tables.flatMap(({ values }) => values);
}

/** @returns how many events were counted. */
async function tallySegment(
  segment: LiveSegment,
  question: FacetQuestion,
  tallies: readonly Tally[],
  candidates: Candidates,
): Promise<number> {
  const { conditions, range } = question;
  if (conditions.length === 0 && isWithin(segment, range)) return tallyWhole(segment, tallies);
  if (conditions.length === 0 && !segment.descriptor.whole) return tallyCut(segment, tallies, range);
  let count = 0;
  await eachBlock(segment, await candidates.blocksOf(segment), (block) => {
    const positions = positionsOf(block, conditions, range);
    count += positions.length;
    for (const tally of tallies) tallyBlock(block, positions, tally);
  });
  return count;
}

async function tallyWhole({ descriptor, reader }: LiveSegment, tallies: readonly Tally[]): Promise<number> {
  const { day, count, first, last, hours } = descriptor;
  await Promise.all(
    tallies.map(async (tally) => {
      if (tally.facet === 'day') return tally.add(day, count, secondsOf(first), secondsOf(last));
      if (tally.facet === 'hour') return addHours(tally, day, hours);
      for (const head of await reader.heads(tally.facet)) tally.add(head.value, head.count, head.first, head.last);
    }),
  );
  return count;
}

function addHours(tally: Tally, day: string, hours: readonly number[]): void {
  for (const [hour, count] of hours.entries()) {
    const start = secondsOf(`${day}T00:00:00Z`) + hour * HOUR;
    if (count > 0) tally.add(hourText(start), count, start, start);
  }
}

const HOUR = 3600;

function tallyBlock(block: Block, positions: readonly number[], tally: Tally): void {
  const { facet } = tally;
  for (const [value, position] of facetValuesAt(block, facet, positions)) {
    const seconds = block.seconds(position);
    tally.add(value, 1, seconds, seconds);
  }
}

function* facetValuesAt(
  block: Block,
  facet: Facet,
  positions: Iterable<number>,
): Generator<readonly [value: string, position: number]> {
  if (facet !== 'day' && facet !== 'hour') {
    yield* valuesAt(block, facet, positions);
    return;
  }
  const length = facet === 'day' ? 10 : 13;
  for (const position of positions) yield [timeText(block.seconds(position)).slice(0, length), position];
}

/**
 * Counts in the blocks that lie wholly in the range by posting lists. Read are only those that its bounds cut, and for each
 * value that has events outside of the range the block of its first, or last, within.
 * @returns how many events lie in the range.
 */
async function tallyCut(segment: LiveSegment, tallies: readonly Tally[], range: SecondsRange): Promise<number> {
  const bounds = await segment.reader.bounds();
  const isInside = ({ first, last }: BlockBounds): boolean => first >= range.first && last <= range.last;
  const inside = new Set(bounds.flatMap((block, number) => (isInside(block) ? [number] : [])));
  const cuts = await Promise.all(tallies.map((tally) => facetCut(segment, tally, { bounds, inside, range })));
  const read = new Set(cuts.flatMap(({ read: wanted }) => wanted));
  let count = 0;
  for (const [number, block] of bounds.entries()) {
    if (inside.has(number)) count += block.count;
    else if (block.last >= range.first && block.first <= range.last) read.add(number);
  }
  await eachBlock(
    segment,
    [...read].sort((a, b) => a - b),
    (block, number) => {
      const positions = positionsOf(block, [], range);
      if (!inside.has(number)) count += positions.length;
      for (const cut of cuts) cut.take(block, number, positions);
    },
  );
  for (const cut of cuts) cut.finish();
  return count;
}

/** How one facet of a segment is counted that a range cuts. */
interface FacetCut {
  /** Blocks that must be read for it, beside those that the range cuts. */
  readonly read: readonly number[];
  take(block: Block, number: number, positions: readonly number[]): void;
  finish(): void;
}

interface CutBounds {
  readonly bounds: readonly BlockBounds[];
  /** Blocks that lie wholly in the range. */
  readonly inside: ReadonlySet<number>;
  readonly range: SecondsRange;
}

function facetCut(segment: LiveSegment, tally: Tally, cut: CutBounds): FacetCut | Promise<FacetCut> {
  if (tally.facet === 'day') return dayCut(segment, tally, cut);
  if (tally.facet === 'hour') return hourCut(tally, cut);
  return (segment.descriptor.lists[tally.facet] ?? 0) === 0
    ? plainCut(segment, tally, tally.facet, cut)
    : hashedCut(tally, cut);
}

function dayCut({ descriptor: { day } }: LiveSegment, tally: Tally, { bounds, inside }: CutBounds): FacetCut {
  return {
    read: [],
    take: (block, number, positions) => {
      if (!inside.has(number)) tallyBlock(block, positions, tally);
    },
    finish: () => {
      for (const number of inside) {
        const block = bounds[number];
        if (block !== undefined) tally.add(day, block.count, block.first, block.last);
      }
    },
  };
}

/** Blocks in which an hour ends and another begins are read. */
function hourCut(tally: Tally, { bounds, inside }: CutBounds): FacetCut {
  const hourOf = (seconds: number): number => Math.floor(seconds / HOUR);
  const known = new Set<number>();
  for (const number of inside) {
    const block = bounds[number];
    if (block !== undefined && hourOf(block.first) === hourOf(block.last)) known.add(number);
  }
  return {
    read: [...inside].filter((number) => !known.has(number)),
    take: (block, number, positions) => {
      if (!known.has(number)) tallyBlock(block, positions, tally);
    },
    finish: () => {
      for (const number of known) {
        const block = bounds[number];
        if (block !== undefined) tally.add(hourText(block.first), block.count, block.first, block.last);
      }
    },
  };
}

async function plainCut(
  { reader }: LiveSegment,
  tally: Tally,
  dimension: Dimension,
  { inside, range }: CutBounds,
): Promise<FacetCut> {
  const read: number[] = [];
  const counted: { value: string; count: number; first: number; last: number }[] = [];
  for (const { value, first, last, posting } of await headsWithPostings(reader, dimension)) {
    const blocks = posting.blocks.filter((block) => inside.has(block));
    const [earliest, latest] = [blocks[0], blocks.at(-1)];
    if (earliest === undefined || latest === undefined) continue;
    if (first < range.first) read.push(earliest);
    if (last > range.last) read.push(latest);
    let count = 0;
    for (const [at, block] of posting.blocks.entries()) if (inside.has(block)) count += posting.counts[at] ?? 0;
    counted.push({ value, count, first, last });
  }
  const seen = new Map<string, { first: number; last: number }>();
  return {
    read,
    take: (block, number, positions) => {
      const isCounted = inside.has(number);
      for (const [value, position] of valuesAt(block, dimension, positions)) {
        const seconds = block.seconds(position);
        if (!isCounted) tally.add(value, 1, seconds, seconds);
        const entry = seen.get(value);
        if (entry === undefined) seen.set(value, { first: seconds, last: seconds });
        else entry.last = seconds;
      }
    },
    finish: () => {
      for (const { value, count, first, last } of counted) {
        const entry = seen.get(value);
        tally.add(
          value,
          count,
          first >= range.first ? first : (entry?.first ?? first),
          last <= range.last ? last : (entry?.last ?? last),
        );
      }
    },
  };
}

/** Values whose hashes are alike share a posting: what lies in the range is read. */
function hashedCut(tally: Tally, { inside }: CutBounds): FacetCut {
  return {
    read: [...inside],
    take: (block, _number, positions) => tallyBlock(block, positions, tally),
    finish: () => {},
  };
}

async function headsWithPostings(reader: LiveSegment['reader'], dimension: Dimension) {
  const heads = await reader.heads(dimension);
  const postings = await reader.lookup(
    dimension,
    heads.map(({ value }) => value),
  );
  return heads.flatMap((head) => {
    const posting: Posting | undefined = postings.get(head.value);
    return posting === undefined ? [] : [{ ...head, posting }];
  });
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
