import type { Dimension } from './dimensions.ts';
import type { EncodedItem } from './encoding/codec.ts';

/** What a reader must know of a segment before it reads one of its items: it stands in the descriptor. */
export interface SegmentShape {
  /** The whole segment is one item, `whole`: it has no others. */
  readonly whole: boolean;
  readonly blocks: number;
  readonly filterParts: number;
  /** Parts of the dictionaries; a dimension that no event has a value of has none. */
  readonly parts: Readonly<Partial<Record<Dimension, number>>>;
  /** Parts of the lists of values, of those dimensions whose dictionaries are hashed. */
  readonly lists: Readonly<Partial<Record<Dimension, number>>>;
}

/** What a segment holds, for its descriptor. */
export interface SegmentFacts extends SegmentShape {
  /** The UTC day of all its events. */
  readonly day: string;
  /** eventTime of the first and of the last event. */
  readonly first: string;
  readonly last: string;
  readonly count: number;
  /** Of all items' bodies, compressed. */
  readonly bytes: number;
  /** Of these, the blocks'. */
  readonly blockBytes: number;
  /** Events by hour of the day, 24 numbers. */
  readonly hours: readonly number[];
  readonly access: Readonly<Record<string, number>>;
}

/** An item of a segment, with its key within it. */
export interface SegmentItem extends EncodedItem {
  readonly key: string;
}

/** Keys of items within a segment. */
export const ITEM_KEYS = {
  whole: 'whole',
  map: 'map',
  block: (number: number) => `block/${number}`,
  filter: (part: number) => `filter/${part}`,
  dictionary: (dimension: Dimension, part: number) => `dictionary/${dimension}/${part}`,
  list: (dimension: Dimension, part: number) => `list/${dimension}/${part}`,
} as const;

/** Every key of a segment: what is written, and what is deleted of a segment that was never committed. */
export function itemKeys({ whole, blocks, filterParts, parts, lists }: SegmentShape): readonly string[] {
  if (whole) return [ITEM_KEYS.whole];
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  const dimensions = (counts: SegmentShape['parts']): readonly [Dimension, number][] =>
    Object.entries(counts) as [Dimension, number][];
  return [
    ITEM_KEYS.map,
    ...numbers(blocks).map(ITEM_KEYS.block),
    ...numbers(filterParts).map(ITEM_KEYS.filter),
    ...dimensions(parts).flatMap(([name, count]) => numbers(count).map((part) => ITEM_KEYS.dictionary(name, part))),
    ...dimensions(lists).flatMap(([name, count]) => numbers(count).map((part) => ITEM_KEYS.list(name, part))),
  ];
}
