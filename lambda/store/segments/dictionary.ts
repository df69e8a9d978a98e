import { ByteReader, ByteWriter } from './encoding/bytes.ts';
import { type EncodedItem, pack, unpack } from './encoding/codec.ts';
import { hashText } from './encoding/hash.ts';
import { SegmentDamaged } from './encoding/segment-faults.ts';

/** A value of a dimension in one segment: how many events have it, and when the first and the last of them was. */
export interface Head {
  readonly value: string;
  readonly count: number;
  /** Seconds since 1970. */
  readonly first: number;
  readonly last: number;
}

/** The blocks that hold events with a value, in order, and how many each. */
export interface Posting {
  readonly blocks: readonly number[];
  readonly counts: readonly number[];
}

/** More values than this in a segment stand as hashes; the values themselves in a list of their own. */
export const MAX_PLAIN_VALUES = 4096;

/** A part is read for one value: about one read unit. */
const PART_BYTES = 4096;

/** A list is read whole, by patterns and facets: few large items. Before compression. */
const LIST_PART_BYTES = 256 * 1024;

interface Entry {
  count: number;
  first: number;
  last: number;
  readonly blocks: number[];
  readonly counts: number[];
}

/** The dictionary of one dimension of a segment, as it is built. */
export class DictionaryWriter {
  readonly #entries = new Map<string, Entry>();

  /** Takes a value of a block, which has it `count` times; blocks and seconds never go down. */
  add(value: string, block: number, count: number, first: number, last: number): void {
    const entry = this.#entries.get(value);
    if (entry === undefined) {
      this.#entries.set(value, { count, first, last, blocks: [block], counts: [count] });
      return;
    }
    entry.count += count;
    entry.last = last;
    const at = entry.blocks.length - 1;
    if (entry.blocks[at] === block) entry.counts[at] = (entry.counts[at] ?? 0) + count;
    else {
      entry.blocks.push(block);
      entry.counts.push(count);
    }
  }

  /** The parts of the dictionary, and of the list of values where these are many. */
  finish(): { readonly parts: readonly EncodedItem[]; readonly list: readonly EncodedItem[] } {
    if (this.#entries.size === 0) return { parts: [], list: [] };
    if (this.#entries.size <= MAX_PLAIN_VALUES) return { parts: this.#parts(encodePlain), list: [] };
    return { parts: this.#parts(encodeHashed), list: this.#list() };
  }

  #parts(encode: (entries: readonly HashedEntry[]) => EncodedItem): readonly EncodedItem[] {
    const entries = Array.from(this.#entries, ([value, entry]): HashedEntry => {
      const { part, check } = hashText(value);
      return { value, entry, part, check };
    });
    // A sample tells what the whole takes: packing all of it once more only to know its size would cost as much again.
    const sample = entries.slice(0, SAMPLE_ENTRIES);
    const packed = encode(sample);
    const count = partCount(packed.body.length / sample.length, entries.length);
    if (count === 1 && sample.length === entries.length) return [packed];
    const parts: HashedEntry[][] = Array.from({ length: count }, () => []);
    for (const entry of entries) parts[entry.part % count]?.push(entry);
    return parts.map((part) => encode(part));
  }

  #list(): readonly EncodedItem[] {
    const items: EncodedItem[] = [];
    let part = new HeadsWriter();
    for (const [value, entry] of [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
      part.add(value, entry);
      if (part.bytes < LIST_PART_BYTES) continue;
      items.push(part.finish());
      part = new HeadsWriter();
    }
    if (part.count > 0) items.push(part.finish());
    return items;
  }
}

const SAMPLE_ENTRIES = 2000;

interface HashedEntry {
  readonly value: string;
  readonly entry: Entry;
  readonly part: number;
  readonly check: number;
}

/** How many parts a dictionary of so many entries has, of so many bytes each. */
export function partCount(bytesAnEntry: number, entries: number): number {
  return Math.max(1, Math.ceil((bytesAnEntry * entries) / PART_BYTES));
}

/** The part of a dictionary with `parts` parts that holds a value. */
export function partOf(value: string, parts: number): number {
  return hashText(value).part % parts;
}

/** Values with their counts and times, each after the value before it in the alphabet. */
class HeadsWriter {
  readonly #values = new ByteWriter();
  readonly #numbers = new ByteWriter();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#values.length + this.#numbers.length;
  }

