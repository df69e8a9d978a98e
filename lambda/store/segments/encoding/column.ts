import type { ByteReader, ByteWriter } from './bytes.ts';
import { ColumnTexts, MAX_COLUMN_VALUES } from './column-texts.ts';
import { SegmentDamaged } from './segment-faults.ts';

/**
 * A column of texts, some of which may be absent: the values that it has, each once in the order in which they first
 * come, and for each row the number of its value. Columns that tell the same twice (an eventName and its action) have the
 * same numbers, so that they compress to almost nothing.
 */
export class TextColumnWriter {
  readonly #numbers = new Map<string, number>();
  readonly #rows: number[] = [];
  /** Neighbours are often the same: then no text is looked up. */
  #last: string | undefined;
  #lastNumber = 0;

  /** Bytes that the value adds to the column before it is compressed, about. */
  add(value: string | undefined): number {
    if (value === undefined) {
      this.#rows.push(0);
      return 0;
    }
    if (value === this.#last) {
      this.#rows.push(this.#lastNumber);
      return 1;
    }
    const known = this.#numbers.get(value);
    const number = known ?? this.#numbers.size + 1;
    if (known === undefined) this.#numbers.set(value, number);
    this.#rows.push(number);
    this.#last = value;
    this.#lastNumber = number;
    return known === undefined ? value.length + 1 : 1;
  }

  /** The values so far, in the order of their numbers: the first has number 1. */
  get values(): Iterable<string> {
    return this.#numbers.keys();
  }

  get valueCount(): number {
    return this.#numbers.size;
  }

  /** The number of each row's value; 0 where it is absent. */
  get rows(): readonly number[] {
    return this.#rows;
  }

  write(out: ByteWriter): void {
    writeTexts(out, this.#numbers);
    writeNumbers(out, this.#rows, this.#numbers.size);
  }
}

/** A column, read: row `i` has the text of number `numbers[i]`, and is absent where that is 0. */
export interface TextColumn {
  readonly texts: ColumnTexts;
  readonly numbers: Uint16Array;
}

/** @throws SegmentDamaged */
export function readTextColumn(input: ByteReader, rows: number): TextColumn {
  const texts = new ColumnTexts(input);
  return { texts, numbers: readNumbers(input, rows, texts.count) };
}

/** A column of lists of texts: their values as above, the length of each row's list, and the numbers of all. */
export class ListColumnWriter {
  readonly #numbers = new Map<string, number>();
  readonly #lengths: number[] = [];
  readonly #members: number[] = [];

  add(list: readonly string[]): number {
    let bytes = 1;
    this.#lengths.push(list.length);
    for (const value of list) {
      const known = this.#numbers.get(value);
      const number = known ?? this.#numbers.size + 1;
      if (known === undefined) this.#numbers.set(value, number);
      this.#members.push(number);
      bytes += known === undefined ? value.length + 2 : 1;
    }
    return bytes;
  }

  /** As of TextColumnWriter. */
  get values(): Iterable<string> {
    return this.#numbers.keys();
  }

  get valueCount(): number {
    return this.#numbers.size;
  }

  /** How many members each row has. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /** The numbers of all members, row after row. */
  get members(): readonly number[] {
    return this.#members;
  }

  write(out: ByteWriter): void {
    writeTexts(out, this.#numbers);
    for (const length of this.#lengths) out.number(length);
    writeNumbers(out, this.#members, this.#numbers.size);
  }
}

/** A column of lists, read: row `i` has the members from `starts[i]` to `starts[i + 1]`. */
export interface ListColumn extends TextColumn {
  readonly starts: Uint32Array;
}

/** @throws SegmentDamaged */
export function readListColumn(input: ByteReader, rows: number): ListColumn {
  const texts = new ColumnTexts(input);
  const starts = new Uint32Array(rows + 1);
  for (let row = 0, start = 0; row < rows; row++) {
    start += input.number();
    starts[row + 1] = start;
  }
  return { texts, starts, numbers: readNumbers(input, starts[rows] ?? 0, texts.count) };
}

function writeTexts(out: ByteWriter, texts: ReadonlyMap<string, number>): void {
  if (texts.size > MAX_COLUMN_VALUES) throw new RangeError(`a column holds ${MAX_COLUMN_VALUES} values at most`);
  out.number(texts.size);
  for (const text of texts.keys()) out.text(text);
}

/** Nothing where all rows are absent; a byte a row up to 255 values, else two. */
function writeNumbers(out: ByteWriter, numbers: readonly number[], values: number): void {
  if (values === 0) return;
  if (values === 1 && numbers.every((number) => number === 1)) {
    out.number(ALL_FIRST);
    return;
  }
  out.number(values <= 0xff ? BYTES : PAIRS);
  if (values <= 0xff) {
    out.bytes(Uint8Array.from(numbers));
    return;
  }
  out.bytes(Uint8Array.from(numbers, (number) => number >> 8));
  out.bytes(Uint8Array.from(numbers, (number) => number & 0xff));
}

/** How the numbers of a column stand: none, as each is 1; bytes; or all high bytes and then all low ones. */
const ALL_FIRST = 0;
const BYTES = 1;
const PAIRS = 2;

function readNumbers(input: ByteReader, rows: number, values: number): Uint16Array {
  const numbers = new Uint16Array(rows);
  if (values === 0) return numbers;
  switch (input.number()) {
    case ALL_FIRST:
      return numbers.fill(1);
    case BYTES:
      numbers.set(input.bytes(rows));
      break;
    case PAIRS: {
      const high = input.bytes(rows);
      const low = input.bytes(rows);
      for (let row = 0; row < rows; row++) numbers[row] = ((high[row] ?? 0) << 8) | (low[row] ?? 0);
      break;
    }
    default:
      throw new SegmentDamaged('the numbers of a column have no known form');
  }
  let most = 0;
  for (let row = 0; row < numbers.length; row++) most = Math.max(most, numbers[row] ?? 0);
  if (most > values) throw new SegmentDamaged('a column names a value that it lacks');
  return numbers;
}
