import { mapConcurrently } from '../../shared/concurrency.ts';
import type { LiveSegment, Snapshot } from '../segments/table/snapshot.ts';
import { type Asked, Candidates, isWithin, overlaps } from './candidates.ts';
import { type Condition, positionsOf, type SecondsRange } from './conditions.ts';
import { eventsOnlyInPages } from './page-events.ts';

const SEGMENTS_AT_ONCE = 64;
const BLOCKS_AT_ONCE = 32;

/** How many events of a snapshot meet all conditions within a range, each counted once. */
export async function countEvents(
  snapshot: Snapshot,
  conditions: readonly Condition[],
  range: SecondsRange,
  candidates: Candidates = new Candidates({ conditions, range }),
): Promise<number> {
  const asked = { conditions, range };
  const segments = snapshot.segments.filter(({ descriptor }) => overlaps(descriptor, asked.range));
  const [counts, inPages] = await Promise.all([
    mapConcurrently(segments, SEGMENTS_AT_ONCE, (segment) => countSegment(segment, asked, candidates)),
    eventsOnlyInPages(snapshot, asked),
  ]);
  return counts.reduce((sum, count) => sum + count, inPages.length);
}

/** Blocks that lie wholly in the range are counted by what is known of them, where that is exact; others are read. */
async function countSegment(segment: LiveSegment, asked: Asked, candidates: Candidates): Promise<number> {
  const { conditions, range } = asked;
  const { descriptor, reader } = segment;
  const within = isWithin(segment, range);
  if (conditions.length === 0 && within) return descriptor.count;
  if (descriptor.whole || !isCountKnown(segment, conditions)) {
    return countIn(segment, await candidates.blocksOf(segment), asked);
  }
  const [bounds, known] = await Promise.all([within ? undefined : reader.bounds(), knownCounts(segment, conditions)]);
  let count = 0;
  const cut: number[] = [];
  for (const [number, inBlock] of known) {
    const block = bounds?.[number];
    if (block === undefined || (block.first >= range.first && block.last <= range.last)) count += inBlock;
    else if (block.last >= range.first && block.first <= range.last) cut.push(number);
  }
  return count + (await countIn(segment, cut, asked));
}

/**
 * Whether a dictionary, or the map, says exactly how many events of each block meet the conditions. Hashes may be alike,
 * and an event may have two of several values.
 */
export function isCountKnown(
  { descriptor }: Pick<LiveSegment, 'descriptor'>,
  conditions: readonly Condition[],
): boolean {
  const [condition, second] = conditions;
  if (condition === undefined) return true;
  const { dimension, exact } = condition;
  return second === undefined && exact?.length === 1 && (descriptor.lists[dimension] ?? 0) === 0;
}

/** By block: how many events meet the conditions. */
async function knownCounts(
  { reader }: LiveSegment,
  [condition]: readonly Condition[],
): Promise<ReadonlyMap<number, number>> {
  if (condition === undefined) return new Map((await reader.bounds()).map(({ count }, number) => [number, count]));
  const [posting] = [...(await reader.lookup(condition.dimension, condition.exact ?? [])).values()];
  return new Map(posting?.blocks.map((block, at) => [block, posting.counts[at] ?? 0]) ?? []);
}

async function countIn(
  { reader }: LiveSegment,
  numbers: readonly number[],
  { conditions, range }: Asked,
): Promise<number> {
  let count = 0;
  for (let start = 0; start < numbers.length; start += BLOCKS_AT_ONCE) {
    for (const block of await reader.blocks(numbers.slice(start, start + BLOCKS_AT_ONCE))) {
      count += positionsOf(block, conditions, range).length;
    }
  }
  return count;
}
