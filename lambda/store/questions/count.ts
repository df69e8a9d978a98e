import { mapConcurrently } from '../../shared/concurrency.ts';
import type { LiveSegment, Snapshot } from '../segments/table/snapshot.ts';
import { candidateBlocks, isWithin, overlaps } from './candidates.ts';
import { type Condition, positionsOf, type SecondsRange } from './conditions.ts';
import { eventsOnlyInPages } from './page-events.ts';

const SEGMENTS_AT_ONCE = 32;
const BLOCKS_AT_ONCE = 32;

/** How many events of a snapshot meet all conditions within a range, each counted once. */
export async function countEvents(
  snapshot: Snapshot,
  conditions: readonly Condition[],
  range: SecondsRange,
): Promise<number> {
  const asked = snapshot.segments.filter((segment) => overlaps(segment, range));
  const counts = await mapConcurrently(asked, SEGMENTS_AT_ONCE, (segment) => countSegment(segment, conditions, range));
  const inPages = await eventsOnlyInPages(snapshot, conditions, range);
  return counts.reduce((sum, count) => sum + count, inPages.length);
}

/** Blocks that lie wholly in the range are counted by what is known of them, where that is exact; others are read. */
async function countSegment(
  segment: LiveSegment,
  conditions: readonly Condition[],
  range: SecondsRange,
): Promise<number> {
  const { descriptor, reader } = segment;
  const within = isWithin(segment, range);
  if (conditions.length === 0 && within) return descriptor.count;
  const known = await knownCounts(segment, conditions);
  if (known === undefined || descriptor.whole) {
    return countIn(segment, await candidateBlocks(segment, conditions, range), conditions, range);
  }
  const bounds = within ? undefined : await reader.bounds();
  let count = 0;
  const cut: number[] = [];
  for (const [number, inBlock] of known) {
    const block = bounds?.[number];
    if (block === undefined || (block.first >= range.first && block.last <= range.last)) count += inBlock;
    else if (block.last >= range.first && block.first <= range.last) cut.push(number);
  }
  return count + (await countIn(segment, cut, conditions, range));
}

/** By block: how many events meet the conditions, where a dictionary or the map says so exactly. */
async function knownCounts(
  { descriptor, reader }: LiveSegment,
  conditions: readonly Condition[],
): Promise<ReadonlyMap<number, number> | undefined> {
  const [condition, second] = conditions;
  if (condition === undefined) return new Map((await reader.bounds()).map(({ count }, number) => [number, count]));
  const { dimension, exact } = condition;
  // Hashes may be alike, and an event may have two of several values.
  if (second !== undefined || exact?.length !== 1 || (descriptor.lists[dimension] ?? 0) > 0) return undefined;
  const [posting] = [...(await reader.lookup(dimension, exact)).values()];
  return new Map(posting?.blocks.map((block, at) => [block, posting.counts[at] ?? 0]) ?? []);
}

async function countIn(
  { reader }: LiveSegment,
  numbers: readonly number[],
  conditions: readonly Condition[],
  range: SecondsRange,
): Promise<number> {
  let count = 0;
  for (let start = 0; start < numbers.length; start += BLOCKS_AT_ONCE) {
    for (const block of await reader.blocks(numbers.slice(start, start + BLOCKS_AT_ONCE))) {
      count += positionsOf(block, conditions, range).length;
    }
  }
  return count;
}
