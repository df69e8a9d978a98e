import { secondsOf } from '../segments/block.ts';
import type { Posting } from '../segments/dictionary.ts';
import type { SegmentShape } from '../segments/segment-shape.ts';
import type { Page } from '../segments/table/page-rows.ts';
import type { LiveSegment } from '../segments/table/snapshot.ts';
import type { Condition, SecondsRange } from './conditions.ts';

/** Items of a dictionary that are read to narrow a search, at most as many as this for each block that would be read. */
const PARTS_A_BLOCK = 1;

/** What is asked of a snapshot. */
export interface Asked {
  readonly conditions: readonly Condition[];
  readonly range: SecondsRange;
}

/**
 * The blocks of segments in which events may meet conditions within a range, in order; all others hold none. Dictionaries
 * find them: exact values first, patterns where reading all values takes less than reading the blocks that are left. What
 * was found of a segment is kept: a question may ask how much there is before it reads it.
 */
export class Candidates {
  readonly #asked: Asked;
  readonly #found = new Map<LiveSegment, Promise<readonly number[]>>();

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** @throws what reading segments throws. */
  blocksOf(segment: LiveSegment): Promise<readonly number[]> {
    let blocks = this.#found.get(segment);
    if (blocks === undefined) {
      blocks = candidateBlocks(segment, this.#asked);
      this.#found.set(segment, blocks);
    }
    return blocks;
  }
}

async function candidateBlocks(segment: LiveSegment, { conditions, range }: Asked): Promise<readonly number[]> {
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
    // No dictionary tells which blocks have events without a value.
    if (condition.exact !== undefined || condition.isNegated || blocks.length === 0) continue;
    const { dimension, matches } = condition;
    if ((descriptor.parts[dimension] ?? 0) === 0) return [];
    if (!isWorthReading(descriptor, condition, blocks.length)) continue;
    const values = (await reader.heads(dimension)).flatMap(({ value }) => (matches(value) ? [value] : []));
    blocks = within(blocks, (await reader.lookup(dimension, values)).values());
  }
  return blocks;
}

/** Whether reading all values of a pattern's dimension takes less than reading the blocks that are left. */
export function isWorthReading(
  { parts, lists }: SegmentShape,
  { dimension }: Pick<Condition, 'dimension'>,
  blocks: number,
): boolean {
  return (parts[dimension] ?? 0) + (lists[dimension] ?? 0) <= blocks * PARTS_A_BLOCK;
}

/** Whether every event of the segment lies in the range. */
export function isWithin({ descriptor }: Pick<LiveSegment, 'descriptor'>, { first, last }: SecondsRange): boolean {
  return secondsOf(descriptor.first) >= first && secondsOf(descriptor.last) <= last;
}

/** Whether an event of the segment, or page, may lie in the range. Of a page that can't be read no time is known. */
export function overlaps(held: Pick<Page, 'first' | 'last'>, { first, last }: SecondsRange): boolean {
  return !(Date.parse(held.last) / 1000 < first || Date.parse(held.first) / 1000 > last);
}

/** The blocks that one of the postings names. */
function within(blocks: readonly number[], postings: Iterable<Posting>): number[] {
  const named = new Set<number>();
  for (const posting of postings) for (const block of posting.blocks) named.add(block);
  return blocks.filter((block) => named.has(block));
}
