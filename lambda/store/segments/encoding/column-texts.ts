import type { ByteReader } from './bytes.ts';
import { SegmentDamaged } from './segment-faults.ts';

/** How many values a column may hold: their places are 16-bit numbers. */
export const MAX_COLUMN_VALUES = 0xffff;

/** The values of a column, numbered from 1. Each is decoded when it is first asked for: most readers want a few of many. */
export class ColumnTexts {
  readonly #input: ByteReader;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #decoded: (string | undefined)[];
  #all: readonly string[] | undefined;

  /** Reads past the values. @throws SegmentDamaged */
  constructor(input: ByteReader) {
    const count = input.number();
    if (count > MAX_COLUMN_VALUES) throw new SegmentDamaged(`a column of ${count} values`);
    this.#input = input;
    this.#starts = new Uint32Array(count);
    this.#ends = new Uint32Array(count);
    this.#decoded = new Array(count);
    for (let index = 0; index < count; index++) {
      const length = input.number();
      this.#starts[index] = input.at;
      input.skip(length);
      this.#ends[index] = input.at;
    }
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The value of a number; undefined for 0, which stands for an absent one. */
  at(number: number): string | undefined {
    const index = number - 1;
    const known = this.#decoded[index];
    if (known !== undefined) return known;
    const [start, end] = [this.#starts[index], this.#ends[index]];
    if (start === undefined || end === undefined) return undefined;
    const text = this.#input.textBetween(start, end);
    this.#decoded[index] = text;
    return text;
  }

  /** Every value: the first has number 1. */
  all(): readonly string[] {
    this.#all ??= Array.from({ length: this.count }, (_, index) => this.at(index + 1) ?? '');
    return this.#all;
  }
}
