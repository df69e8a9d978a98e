import type { ByteReader, ByteWriter } from './bytes.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_BYTES = 16;

/** eventIDs: 16 bytes for one in the form that CloudTrail gives them, text for any other. */
export class EventIdColumnWriter {
  readonly #ids: string[] = [];

  add(eventID: string): number {
    this.#ids.push(eventID);
    return UUID.test(eventID) ? UUID_BYTES : eventID.length + 2;
  }

  /** First the texts, each with its row's distance from the one before; then the bytes of all others. */
  write(out: ByteWriter): void {
    const isUuid = this.#ids.map((id) => UUID.test(id));
    out.number(isUuid.filter((is) => !is).length);
    let last = 0;
    for (const [row, id] of this.#ids.entries()) {
      if (isUuid[row]) continue;
      out.number(row - last);
      out.text(id);
      last = row;
    }
    for (const [row, id] of this.#ids.entries()) {
      if (isUuid[row]) out.bytes(Buffer.from(id.replaceAll('-', ''), 'hex'));
    }
  }
}

/** eventIDs, read: each is made into text only when it is asked for. */
export class EventIdColumn {
  readonly #texts = new Map<number, string>();
  readonly #textRows: number[] = [];
  readonly #bytes: Buffer;

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
    const text = this.#texts.get(row);
    if (text !== undefined) return text;
    const before = this.#textRows.length === 0 ? 0 : this.#textRows.filter((other) => other < row).length;
    const start = (row - before) * UUID_BYTES;
    const hex = this.#bytes.toString('hex', start, start + UUID_BYTES);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}
