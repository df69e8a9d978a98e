import { BlockWriter } from './block.ts';
import { BlockMapWriter } from './block-map.ts';
import { tallyBlock } from './block-tally.ts';
import { DictionaryWriter } from './dictionary.ts';
import { DIMENSIONS, type Dimension } from './dimensions.ts';
import type { EncodedItem } from './encoding/codec.ts';
import { hashText, type TextHash } from './encoding/hash.ts';
import { EventIdDictionaryWriter } from './event-id-dictionary.ts';
import { FilterWriter } from './filter.ts';
import { ITEM_KEYS, type SegmentFacts, type SegmentItem } from './segment-shape.ts';
import { compareSummaries, dayOf, type EventSummary } from './summary.ts';

/** Summaries of a block: enough that they compress well, few enough that reading one of them costs two read units. */
export const BLOCK_EVENTS = 256;

/** Before compression: resources may be large. */
const BLOCK_BYTES = 192 * 1024;

/** Up to this size a segment is one item. */
const WHOLE_BYTES = 64 * 1024;

/** Events that may fit into it. */
const WHOLE_EVENTS = 2048;

type TalliedDimension = Exclude<Dimension, 'eventID'>;

/**
 * Builds a segment from events of one UTC day, in their order. Memory grows by the dictionaries alone: blocks are handed
 * out as they fill.
 */
export class SegmentWriter {
  readonly #onItem: (item: SegmentItem) => void;
  /** The first events, as long as they may become one item. */
  #held: EventSummary[] | undefined = [];
  #block = new BlockWriter();
  readonly #map = new BlockMapWriter();
  readonly #dictionaries = new Map<TalliedDimension, DictionaryWriter>();
  readonly #eventIds = new EventIdDictionaryWriter();
  readonly #hashes: TextHash[] = [];
  #count = 0;
  #day = '';
  readonly #hours = new Array<number>(24).fill(0);
  readonly #access: Record<string, number> = {};
  #last: EventSummary | undefined;
  #first: EventSummary | undefined;
  #blocks = 0;
  #bytes = 0;
  #blockBytes = 0;

  /** @param onItem is handed each item once it is complete. */
  constructor(onItem: (item: SegmentItem) => void) {
    this.#onItem = onItem;
    for (const dimension of DIMENSIONS) {
      if (dimension !== 'eventID') this.#dictionaries.set(dimension, new DictionaryWriter());
    }
  }

  get count(): number {
    return this.#count;
  }

  /** @throws RangeError for an event that isn't later in the order than the one before, or is of another day. */
  add(summary: EventSummary): void {
    const last = this.#last;
    if (last !== undefined && compareSummaries(last, summary) >= 0) {
      throw new RangeError(`${summary.eventID} stands behind ${last.eventID}, and is not later`);
    }
    if (last === undefined) {
      this.#first = summary;
      this.#day = dayOf(summary);
    } else if (!summary.eventTime.startsWith(this.#day)) {
      throw new RangeError(`${summary.eventID} is of ${dayOf(summary)}, the segment of ${this.#day}`);
    }
    this.#last = summary;
    this.#count++;
    const hour = Number(summary.eventTime.slice(11, 13));
    this.#hours[hour] = (this.#hours[hour] ?? 0) + 1;
    this.#access[summary.access] = (this.#access[summary.access] ?? 0) + 1;
    if (this.#held === undefined) {
      this.#addToBlock(summary);
      return;
    }
    this.#held.push(summary);
    if (this.#held.length > WHOLE_EVENTS) this.#release();
  }

  /** The last items are handed out. @returns undefined where no event was added. */
  finish(): SegmentFacts | undefined {
    const [first, last] = [this.#first, this.#last];
    if (first === undefined || last === undefined) return undefined;
    const whole = this.#finishWhole();
    const shape = whole ? WHOLE_SHAPE : this.#finishParts();
    return {
      ...shape,
      day: dayOf(first),
      first: first.eventTime,
      last: last.eventTime,
      count: this.count,
      bytes: this.#bytes,
      blockBytes: this.#blockBytes,
      hours: this.#hours,
      access: this.#access,
    };
  }

  #finishWhole(): boolean {
    if (this.#held === undefined) return false;
    const block = new BlockWriter();
    for (const summary of this.#held) {
      if (block.isFull) return false;
      block.add(summary);
    }
    const item = block.finish();
    if (item.body.length > WHOLE_BYTES) return false;
    this.#blockBytes = item.body.length;
    this.#give(ITEM_KEYS.whole, item);
    return true;
  }

  #finishParts(): Pick<SegmentFacts, 'whole' | 'blocks' | 'filterParts' | 'parts' | 'lists'> {
    this.#release();
    this.#endBlock();
    const filter = new FilterWriter(this.count);
    for (const hash of this.#hashes) filter.add(hash);
    const filterItems = filter.finish();
    for (const [part, item] of filterItems.entries()) this.#give(ITEM_KEYS.filter(part), item);
    const [parts, lists]: [Partial<Record<Dimension, number>>, Partial<Record<Dimension, number>>] = [{}, {}];
    for (const [dimension, dictionary] of this.#dictionaries) {
      const made = dictionary.finish();
      // What is written needs its memory no longer.
      this.#dictionaries.delete(dimension);
      if (made.parts.length > 0) parts[dimension] = made.parts.length;
      if (made.list.length > 0) lists[dimension] = made.list.length;
      for (const [part, item] of made.parts.entries()) this.#give(ITEM_KEYS.dictionary(dimension, part), item);
      for (const [part, item] of made.list.entries()) this.#give(ITEM_KEYS.list(dimension, part), item);
    }
    const eventIds = this.#eventIds.finish();
    parts.eventID = eventIds.length;
    for (const [part, item] of eventIds.entries()) this.#give(ITEM_KEYS.dictionary('eventID', part), item);
    this.#give(ITEM_KEYS.map, this.#map.finish());
    return { whole: false, blocks: this.#blocks, filterParts: filterItems.length, parts, lists };
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const summary of held ?? []) this.#addToBlock(summary);
  }

  #addToBlock(summary: EventSummary): void {
    this.#block.add(summary);
    const hash = hashText(summary.eventID);
    this.#hashes.push(hash);
    this.#eventIds.add(hash, this.#blocks);
    if (this.#block.count >= BLOCK_EVENTS || this.#block.bytes >= BLOCK_BYTES || this.#block.isFull) this.#endBlock();
  }

  #endBlock(): void {
    if (this.#block.count === 0) return;
    for (const seconds of this.#block.times) this.#map.add(seconds);
    for (const [dimension, dictionary] of this.#dictionaries) {
      tallyBlock(this.#block, dimension, (value, count, first, last) => {
        dictionary.add(value, this.#blocks, count, first, last);
      });
    }
    const item = this.#block.finish();
    this.#blockBytes += item.body.length;
    this.#give(ITEM_KEYS.block(this.#blocks), item);
    this.#map.endBlock();
    this.#blocks++;
    this.#block = new BlockWriter();
  }

  #give(key: string, { v, codec, body }: EncodedItem): void {
    this.#bytes += body.length;
    this.#onItem({ key, v, codec, body });
  }
}

const WHOLE_SHAPE = { whole: true, blocks: 1, filterParts: 0, parts: {}, lists: {} } as const;
