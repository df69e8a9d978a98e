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

/**
 * The members of `Records` of a sound log object of at most `MAX_BYTES_AT_ONCE` bytes, gzipped or not: what reading it
 * as a stream gives, in a fraction of the time. Undefined for everything else: a stream tells its records and faults.
 * Never throws because of the content.
 */
export function readAtOnce(content: Buffer): readonly unknown[] | undefined {
  return readWhole(content)?.records;
}

/** A sound log object, unpacked and parsed. */
export interface WholeLogObject {
  /** The uncompressed content. */
  readonly bytes: Buffer;
  readonly records: readonly unknown[];
}

/** The same, with the bytes that the records were read from. */
export function readWhole(content: Buffer): WholeLogObject | undefined {
  const bytes = unpacked(content);
  if (bytes === undefined || bytes.length > MAX_BYTES_AT_ONCE) return undefined;
  const text = bytes.toString('utf8');
  const head = HEAD.exec(text.slice(0, HEAD_LENGTH));
  const tail = TAIL.exec(text.slice(-TAIL_LENGTH));
  if (head === null || tail === null) return undefined;
  const start = head[0].length - 1;
  const end = text.length - tail[0].length + 1;
  if (end <= start) return undefined;
  // The list alone is parsed: of an object JSON.parse would keep only the last of two members of one name.
  const list = parse(replaceLoneSurrogates(text.slice(start, end)));
  return Array.isArray(list) ? { bytes, records: list } : undefined;
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
