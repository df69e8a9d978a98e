import { createHash } from 'node:crypto';
import { counted } from '../../shared/counted.ts';
import { FaultOfContent } from '../../shared/faults.ts';
import { replaceLoneSurrogates } from '../record/lone-surrogates.ts';
import { gunzip, isZlibError } from './gunzip.ts';
import { MalformedLogObject, RecordSplitter, type SplitItem } from './record-splitter.ts';

/** A member of `Records`: parsed, or with the reason why it couldn't be. */
export type LogObjectItem =
  | { readonly index: number; readonly bytes: Buffer; readonly value: unknown }
  | { readonly index: number; readonly bytes?: Buffer; readonly problem: string };

/** What is known of a log object once all of it was read. */
export interface LogObjectSummary {
  /** SHA-256 of the uncompressed bytes in lower-case hex, as digest files name it. */
  readonly sha256: string;
  /** Uncompressed bytes. */
  readonly bytes: number;
  /** Members of `Records`, those with problems included. */
  readonly records: number;
}

export interface LogObjectLimits {
  /** Uncompressed bytes after which reading stops with a ContentFault. */
  readonly maxObjectBytes: number;
  /** Bytes after which a record is skipped and reported. */
  readonly maxRecordBytes: number;
}

/**
 * CloudTrail writes at most 256 KB (1 MB with larger event sizes switched on); a record four times as long isn't
 * CloudTrail's.
 */
export const DEFAULT_MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** The content of the object is at fault: reading it again gives the same. What was yielded before is valid. */
export class ContentFault extends FaultOfContent {
  override readonly name = 'ContentFault';
}

/**
 * Reads a log object as a stream: gzip (one or several members) or plain JSON, told apart by the first bytes; an
 * object with `Records`, or a bare list of records.
 * Yields the records in the object's order, in batches; memory stays bounded by one chunk and one record.
 * Everything that could be unpacked before a fault is read, and its records are yielded before the fault is thrown.
 * @param from index of the first record to yield: those before it are read for the hash, but not parsed. Meanwhile there
 *   are empty batches, so that a caller whose time is up can stop there too.
 * @throws ContentFault, a FaultOfContent, when the content can't be read on; errors of `body` are thrown as they are.
 */
export async function* readLogObject(
  body: AsyncIterable<Uint8Array>,
  limits: LogObjectLimits,
  from = 0,
): AsyncGenerator<LogObjectItem[], LogObjectSummary> {
  const hash = createHash('sha256');
  const splitter = new RecordSplitter(limits);
  let bytes = 0;
  let records = 0;
  try {
    for await (const chunk of uncompressed(body)) {
      bytes += chunk.length;
      if (bytes > limits.maxObjectBytes) {
        throw new ContentFault(
          `more than ${limits.maxObjectBytes} bytes uncompressed: reading stopped after ${counted(records, 'record')}`,
        );
      }
      hash.update(chunk);
      const batch: LogObjectItem[] = [];
      try {
        for (const item of splitter.push(chunk)) {
          if (records >= from) batch.push(parseItem(item, records));
          records++;
        }
      } catch (error) {
        if (batch.length > 0) yield batch;
        throw error;
      }
      if (batch.length > 0 || records < from) yield batch;
    }
    splitter.end();
  } catch (error) {
    throw contentFault(error, records);
  }
  return { sha256: hash.digest('hex'), bytes, records };
}

/** A fault of the content as a ContentFault that says how far it was read; any other error as it is. */
export function contentFault(error: unknown, records: number): unknown {
  if (error instanceof MalformedLogObject)
    return new ContentFault(`${error.message} (after ${counted(records, 'record')})`);
  if (isZlibError(error)) return new ContentFault(`${zlibReason(error)} (after ${counted(records, 'record')})`);
  return error;
}

/** A member of a list of records, parsed. Never throws. */
export function parseItem(item: SplitItem, index: number): LogObjectItem {
  if (item.kind === 'oversized') return { index, problem: `the record has ${item.length} bytes, more than the limit` };
  return { index, bytes: item.bytes, ...parseMember(item.bytes.toString('utf8')) };
}

/** A member of `Records` from its text in a log object. Never throws. */
export function parseMember(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(replaceLoneSurrogates(text)) };
  } catch (error) {
    return { problem: `the record is not JSON${syntaxErrorPosition(error)}` };
  }
}

/** V8's own message quotes the text around the error, which may be a secret: only the position is kept. */
function syntaxErrorPosition(error: unknown): string {
  const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? '' : `: character ${position} of it`;
}

/**
 * The content of an object, unpacked if its first bytes say that it is gzip. At a fault it behaves like `gunzip`.
 * @throws zlib's errors (`isZlibError`), and those of `body` as they are.
 */
export async function* uncompressed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const iterator = body[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let ended = false;
  while (head.length < 2 && !ended) {
    const { value, done } = await iterator.next();
    if (done) ended = true;
    else head = Buffer.concat([head, value]);
  }
  const rest = async function* (): AsyncGenerator<Buffer> {
    try {
      if (head.length > 0) yield head;
      while (!ended) {
        const { value, done } = await iterator.next();
        if (done) break;
        yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      }
    } finally {
      await iterator.return?.();
    }
  };
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* rest();
    return;
  }
  yield* gunzip(rest());
}

function zlibReason(error: { code: string; message: string }): string {
  return error.code === 'Z_BUF_ERROR' ? 'the gzip data is cut' : `the gzip data is damaged: ${error.message}`;
}
