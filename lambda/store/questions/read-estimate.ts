import { secondsOf } from '../segments/block.ts';
import type { Dimension } from '../segments/dimensions.ts';
import type { Descriptor } from '../segments/table/descriptor.ts';
import { blockUnits, listUnits, PART_UNITS } from '../segments/table/item-units.ts';
import type { LiveSegment, Snapshot } from '../segments/table/snapshot.ts';
import { type Asked, type Candidates, isWithin, isWorthReading, overlaps } from './candidates.ts';
import type { SecondsRange } from './conditions.ts';
import { isCountKnown } from './count.ts';
import type { Facet } from './tally.ts';

/** What an answer takes, in read units. */
export interface ReadEstimate {
  /** Of what is read to find the blocks. */
  readonly finding: number;
  /** Of the blocks, at most: as long as they are not found, all that lie in the range. */
  readonly blocks: number;
}

const NOTHING: ReadEstimate = { finding: 0, blocks: 0 };

/** What descriptors tell of the reads of a search. */
export function estimateSearch({ segments }: Snapshot, asked: Asked): ReadEstimate {
  return total(segments, asked, ({ descriptor }) => ({
    finding: findingUnits(descriptor, asked),
    blocks: blocksWithin(descriptor, asked.range) * blockUnits(descriptor),
  }));
}

/** The same of a count. */
export function estimateCount(snapshot: Snapshot, asked: Asked): ReadEstimate {
  const { conditions, range } = asked;
  const units = total(snapshot.segments, asked, (segment) => {
    const { descriptor } = segment;
    const within = isWithin(segment, range);
    if (conditions.length === 0 && within) return NOTHING;
    if (descriptor.whole) return { finding: 0, blocks: blockUnits(descriptor) };
    const isKnown = isCountKnown(segment, conditions);
    const blocks = isKnown ? (within ? 0 : CUT_BLOCKS) : blocksWithin(descriptor, range);
    return { finding: findingUnits(descriptor, asked), blocks: blocks * blockUnits(descriptor) };
  });
  return { ...units, finding: units.finding + probeUnits(snapshot, asked) };
}

/** The same of counts by facets. */
export function estimateFacets(snapshot: Snapshot, asked: Asked, facets: readonly Facet[]): ReadEstimate {
  const { conditions, range } = asked;
  const units = total(snapshot.segments, asked, (segment) => {
    const { descriptor } = segment;
    const within = isWithin(segment, range);
    if (conditions.length === 0 && (within || !descriptor.whole))
      return dictionaries(descriptor, facets, within, range);
    return {
      finding: findingUnits(descriptor, asked),
      blocks: blocksWithin(descriptor, range) * blockUnits(descriptor),
    };
  });
  return { ...units, finding: units.finding + probeUnits(snapshot, asked) };
}

/** What looking up one eventID takes. */
export function estimateEvent({ segments }: Snapshot): number {
  return segments.reduce((sum, { descriptor }) => sum + (descriptor.whole ? blockUnits(descriptor) : PART_UNITS), 0);
}

/** What the blocks take, once they are found: finding them is reading the dictionaries. */
export async function foundBlockUnits(
  { segments }: Snapshot,
  { range }: Asked,
  candidates: Candidates,
): Promise<number> {
  const asked = segments.filter(({ descriptor }) => overlaps(descriptor, range));
  const units = await Promise.all(
    asked.map(async (segment) => (await candidates.blocksOf(segment)).length * blockUnits(segment.descriptor)),
  );
  return units.reduce((sum, one) => sum + one, 0);
}

/** A range has two ends. */
const CUT_BLOCKS = 2;

/** Blocks in which values begin or end within a range that cuts a segment, about. */
const VALUE_BLOCKS = 48;

function dictionaries(
  descriptor: Descriptor,
  facets: readonly Facet[],
  isWhole: boolean,
  range: SecondsRange,
): ReadEstimate {
  if (descriptor.whole) {
    const isRead = facets.some((facet) => facet !== 'day' && facet !== 'hour');
    return { finding: isRead ? blockUnits(descriptor) : 0, blocks: 0 };
  }
  let finding = isWhole ? 0 : PART_UNITS;
  let blocks = isWhole ? 0 : CUT_BLOCKS;
  for (const facet of facets) {
    if (facet === 'day') continue;
    if (facet === 'hour') {
      if (!isWhole) blocks += HOURS;
      continue;
    }
    const hashed = (descriptor.lists[facet] ?? 0) > 0;
    // What lies in the range is read there: hashes tell no value from another.
    if (hashed && !isWhole) blocks = Number.POSITIVE_INFINITY;
    else finding += headsUnits(descriptor, facet) * (isWhole ? 1 : 2);
    if (!hashed && !isWhole) blocks += VALUE_BLOCKS;
  }
  return { finding, blocks: Math.min(blocks, blocksWithin(descriptor, range)) * blockUnits(descriptor) };
}

const HOURS = 24;

function total(
  segments: readonly LiveSegment[],
  { range }: Asked,
  estimate: (segment: LiveSegment) => ReadEstimate,
): ReadEstimate {
  return segments
    .filter(({ descriptor }) => overlaps(descriptor, range))
    .map(estimate)
    .reduce((sum, { finding, blocks }) => ({ finding: sum.finding + finding, blocks: sum.blocks + blocks }), NOTHING);
}

/** Dictionaries that are read to find the blocks, and the map where the range cuts the segment. */
function findingUnits(descriptor: Descriptor, { conditions, range }: Asked): number {
  if (descriptor.whole) return 0;
  const blocks = blocksWithin(descriptor, range);
  const parts = conditions.reduce((sum, condition) => {
    const count = descriptor.parts[condition.dimension] ?? 0;
    if (condition.isNegated) return sum;
    if (condition.exact !== undefined) return sum + Math.min(condition.exact.length, count) * PART_UNITS;
    return sum + (isWorthReading(descriptor, condition, blocks) ? headsUnits(descriptor, condition.dimension) : 0);
  }, 0);
  return parts + (isWithin({ descriptor }, range) ? 0 : PART_UNITS);
}

/** All values of a dimension. */
function headsUnits(descriptor: Descriptor, dimension: Dimension): number {
  const lists = descriptor.lists[dimension] ?? 0;
  return lists > 0 ? lists * listUnits(descriptor) : (descriptor.parts[dimension] ?? 0) * PART_UNITS;
}

/** The most blocks that events of the range may be in: the hours of the descriptor tell. */
function blocksWithin(descriptor: Descriptor, { first, last }: SecondsRange): number {
  if (descriptor.whole) return 1;
  const midnight = secondsOf(`${descriptor.day}T00:00:00Z`);
  const events = descriptor.hours.reduce((sum, count, hour) => {
    const start = midnight + hour * 3600;
    return start + 3600 > first && start <= last ? sum + count : sum;
  }, 0);
  return events === 0 ? 0 : Math.min(descriptor.blocks, Math.ceil((events / descriptor.count) * descriptor.blocks) + 1);
}

/** Filters that are asked whether segments hold the events of pages. */
function probeUnits({ pages, segments }: Snapshot, { range }: Asked): number {
  let units = 0;
  const asked = pages.filter((page) => overlaps(page, range));
  for (const { descriptor } of segments) {
    const events = asked
      .filter(({ first, last }) => last >= descriptor.first && first <= descriptor.last)
      .reduce((sum, { count }) => sum + count, 0);
    if (events === 0) continue;
    units += descriptor.whole ? blockUnits(descriptor) : Math.min(descriptor.filterParts, events) * PART_UNITS;
  }
  return units;
}
