import { gunzipSync } from 'node:zlib';
import { replaceLoneSurrogates } from '../record/lone-surrogates.ts';
import { DEFAULT_MAX_RECORD_BYTES } from './log-object.ts';

/** No record of an object of so many uncompressed bytes can be longer than a record may be. */
export const MAX_BYTES_AT_ONCE = DEFAULT_MAX_RECORD_BYTES;

const HEAD = /^[ \t\r\n]*\{[ \t\r\n]*"Records"[ \t\r\n]*:[ \t\r\n]*\[/;
const TAIL = /\][ \t\r\n]*\}[ \t\r\n]*$/;

/** Characters in which the end of a log object is looked for: more than the white space that anybody writes. */
const TAIL_LENGTH = 64;
const HEAD_LENGTH = 256;

/** Header and trailer of gzip, whose last four bytes are the length of what it unpacks to. */
const MIN_GZIP_BYTES = 18;
const LENGTH_BYTES = 4;
const MIN_CHUNK_BYTES = 1024;

/** Between two records of a log object, as CloudTrail writes it. */
const BETWEEN = '},{"eventVersion":';

/** Records that are parsed before the first of them is handed on: what is dropped young costs the garbage collector little. */
const RECORDS_A_BATCH = 64;

/**
 * The members of `Records` of a log object of at most `MAX_BYTES_AT_ONCE` bytes, gzipped or not, in batches: what reading it
 * as a stream gives, in a fraction of the time. Never throws because of the content.
 * @returns whether that was all. Otherwise a stream tells what follows the records that were yielded: there may be none of
 *   those.
 */
export function* readAtOnce(content: Buffer): Generator<readonly unknown[], boolean> {
  const bytes = unpacked(content);
  const text = bytes && listOf(bytes);
  return text !== undefined && (yield* parsed(text));
}

/** A sound log object, unpacked and parsed. */
export interface WholeLogObject {
  /** The uncompressed content. */
  readonly bytes: Buffer;
  readonly records: readonly unknown[];
}

/** The same for one that is sound from its first to its last byte, with the bytes that the records were read from. */
export function readWhole(content: Buffer): WholeLogObject | undefined {
  const bytes = unpacked(content);
  const text = bytes && listOf(bytes);
  // The list alone is parsed: of an object JSON.parse would keep only the last of two members of one name.
  const records = text === undefined ? undefined : parse(`[${text}]`);
  return bytes !== undefined && Array.isArray(records) ? { bytes, records } : undefined;
}

/** What stands between the brackets of the list of records, if it is all that the object holds. */
function listOf(bytes: Buffer): string | undefined {
  if (bytes.length > MAX_BYTES_AT_ONCE) return undefined;
  const text = bytes.toString('utf8');
  const head = HEAD.exec(text.slice(0, HEAD_LENGTH));
  const tail = TAIL.exec(text.slice(-TAIL_LENGTH));
  if (head === null || tail === null) return undefined;
  const end = text.length - tail[0].length;
  return end < head[0].length ? undefined : replaceLoneSurrogates(text.slice(head[0].length, end));
}

/**
 * Parses records one by one, cut where one may end. A cut within a record leaves two pieces that are no JSON; where every
 * piece is, the cuts were right, as a list of JSON values can be read in one way only.
 */
function* parsed(list: string): Generator<readonly unknown[], boolean> {
  let batch: unknown[] = [];
  let start = 0;
  for (let cut = list.indexOf(BETWEEN); cut >= 0; cut = list.indexOf(BETWEEN, start)) {
    const value = parse(list.slice(start, cut + 1));
    if (value === undefined) break;
    batch.push(value);
    start = cut + 2;
    if (batch.length < RECORDS_A_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
  const rest = parse(`[${list.slice(start)}]`);
  // Behind a comma there must be something.
  if (!Array.isArray(rest) || (start > 0 && rest.length === 0)) return false;
  if (rest.length > 0) yield rest;
  return true;
}

function unpacked(content: Buffer): Buffer | undefined {
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content;
  // The trailer of one whole member gives its length. Of several, or with something behind it, a stream makes the best.
  if (content.length < MIN_GZIP_BYTES) return undefined;
  const length = content.readUInt32LE(content.length - LENGTH_BYTES);
  if (length > MAX_BYTES_AT_ONCE) return undefined;
  try {
    // One piece of memory of the right size: zlib's own are small, and are joined at the end.
    const chunkSize = Math.max(length + 1, MIN_CHUNK_BYTES);
    const bytes = gunzipSync(content, { chunkSize, maxOutputLength: MAX_BYTES_AT_ONCE });
    return bytes.length === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
