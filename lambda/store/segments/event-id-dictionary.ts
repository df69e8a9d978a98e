import { encodeHashedPart, partCount } from './dictionary.ts';
import type { EncodedItem } from './encoding/codec.ts';
import type { TextHash } from './encoding/hash.ts';

const FIRST_CAPACITY = 4096;

/**
 * The dictionary of the eventIDs of a segment, as it is built: hashes alone. Each event is an entry, so that nothing is
 * looked up and little is held; an eventID that comes twice has two.
 */
export class EventIdDictionaryWriter {
  #parts = new Uint32Array(FIRST_CAPACITY);
  #checks = new Uint32Array(FIRST_CAPACITY);
  #blocks = new Uint32Array(FIRST_CAPACITY);
  #count = 0;

  /** @param hash of the eventID. */
  add({ part, check }: TextHash, block: number): void {
    if (this.#count === this.#parts.length) {
      this.#parts = grown(this.#parts);
      this.#checks = grown(this.#checks);
      this.#blocks = grown(this.#blocks);
    }
    this.#parts[this.#count] = part;
    this.#checks[this.#count] = check;
    this.#blocks[this.#count] = block;
    this.#count++;
  }

  finish(): readonly EncodedItem[] {
    if (this.#count === 0) return [];
    const order = this.#inOrderOfChecks();
    const sample = order.slice(0, Math.ceil(order.length / Math.max(1, Math.floor(order.length / SAMPLE_ENTRIES))));
    const parts = partCount(this.#encode(sample).body.length / sample.length, this.#count);
    const byPart: number[][] = Array.from({ length: parts }, () => []);
    for (const entry of order) byPart[(this.#parts[entry] ?? 0) % parts]?.push(entry);
    return byPart.map((entries) => this.#encode(entries));
  }

  /** Numbers of entries. A check and its entry's number fit into one number, which sorts without a function. */
  #inOrderOfChecks(): readonly number[] {
    const keys = Float64Array.from({ length: this.#count }, (_, entry) => (this.#checks[entry] ?? 0) * SHIFT + entry);
    return Array.from(keys.sort(), (key) => key % SHIFT);
  }

  #encode(entries: readonly number[]): EncodedItem {
    return encodeHashedPart(
      entries.map((entry) => this.#checks[entry] ?? 0),
      entries.map((entry) => ({ blocks: [this.#blocks[entry] ?? 0], counts: [1] })),
    );
  }
}

const SAMPLE_ENTRIES = 1024;

/** More than a segment has events; times 2^32 it is below 2^53. */
const SHIFT = 2 ** 21;

function grown(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
