import { ByteReader, ByteWriter } from './encoding/bytes.ts';
import { type EncodedItem, pack, unpack } from './encoding/codec.ts';

/** Where a block lies in time. */
export interface BlockBounds {
  readonly count: number;
  /** Seconds since 1970, of its first and of its last event. */
  readonly first: number;
  readonly last: number;
}

/** Collects the bounds of the blocks of a segment. */
export class BlockMapWriter {
  readonly #blocks: BlockBounds[] = [];
  #open: BlockBounds | undefined;

  add(seconds: number): void {
    const open = this.#open;
    this.#open = { count: (open?.count ?? 0) + 1, first: open?.first ?? seconds, last: seconds };
  }

  endBlock(): void {
    if (this.#open !== undefined) this.#blocks.push(this.#open);
    this.#open = undefined;
  }

  finish(): EncodedItem {
    const out = new ByteWriter();
    out.number(this.#blocks.length);
    let before = 0;
    for (const { count, first, last } of this.#blocks) {
      out.number(count);
      out.signed(first - before);
      out.number(last - first);
      before = last;
    }
    return pack(out.finish());
  }
}

/** @throws SegmentNewer, SegmentDamaged */
export function readBlockMap(item: EncodedItem): readonly BlockBounds[] {
  const input = new ByteReader(unpack(item));
  const blocks: BlockBounds[] = [];
  let before = 0;
  for (let left = input.number(); left > 0; left--) {
    const count = input.number();
    const first = before + input.signed();
    const last = first + input.number();
    blocks.push({ count, first, last });
    before = last;
  }
  return blocks;
}
