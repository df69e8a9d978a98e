import { type EncodedItem, packPlain, unpack } from './encoding/codec.ts';
import type { TextHash } from './encoding/hash.ts';
import { SegmentDamaged } from './encoding/segment-faults.ts';

/** Ten bits an event and seven places: about one in a hundred that isn't there seems to be. */
const BITS_AN_EVENT = 10;
const PLACES = 7;

const PART_BYTES = 4096;
const PART_BITS = PART_BYTES * 8;

/** How many parts the filter of so many events has. */
export function filterParts(events: number): number {
  return Math.max(1, Math.ceil((events * BITS_AN_EVENT) / PART_BITS));
}

/**
 * A Bloom filter over the eventIDs of a segment, in parts by hash: a reader takes the one part that an event is in. That
 * two events may share an eventID costs a look into the dictionary, and a hash of its own an event would cost more.
 */
export class FilterWriter {
  readonly #parts: readonly Buffer[];

  /** @param events how many there will be. */
  constructor(events: number) {
    this.#parts = Array.from({ length: filterParts(events) }, () => Buffer.alloc(PART_BYTES));
  }

  /** @param hash of the eventID. */
  add(hash: TextHash): void {
    const part = this.#parts[hash.part % this.#parts.length];
    if (part === undefined) return;
    for (let index = 0; index < PLACES; index++) {
      const bit = place(hash, index);
      part[bit >> 3] = (part[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  }

  finish(): readonly EncodedItem[] {
    return this.#parts.map(packPlain);
  }
}

/** The part of a filter with `parts` parts that an event is in. */
export function filterPartOf({ part }: TextHash, parts: number): number {
  return part % parts;
}

/** One part of a filter, read. */
export class FilterPart {
  readonly #bits: Buffer;

  /** @throws SegmentNewer, SegmentDamaged */
  constructor(item: EncodedItem) {
    this.#bits = unpack(item);
    if (this.#bits.length !== PART_BYTES) throw new SegmentDamaged(`a filter's part of ${this.#bits.length} bytes`);
  }

  /** False only where the event isn't in the segment; its eventID must be one of this part (filterPartOf). */
  mayHold(hash: TextHash): boolean {
    for (let index = 0; index < PLACES; index++) {
      const bit = place(hash, index);
      if (((this.#bits[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }
}

function place({ check, third }: TextHash, index: number): number {
  return (check + index * ((third | 1) >>> 0)) % PART_BITS;
}
