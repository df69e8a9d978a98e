import { secondsOf } from '../segments/block.ts';
import type { Posting } from '../segments/dictionary.ts';
import type { LiveSegment } from '../segments/table/snapshot.ts';
import type { Condition, SecondsRange } from './conditions.ts';

/** Items of a dictionary that are read to narrow a search, at most as many as this for each block that would be read. */
const PARTS_A_BLOCK = 1;

/**
 * The blocks of a segment in which events may meet conditions, in order; all others hold none. Dictionaries find them:
 * exact values first, patterns where reading all values takes less than reading the blocks that are left. Blocks outside
 * of the range are left out.
 */
export async function candidateBlocks(
  segment: LiveSegment,
  conditions: readonly Condition[],
  range: SecondsRange,
): Promise<readonly number[]> {
  const { descriptor, reader } = segment;
  if (descriptor.whole) return [0];
  const exact = conditions.filter((condition) => condition.exact !== undefined);
  const [bounds, ...found] = await Promise.all([
    isWithin(segment, range) ? undefined : reader.bounds(),
    ...exact.map(({ dimension, exact: values = [] }) => reader.lookup(dimension, values)),
  ]);
  let blocks = Array.from({ length: descriptor.blocks }, (_, number) => number).filter((number) => {
    const block = bounds?.[number];
    return block === undefined || (block.last >= range.first && block.first <= range.last);
  });
  for (const postings of found) blocks = within(blocks, postings.values());
  for (const condition of conditions) {
    if (condition.exact !== undefined || blocks.length === 0) continue;
    const { dimension, matches } = condition;
    const parts = (descriptor.parts[dimension] ?? 0) + (descriptor.lists[dimension] ?? 0);
    if (parts === 0) return [];
    if (parts > blocks.length * PARTS_A_BLOCK) continue;
    const values = (await reader.heads(dimension)).flatMap(({ value }) => (matches(value) ? [value] : []));
    blocks = within(blocks, (await reader.lookup(dimension, values)).values());
  }
  return blocks;
}

/** Whether every event of the segment lies in the range. */
export function isWithin({ descriptor }: LiveSegment, { first, last }: SecondsRange): boolean {
  return secondsOf(descriptor.first) >= first && secondsOf(descriptor.last) <= last;
}

/** Whether an event of the segment may lie in the range. */
export function overlaps({ descriptor }: LiveSegment, { first, last }: SecondsRange): boolean {
  return secondsOf(descriptor.last) >= first && secondsOf(descriptor.first) <= last;
}

/** The blocks that one of the postings names. */
function within(blocks: readonly number[], postings: Iterable<Posting>): number[] {
  const named = new Set<number>();
  for (const posting of postings) for (const block of posting.blocks) named.add(block);
  return blocks.filter((block) => named.has(block));
}
