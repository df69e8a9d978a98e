import { SegmentDamaged } from './segment-faults.ts';

const FIRST_CAPACITY = 1024;

/** Bytes that grow as they are written. Numbers are unsigned LEB128: seven bits a byte, the lowest first. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param value a whole number from 0 to 2^53 - 1. */
  number(value: number): void {
    this.#reserve(8);
    let left = value;
    while (left >= 0x80) {
      this.#buffer[this.#length++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#buffer[this.#length++] = left;
  }

  /** A whole number that may be negative: 0, -1, 1, -2, … are written as 0, 1, 2, 3, … */
  signed(value: number): void {
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** The bytes alone: who reads them knows how many there are. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** UTF-8, behind its length in bytes. */
  text(text: string): void {
    // A UTF-16 unit takes three bytes of UTF-8 at most.
    if (text.length * 3 < 0x80) {
      this.#reserve(1 + text.length * 3);
      const bytes = this.#buffer.write(text, this.#length + 1);
      this.#buffer[this.#length] = bytes;
      this.#length += 1 + bytes;
      return;
    }
    const bytes = Buffer.from(text);
    this.number(bytes.length);
    this.bytes(bytes);
  }

  /** What was written so far, as bytes of its own. */
  finish(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/**
 * Reads what ByteWriter wrote.
 * @throws SegmentDamaged from each method that would read past the end.
 */
export class ByteReader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at = 0) {
    this.#buffer = buffer;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#buffer.length;
  }

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#buffer[this.#at++];
      if (byte === undefined || factor > Number.MAX_SAFE_INTEGER) throw new SegmentDamaged('a number has no end');
      if (byte < 0x80) return value + byte * factor;
      value += (byte - 0x80) * factor;
    }
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view of the bytes, not a copy. */
  bytes(length: number): Buffer {
    const start = this.#at;
    this.skip(length);
    return this.#buffer.subarray(start, this.#at);
  }

  skip(length: number): void {
    const end = this.#at + length;
    if (end > this.#buffer.length) throw new SegmentDamaged(`${length} bytes are named where fewer are left`);
    this.#at = end;
  }

  text(): string {
    const length = this.number();
    const start = this.#at;
    this.skip(length);
    return this.textBetween(start, this.#at);
  }

  /** The UTF-8 from one place (`at`) to another, wherever the reader stands. */
  textBetween(start: number, end: number): string {
    return this.#buffer.toString('utf8', start, end);
  }
}
