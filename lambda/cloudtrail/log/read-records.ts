import { isJsonObject } from '../../shared/json.ts';
import {
  contentFault,
  DEFAULT_MAX_RECORD_BYTES,
  type LogObjectItem,
  parseItem,
  parseMember,
  uncompressed,
} from './log-object.ts';
import { readAtOnce } from './read-at-once.ts';
import { MAX_HEAD_BYTES, type RecordShape, shapeOf } from './record-shape.ts';
import { RecordSplitter } from './record-splitter.ts';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** A file on the user's own disk may have any size: the size of a record bounds the memory. */
const MAX_RECORD_BYTES = DEFAULT_MAX_RECORD_BYTES;

/**
 * Reads CloudTrail records as people keep them: log objects, lists, JSON lines, what `aws cloudtrail lookup-events`
 * prints, records alone; gzipped or not. Which of them it is shows in the content. Yields the records in their order,
 * in batches; memory is bounded by a few of the longest records.
 * @throws ContentFault, a FaultOfContent, when the content can't be read on: what was yielded before stands; errors of
 *   `body` are thrown as they are.
 */
export async function* readRecords(body: AsyncIterable<Uint8Array>): AsyncGenerator<LogObjectItem[]> {
  const source = uncompressed(body);
  let records = 0;
  try {
    const { shape, content } = await peek(source);
    for await (const items of shape === 'lines' ? readLines(content) : readDocuments(content)) {
      records += items.length;
      yield items;
    }
  } catch (error) {
    throw contentFault(error, records);
  } finally {
    await source.return(undefined);
  }
}

/** A member of a list of records whose bytes nobody asks for. */
export type ReadItem =
  | { readonly index: number; readonly value: unknown }
  | { readonly index: number; readonly problem: string };

/**
 * The records of a log object that is in memory, as `readRecords` yields them.
 * @returns whether that was all; otherwise `readRecords` yields what follows, and all of content of any other form.
 */
export function* readRecordsAtOnce(content: Buffer): Generator<readonly ReadItem[], boolean> {
  const reading = readAtOnce(content);
  let index = 0;
  for (;;) {
    const { done, value } = reading.next();
    if (done) return value;
    yield value.map((record) => readItem(record, index++));
  }
}

/** A member of a list of records that was parsed, as `readRecords` yields it. */
export function readItem(record: unknown, index: number): ReadItem {
  return isLookedUp(record) ? unwrappedText(record, index) : { index, value: record };
}

/** The shape of a file, which decides whether the functions can read it as it stands. @throws the errors of `body`. */
export async function shapeOfContent(body: AsyncIterable<Uint8Array>): Promise<RecordShape> {
  const source = uncompressed(body);
  try {
    return (await peek(source)).shape;
  } finally {
    await source.return(undefined);
  }
}

interface Peeked {
  readonly shape: RecordShape;
  /** All of the content, including the part that was already examined. */
  readonly content: AsyncGenerator<Buffer>;
}

async function peek(content: AsyncGenerator<Buffer>): Promise<Peeked> {
  let head: Buffer = Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let length = 0;
  let next = 1;
  try {
    for (;;) {
      const { value, done } = await content.next();
      if (!done) {
        chunks.push(value);
        length += value.length;
        // The head is examined when it has doubled, so that a long first line isn't joined again for each chunk.
        if (length < next) continue;
      }
      head = withoutMark(Buffer.concat(chunks));
      const shape = shapeOf(head, done === true);
      if (shape !== undefined || done === true) return { shape: shape ?? 'unknown', content: chained(head, content) };
      next = Math.min(length * 2, MAX_HEAD_BYTES);
    }
  } catch (error) {
    // The reader of the content gets the error after everything that could be read.
    head = withoutMark(Buffer.concat(chunks));
    return { shape: shapeOf(head, false) ?? 'unknown', content: failing(head, error) };
  }
}

/** A byte order mark is no part of JSON, though some editors write one. */
function withoutMark(head: Buffer): Buffer {
  return head.subarray(0, 3).equals(BYTE_ORDER_MARK) ? head.subarray(3) : head;
}

async function* failing(head: Buffer, error: unknown): AsyncGenerator<Buffer> {
  yield head;
  throw error;
}

async function* chained(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

async function* readDocuments(content: AsyncIterable<Buffer>): AsyncGenerator<LogObjectItem[]> {
  const splitter = new RecordSplitter({ maxRecordBytes: MAX_RECORD_BYTES, loose: true });
  let index = 0;
  for await (const chunk of content) {
    const batch: LogObjectItem[] = [];
    try {
      for (const item of splitter.push(chunk)) batch.push(unwrapped(parseItem(item, index++)));
    } catch (error) {
      if (batch.length > 0) yield batch;
      throw error;
    }
    if (batch.length > 0) yield batch;
  }
  splitter.end();
}

/** JSON lines: a line that can't be read doesn't hide the others. */
async function* readLines(content: AsyncIterable<Buffer>): AsyncGenerator<LogObjectItem[]> {
  let index = 0;
  let pending: Buffer[] = [];
  let length = 0;
  const take = (line: Buffer): readonly LogObjectItem[] => {
    const items = parseLine(line, length, index);
    index += items.length;
    return items;
  };
  for await (const chunk of content) {
    const batch: LogObjectItem[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const tail = chunk.subarray(start, end);
      length += tail.length;
      for (const item of take(pending.length === 0 ? tail : Buffer.concat([...pending, tail]))) batch.push(item);
      pending = [];
      length = 0;
      start = end + 1;
    }
    length += chunk.length - start;
    if (length > MAX_RECORD_BYTES) pending = [];
    else pending.push(Buffer.from(chunk.subarray(start)));
    if (batch.length > 0) yield batch;
  }
  const last = take(Buffer.concat(pending));
  if (last.length > 0) yield [...last];
}

/** A line holds a record, or a list of them. */
function parseLine(line: Buffer, length: number, index: number): readonly LogObjectItem[] {
  if (length > MAX_RECORD_BYTES) return [{ index, problem: `the record has ${length} bytes, more than the limit` }];
  const text = line.toString('utf8').trim();
  if (text === '') return [];
  const bytes = Buffer.from(text);
  const item: LogObjectItem = { index, bytes, ...parseMember(text) };
  return 'value' in item && holdsRecords(item.value) ? splitLine(bytes, index) : [unwrapped(item)];
}

function holdsRecords(value: unknown): boolean {
  return Array.isArray(value) || (isJsonObject(value) && [value.Records, value.Events].some(Array.isArray));
}

function splitLine(bytes: Buffer, index: number): readonly LogObjectItem[] {
  const splitter = new RecordSplitter({ maxRecordBytes: MAX_RECORD_BYTES, loose: true });
  return [...splitter.push(bytes)].map((item, place) => unwrapped(parseItem(item, index + place)));
}

/** An event that `lookup-events` prints holds the record as text, and other members. */
function unwrapped(item: LogObjectItem): LogObjectItem {
  return 'value' in item && isLookedUp(item.value) ? unwrappedText(item.value, item.index) : item;
}

interface LookedUp {
  readonly CloudTrailEvent: string;
}

function isLookedUp(value: unknown): value is LookedUp {
  return isJsonObject(value) && typeof value.CloudTrailEvent === 'string' && value.eventID === undefined;
}

function unwrappedText({ CloudTrailEvent: text }: LookedUp, index: number): LogObjectItem {
  return { index, bytes: Buffer.from(text), ...parseMember(text) };
}
