import {
  DEFAULT_MAX_RECORD_BYTES,
  type LogObjectItem,
  readLogObject,
  uncompressed,
} from '../../lambda/cloudtrail/log-object.ts';

/** A file on the user's own disk is as big as it is; what bounds memory is the size of a record. */
const LIMITS = { maxObjectBytes: Number.POSITIVE_INFINITY, maxRecordBytes: DEFAULT_MAX_RECORD_BYTES };

/** Bytes that are looked at to tell what a file holds. */
const HEAD_BYTES = 64 * 1024;

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/**
 * Reads CloudTrail records as people keep them: a log object, a list of records, a record alone, or JSON lines; gzipped
 * or not. Which of them it is shows in the content. Yields the records in their order, in batches.
 * @throws ContentFault when the content can't be read on; errors of `body` are thrown as they are.
 */
export async function* readRecords(body: AsyncIterable<Uint8Array>): AsyncGenerator<LogObjectItem[]> {
  const { head, whole, content } = await peek(uncompressed(body));
  switch (shapeOf(head.toString('utf8'), whole)) {
    case 'lines':
      yield* readLines(content);
      return;
    case 'list':
      yield* readLogObject(wrapped('{"Records":', content, '}'), LIMITS);
      return;
    case 'record':
      yield* readLogObject(wrapped('{"Records":[', content, ']}'), LIMITS);
      return;
    case 'log-object':
      yield* readLogObject(content, LIMITS);
  }
}

type Shape = 'log-object' | 'list' | 'record' | 'lines';

/** @param head the first characters; `whole` where there are no others. */
function shapeOf(head: string, whole: boolean): Shape {
  const text = head.trimStart();
  if (text.startsWith('[')) return 'list';
  if (!text.startsWith('{') || /^\{\s*"Records"\s*:/.test(text)) return 'log-object';
  const end = text.indexOf('\n');
  const firstLine = end < 0 ? undefined : parseObject(text.slice(0, end));
  if (firstLine !== undefined) return 'Records' in firstLine ? 'log-object' : 'lines';
  const only = whole ? parseObject(text) : undefined;
  if (only !== undefined) return 'Records' in only ? 'log-object' : 'record';
  // A record on its own says so in its first members.
  return /^\{\s*"(?:eventVersion|eventID|eventTime|userIdentity)"\s*:/.test(text) ? 'record' : 'log-object';
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Peeked {
  readonly head: Buffer;
  /** Nothing follows the head. */
  readonly whole: boolean;
  /** The head and what follows it. */
  readonly content: AsyncIterable<Buffer>;
}

async function peek(content: AsyncGenerator<Buffer>): Promise<Peeked> {
  const chunks: Buffer[] = [];
  let length = 0;
  let whole = false;
  try {
    while (length < HEAD_BYTES && !whole) {
      const { value, done } = await content.next();
      if (done) whole = true;
      else {
        chunks.push(length === 0 ? withoutMark(value) : value);
        length += value.length;
      }
    }
  } catch (error) {
    // The reader of the content meets the error after what could be read.
    return { head: Buffer.concat(chunks), whole: false, content: failing(chunks, error) };
  }
  return { head: Buffer.concat(chunks), whole, content: chained(chunks, content) };
}

/** A byte order mark is no part of JSON, though some editors write one. */
function withoutMark(chunk: Buffer): Buffer {
  return chunk.subarray(0, 3).equals(BYTE_ORDER_MARK) ? chunk.subarray(3) : chunk;
}

async function* failing(chunks: readonly Buffer[], error: unknown): AsyncGenerator<Buffer> {
  yield* chunks;
  throw error;
}

async function* chained(chunks: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
  yield* rest;
}

async function* wrapped(before: string, content: AsyncIterable<Buffer>, after: string): AsyncGenerator<Buffer> {
  yield Buffer.from(before);
  yield* content;
  yield Buffer.from(after);
}

/** JSON lines: a line that can't be read doesn't hide the others. */
async function* readLines(content: AsyncIterable<Buffer>): AsyncGenerator<LogObjectItem[]> {
  let index = 0;
  let pending: Buffer[] = [];
  let length = 0;
  const take = (line: Buffer): LogObjectItem[] => {
    const item = parseLine(line, length, index);
    if (item !== undefined) index++;
    return item === undefined ? [] : [item];
  };
  for await (const chunk of content) {
    const batch: LogObjectItem[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const tail = chunk.subarray(start, end);
      length += tail.length;
      batch.push(...take(Buffer.concat([...pending, tail])));
      pending = [];
      length = 0;
      start = end + 1;
    }
    length += chunk.length - start;
    if (length > LIMITS.maxRecordBytes) pending = [];
    else pending.push(chunk.subarray(start));
    if (batch.length > 0) yield batch;
  }
  const last = take(Buffer.concat(pending));
  if (last.length > 0) yield last;
}

function parseLine(bytes: Buffer, length: number, index: number): LogObjectItem | undefined {
  if (length > LIMITS.maxRecordBytes) return { index, problem: `the record has ${length} bytes, more than the limit` };
  const text = bytes.toString('utf8').trim();
  if (text === '') return undefined;
  try {
    return { index, bytes, value: JSON.parse(text) };
  } catch {
    return { index, bytes, problem: 'the line is not JSON' };
  }
}