  add(value: string, { count, first, last }: Entry): void {
    this.#count++;
    this.#values.text(value);
    this.#numbers.number(count);
    this.#numbers.signed(first);
    this.#numbers.number(last - first);
  }

  write(out: ByteWriter): void {
    out.number(this.#count);
    out.bytes(this.#values.finish());
    out.bytes(this.#numbers.finish());
  }

  finish(): EncodedItem {
    const out = new ByteWriter();
    this.write(out);
    return pack(out.finish());
  }
}

function readHeads(input: ByteReader): Head[] {
  const values = Array.from({ length: boundedCount(input.number()) }, () => input.text());
  return values.map((value) => {
    const count = input.number();
    const first = input.signed();
    return { value, count, first, last: first + input.number() };
  });
}

/** @throws SegmentNewer, SegmentDamaged */
export function readList(item: EncodedItem): readonly Head[] {
  return readHeads(new ByteReader(unpack(item)));
}

function encodePlain(entries: readonly HashedEntry[]): EncodedItem {
  const sorted = entries.toSorted((a, b) => (a.value < b.value ? -1 : 1));
  const heads = new HeadsWriter();
  for (const { value, entry } of sorted) heads.add(value, entry);
  const out = new ByteWriter();
  heads.write(out);
  writePostings(
    out,
    sorted.map(({ entry }) => entry),
  );
  return pack(out.finish());
}

/** An entry of a part: a value of the dimension with all that is known of it. */
export interface DictionaryEntry extends Head, Posting {}

/** @throws SegmentNewer, SegmentDamaged */
export function readPlainPart(item: EncodedItem): readonly DictionaryEntry[] {
  const input = new ByteReader(unpack(item));
  const heads = readHeads(input);
  const postings = readPostings(input, heads.length);
  return heads.map((head, index) => ({ ...head, ...(postings[index] ?? NO_POSTING) }));
}

function encodeHashed(entries: readonly HashedEntry[]): EncodedItem {
  const sorted = entries.toSorted((a, b) => a.check - b.check);
  return encodeHashedPart(
    sorted.map(({ check }) => check),
    sorted.map(({ entry }) => entry),
  );
}

/** @param checks of the entries, in order. */
export function encodeHashedPart(checks: readonly number[], postings: readonly Posting[]): EncodedItem {
  const out = new ByteWriter();
  out.number(checks.length);
  let last = 0;
  for (const check of checks) {
    out.number(check - last);
    last = check;
  }
  writePostings(out, postings);
  return pack(out.finish());
}

/**
 * The postings of a hashed part by `check`. Values whose hashes are alike share theirs: it may say too much, and never
 * too little.
 * @throws SegmentNewer, SegmentDamaged
 */
export function readHashedPart(item: EncodedItem): ReadonlyMap<number, readonly Posting[]> {
  const input = new ByteReader(unpack(item));
  const checks: number[] = [];
  for (let left = boundedCount(input.number()), last = 0; left > 0; left--) {
    last += input.number();
    checks.push(last);
  }
  const postings = readPostings(input, checks.length);
  const found = new Map<number, Posting[]>();
  for (const [index, check] of checks.entries()) {
    const posting = postings[index] ?? NO_POSTING;
    const others = found.get(check);
    if (others === undefined) found.set(check, [posting]);
    else others.push(posting);
  }
  return found;
}

const NO_POSTING: Posting = { blocks: [], counts: [] };

/** Lengths, then blocks, then counts: what is alike stands together. */
function writePostings(out: ByteWriter, postings: readonly Posting[]): void {
  for (const { blocks } of postings) out.number(blocks.length);
  for (const { blocks } of postings) {
    let last = 0;
    for (const block of blocks) {
      out.number(block - last);
      last = block;
    }
  }
  for (const { counts } of postings) for (const count of counts) out.number(count);
}

function readPostings(input: ByteReader, length: number): readonly Posting[] {
  const lengths = Array.from({ length }, () => boundedCount(input.number()));
  const blocks = lengths.map((blockCount) => {
    let last = 0;
    return Array.from({ length: blockCount }, () => {
      last += input.number();
      return last;
    });
  });
  const counts = lengths.map((blockCount) => Array.from({ length: blockCount }, () => input.number()));
  return blocks.map((list, index) => ({ blocks: list, counts: counts[index] ?? [] }));
}

const MAX_COUNT = 4_000_000;

function boundedCount(count: number): number {
  if (count > MAX_COUNT) throw new SegmentDamaged(`a list of ${count}`);
  return count;
}
