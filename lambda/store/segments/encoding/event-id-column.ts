import type { ByteReader, ByteWriter } from './bytes.ts';

const UUID_CHARACTERS = 36;
const UUID_BYTES = 16;
const HYPHEN = 0x2d;

/** The value of a character that is a lower-case hex digit; 255 of any other. */
const HEX_VALUES = new Uint8Array(256).fill(255);
for (const [value, digit] of [...'0123456789abcdef'].entries()) HEX_VALUES[digit.charCodeAt(0)] = value;

/** eventIDs: 16 bytes for one in the form that CloudTrail gives them, text for any other. */
export class EventIdColumnWriter {
  #bytes = Buffer.allocUnsafe(256 * UUID_BYTES);
  #rows = 0;
  #uuids = 0;
  readonly #texts: { readonly row: number; readonly text: string }[] = [];

  add(eventID: string): number {
    const row = this.#rows++;
    if (this.#addUuid(eventID)) return UUID_BYTES;
    this.#texts.push({ row, text: eventID });
    return eventID.length + 2;
  }

  /** First the texts, each with its row's distance from the one before; then the bytes of all others. */
  write(out: ByteWriter): void {
    out.number(this.#texts.length);
    let last = 0;
    for (const { row, text } of this.#texts) {
      out.number(row - last);
      out.text(text);
      last = row;
    }
    out.bytes(this.#bytes.subarray(0, this.#uuids * UUID_BYTES));
  }

  #addUuid(text: string): boolean {
    if (text.length !== UUID_CHARACTERS) return false;
    let at = this.#uuids * UUID_BYTES;
    if (at + UUID_BYTES > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    }
    for (let index = 0; index < UUID_CHARACTERS; ) {
      if (index === 8 || index === 13 || index === 18 || index === 23) {
        if (text.charCodeAt(index++) !== HYPHEN) return false;
        continue;
      }
      const high = HEX_VALUES[text.charCodeAt(index++)] ?? 255;
      const low = HEX_VALUES[text.charCodeAt(index++)] ?? 255;
      if ((high | low) > 15) return false;
      this.#bytes[at++] = (high << 4) | low;
    }
    this.#uuids++;
    return true;
  }
}

/** eventIDs, read: each is made into text only when it is asked for. */
export class EventIdColumn {
  readonly #texts = new Map<number, string>();
  /** Rows of texts, in order. */
  readonly #textRows: number[] = [];
  readonly #bytes: Buffer;
  #hex: string | undefined;

  /** @throws SegmentDamaged */
  constructor(input: ByteReader, rows: number) {
    const texts = input.number();
    let row = 0;
    for (let index = 0; index < texts; index++) {
      row += input.number();
      this.#texts.set(row, input.text());
      this.#textRows.push(row);
    }
    this.#bytes = input.bytes(Math.max(0, rows - texts) * UUID_BYTES);
  }

  at(row: number): string {
    if (this.#textRows.length > 0) {
      const text = this.#texts.get(row);
      if (text !== undefined) return text;
    }
    this.#hex ??= this.#bytes.toString('hex');
    const start = (row - this.#textsBefore(row)) * UUID_BYTES * 2;
    const part = (from: number, to: number): string => this.#hex?.slice(start + from, start + to) ?? '';
    return `${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
  }

  #textsBefore(row: number): number {
    let [low, high] = [0, this.#textRows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#textRows[middle] ?? 0) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
