import { Block } from './block.ts';
import { type BlockBounds, readBlockMap } from './block-map.ts';
import {
  type DictionaryEntry,
  type Head,
  type Posting,
  partOf,
  readHashedPart,
  readList,
  readPlainPart,
} from './dictionary.ts';
import { type Dimension, positionsWith, valuesOf } from './dimensions.ts';
import type { EncodedItem } from './encoding/codec.ts';
import { hashText } from './encoding/hash.ts';
import { SegmentDamaged } from './encoding/segment-faults.ts';
import { FilterPart, filterPartOf } from './filter.ts';
import { ITEM_KEYS, type SegmentShape } from './segment-shape.ts';
import { type EventKey, summaryKey } from './summary.ts';

/**
 * Items of one segment by their keys, all of them.
 * @throws an error where one is missing: an item of a live segment is never taken for empty.
 */
export type FetchItems = (keys: readonly string[]) => Promise<ReadonlyMap<string, EncodedItem>>;

/** A segment, read item by item as it is asked. A `whole` segment or a page answers the same from its one block. */
export class SegmentReader {
  readonly #shape: SegmentShape;
  readonly #fetch: FetchItems;
  #whole: Promise<Block> | undefined;
  #map: Promise<readonly BlockBounds[]> | undefined;

  constructor(shape: SegmentShape, fetch: FetchItems) {
    this.#shape = shape;
    this.#fetch = fetch;
  }

  get blockCount(): number {
    return this.#shape.blocks;
  }

  /** The bounds of every block, in order. */
  async bounds(): Promise<readonly BlockBounds[]> {
    if (this.#shape.whole) {
      const block = await this.#readWhole();
      return [{ count: block.count, first: block.seconds(0), last: block.seconds(block.count - 1) }];
    }
    this.#map ??= this.#item(ITEM_KEYS.map).then(readBlockMap);
    return this.#map;
  }

  async blocks(numbers: readonly number[]): Promise<readonly Block[]> {
    if (this.#shape.whole) return Promise.all(numbers.map(() => this.#readWhole()));
    const keys = numbers.map(ITEM_KEYS.block);
    const items = await this.#fetch(keys);
    return keys.map((key) => new Block(taken(items, key)));
  }

  /**
   * Where the events with each of some values are. A value that isn't in the segment has no entry; what is told may be too
   * much (hashes that are alike), and is never too little: the events themselves are looked at.
   */
  async lookup(dimension: Dimension, values: readonly string[]): Promise<ReadonlyMap<string, Posting>> {
    if (this.#shape.whole) return wholePostings(await this.#readWhole(), dimension, values);
    const parts = this.#shape.parts[dimension] ?? 0;
    if (parts === 0) return new Map();
    const keyOf = (value: string): string => ITEM_KEYS.dictionary(dimension, partOf(value, parts));
    const items = await this.#fetch([...new Set(values.map(keyOf))]);
    const found = new Map<string, Posting>();
    if (this.#isHashed(dimension)) {
      const read = new Map(Array.from(items, ([key, item]) => [key, readHashedPart(item)]));
      for (const value of values) {
        const postings = read.get(keyOf(value))?.get(hashText(value).check);
        if (postings !== undefined) found.set(value, joined(postings));
      }
      return found;
    }
    const read = new Map(
      Array.from(items, ([key, item]) => [key, new Map(readPlainPart(item).map((entry) => [entry.value, entry]))]),
    );
    for (const value of values) {
      const entry = read.get(keyOf(value))?.get(value);
      if (entry !== undefined) found.set(value, { blocks: entry.blocks, counts: entry.counts });
    }
    return found;
  }

  /** Every value of a dimension with its count and times. Not of `eventID`. */
  async heads(dimension: Dimension): Promise<readonly Head[]> {
    if (this.#shape.whole) return wholeEntries(await this.#readWhole(), dimension);
    const lists = this.#shape.lists[dimension] ?? 0;
    if (lists === 0) return this.#plainEntries(dimension);
    const items = await this.#fetch(Array.from({ length: lists }, (_, part) => ITEM_KEYS.list(dimension, part)));
    return [...items.values()].flatMap(readList);
  }

  /** False only where an event isn't in the segment. */
  async mayHold(events: readonly EventKey[]): Promise<readonly boolean[]> {
    if (this.#shape.whole) {
      const block = await this.#readWhole();
      const held = new Set(Array.from(block.summaries(), summaryKey));
      return events.map((event) => held.has(summaryKey(event)));
    }
    const { filterParts } = this.#shape;
    const asked = events.map(({ eventID }) => {
      const hash = hashText(eventID);
      return { hash, item: ITEM_KEYS.filter(filterPartOf(hash, filterParts)) };
    });
    const items = await this.#fetch([...new Set(asked.map(({ item }) => item))]);
    const parts = new Map(Array.from(items, ([key, item]) => [key, new FilterPart(item)]));
    return asked.map(({ hash, item }) => parts.get(item)?.mayHold(hash) ?? false);
  }

  async #plainEntries(dimension: Dimension): Promise<readonly DictionaryEntry[]> {
    const parts = this.#shape.parts[dimension] ?? 0;
    const keys = Array.from({ length: parts }, (_, part) => ITEM_KEYS.dictionary(dimension, part));
    const items = await this.#fetch(keys);
    return [...items.values()].flatMap(readPlainPart);
  }

  #isHashed(dimension: Dimension): boolean {
    return dimension === 'eventID' || (this.#shape.lists[dimension] ?? 0) > 0;
  }

  #readWhole(): Promise<Block> {
    this.#whole ??= this.#item(ITEM_KEYS.whole).then((item) => new Block(item));
    return this.#whole;
  }

  async #item(key: string): Promise<EncodedItem> {
    return taken(await this.#fetch([key]), key);
  }
}

function taken(items: ReadonlyMap<string, EncodedItem>, key: string): EncodedItem {
  const item = items.get(key);
  if (item === undefined) throw new SegmentDamaged(`${key} is missing`);
  return item;
}

function joined(postings: readonly Posting[]): Posting {
  const [only] = postings;
  if (only !== undefined && postings.length === 1) return only;
  const counts = new Map<number, number>();
  for (const posting of postings) {
    for (const [at, block] of posting.blocks.entries()) {
      counts.set(block, (counts.get(block) ?? 0) + (posting.counts[at] ?? 0));
    }
  }
  const blocks = [...counts.keys()].sort((a, b) => a - b);
  return { blocks, counts: blocks.map((block) => counts.get(block) ?? 0) };
}

function wholePostings(block: Block, dimension: Dimension, values: readonly string[]): ReadonlyMap<string, Posting> {
  const found = new Map<string, Posting>();
  for (const value of values) {
    const positions = positionsWith(block, dimension, (other) => other === value);
    const count = positions.reduce((sum, is) => sum + is, 0);
    if (count > 0) found.set(value, { blocks: [0], counts: [count] });
  }
  return found;
}

function wholeEntries(block: Block, dimension: Dimension): readonly Head[] {
  const heads = new Map<string, { value: string; count: number; first: number; last: number }>();
  for (const [position, summary] of [...block.summaries()].entries()) {
    const seconds = block.seconds(position);
    for (const value of valuesOf(summary, dimension)) {
      const head = heads.get(value);
      if (head === undefined) heads.set(value, { value, count: 1, first: seconds, last: seconds });
      else {
        head.count++;
        head.last = seconds;
      }
    }
  }
  return [...heads.values()];
}
