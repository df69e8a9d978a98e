import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { replaceLoneSurrogates } from '../record/lone-surrogates.ts';
import { DEFAULT_MAX_RECORD_BYTES } from './log-object.ts';

/** Bytes of a piece at least: fewer would cost more in handing on than in parsing. */
const PIECE_BYTES = 512 * 1024;

/** Bytes that zlib unpacks to at a time: less takes twice as long. */
const UNPACKED_BYTES = 256 * 1024;

const HEAD = /^[ \t\r\n]*\{[ \t\r\n]*"Records"[ \t\r\n]*:[ \t\r\n]*\[/;
const TAIL = /\][ \t\r\n]*\}[ \t\r\n]*$/;

/** Bytes in which the beginning and the end of a log object are looked for: more than the white space that anybody writes. */
const EDGE_BYTES = 256;

/** Between two records of a log object, as CloudTrail writes it. */
const BETWEEN = '},{"eventVersion":';
const BETWEEN_BYTES = Buffer.from(BETWEEN);

/** Some records of a log object that follow each other, as they stand in it: whole ones, with a comma between two. */
export interface Piece {
  /** In memory that nobody else has. */
  readonly bytes: Buffer;
  /** The index of the first of them. */
  readonly first: number;
  /** How many there are, if `recordsOfPiece` can read them. */
  readonly records: number;
}

/**
 * Cuts a log object of any length, gzipped or not, where one record may end and the next begin, and no finer than parsing
 * in pieces needs it: in a tenth of the time that looking at every byte takes. Memory is bounded by a few pieces. A piece
 * whose records `recordsOfPiece` can read was cut rightly, if all before it were: a list of JSON values can be read in one
 * way only.
 * @param pieceBytes uncompressed bytes of a piece at least.
 * @returns whether the pieces were all that the object holds. Otherwise a stream tells what follows them.
 * @throws the errors of `body`, and zlib's: what was yielded before stands.
 */
export async function* piecesOf(
  body: AsyncIterable<Uint8Array>,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<Piece, boolean> {
  let chunks: Buffer[] = [];
  let length = 0;
  let isBegun = false;
  let first = 0;
  for await (const chunk of unpacked(body)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length < pieceBytes) continue;
    let open = joined(chunks, length);
    if (!isBegun) {
      const head = HEAD.exec(open.toString('latin1', 0, EDGE_BYTES));
      if (head === null) return false;
      open = open.subarray(head[0].length);
      isBegun = true;
    }
    const cut = open.lastIndexOf(BETWEEN_BYTES);
    if (cut < 0) {
      if (open.length > DEFAULT_MAX_RECORD_BYTES) return false;
      chunks = [open];
    } else {
      const bytes = open.subarray(0, cut + 1);
      const records = recordsIn(bytes);
      // Copied before: who takes a piece may give its memory to another thread.
      chunks = [Buffer.from(open.subarray(cut + 2))];
      yield { bytes, first, records };
      first += records;
    }
    length = chunks[0]?.length ?? 0;
  }
  if (!isBegun) return false;
  const rest = joined(chunks, length);
  const start = Math.max(0, rest.length - EDGE_BYTES);
  const tail = TAIL.exec(rest.toString('latin1', start));
  if (tail === null) return false;
  const bytes = rest.subarray(0, start + tail.index);
  yield { bytes, first, records: recordsIn(bytes) };
  return true;
}

/** Without a care for what stands before a fault, which a stream reads: that would take three times as long. */
async function* unpacked(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const iterator = body[Symbol.asyncIterator]();
  try {
    const { value: head, done } = await iterator.next();
    if (done) return;
    const all = async function* (): AsyncGenerator<Buffer> {
      yield asBuffer(head);
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield asBuffer(next.value);
    };
    if (head[0] !== 0x1f || head[1] !== 0x8b) {
      yield* all();
      return;
    }
    const inflater = createGunzip({ chunkSize: UNPACKED_BYTES });
    // Its errors are thrown where the inflater is read.
    pipeline(Readable.from(all()), inflater).catch(() => {});
    yield* inflater;
  } finally {
    await iterator.return?.();
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The records of a piece; undefined if they can't be read, or there are others than it says: a stream must read them. */
export function recordsOfPiece({ bytes, records }: Piece): readonly unknown[] | undefined {
  if (bytes.length > DEFAULT_MAX_RECORD_BYTES) return undefined;
  const text = replaceLoneSurrogates(bytes.toString('utf8'));
  const values: unknown[] = [];
  try {
    let start = 0;
    for (let cut = text.indexOf(BETWEEN); cut >= 0; cut = text.indexOf(BETWEEN, start)) {
      values.push(JSON.parse(text.slice(start, cut + 1)));
      start = cut + 2;
    }
    values.push(JSON.parse(text.slice(start)));
  } catch {
    return undefined;
  }
  return values.length === records ? values : undefined;
}

/** Unlike Buffer.concat, never in memory that is shared with other buffers. */
function joined(chunks: readonly Buffer[], length: number): Buffer {
  const all = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(all, at);
  return all;
}

function recordsIn(bytes: Buffer): number {
  let records = 1;
  let cut = bytes.indexOf(BETWEEN_BYTES);
  while (cut >= 0) {
    records++;
    cut = bytes.indexOf(BETWEEN_BYTES, cut + BETWEEN_BYTES.length);
  }
  return records;
}
