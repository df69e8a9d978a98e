import { hash } from 'node:crypto';
import { type LogObjectItem, type LogObjectLimits, type LogObjectSummary, readLogObject } from './log-object.ts';
import { MAX_BYTES_AT_ONCE, readWhole, type WholeLogObject } from './read-at-once.ts';
import { RecordSplitter } from './record-splitter.ts';

/** Records of a batch: between two of them a caller may stop, or write what it has. */
const RECORDS_A_BATCH = 200;

/** A log object whose content comes as a stream, and its length in bytes where that is known beforehand. */
export interface LogObjectContent {
  readonly body: AsyncIterable<Uint8Array>;
  readonly length?: number;
}

/**
 * Reads a log object, as `readLogObject` does: a small one at once, in a fraction of the time. Where that isn't sound
 * from its first to its last byte, the stream tells its records and faults.
 * @throws ContentFault, a FaultOfContent, and the errors of `body`, as `readLogObject` does.
 */
export async function* readSmallOrLarge(
  { body, length }: LogObjectContent,
  limits: LogObjectLimits,
  from = 0,
): AsyncGenerator<LogObjectItem[], LogObjectSummary> {
  if (length === undefined || length > MAX_BYTES_AT_ONCE || limits.maxRecordBytes < MAX_BYTES_AT_ONCE) {
    return yield* readLogObject(body, limits, from);
  }
  const content = await collected(body);
  const whole = readWhole(content);
  if (whole === undefined || whole.bytes.length > limits.maxObjectBytes) {
    return yield* readLogObject(once(content), limits, from);
  }
  return yield* itemsOf(whole, from);
}

function* itemsOf(whole: WholeLogObject, from: number): Generator<LogObjectItem[], LogObjectSummary> {
  const { bytes, records } = whole;
  const source = new RecordBytes(bytes, records.length);
  for (let start = from; start < records.length; start += RECORDS_A_BATCH) {
    yield records
      .slice(start, start + RECORDS_A_BATCH)
      .map((value, place) => new ItemOfWhole(start + place, value, source));
  }
  return { sha256: hash('sha256', bytes, 'hex'), bytes: bytes.length, records: records.length };
}

/** A record whose bytes are looked for when they are asked for: few of them are. */
class ItemOfWhole {
  readonly index: number;
  readonly value: unknown;
  readonly #source: RecordBytes;

  constructor(index: number, value: unknown, source: RecordBytes) {
    this.index = index;
    this.value = value;
    this.#source = source;
  }

  get bytes(): Buffer {
    return this.#source.at(this.index);
  }

  /** The mean of all of them. */
  get size(): number {
    return this.#source.meanSize;
  }
}

/** The bytes of each record of a sound log object. */
class RecordBytes {
  readonly meanSize: number;
  readonly #content: Buffer;
  #all: readonly Buffer[] | undefined;

  constructor(content: Buffer, records: number) {
    this.#content = content;
    this.meanSize = content.length / records;
  }

  at(index: number): Buffer {
    this.#all ??= [...new RecordSplitter({ maxRecordBytes: MAX_BYTES_AT_ONCE }).push(this.#content)].flatMap((item) =>
      item.kind === 'record' ? item.bytes : [],
    );
    const bytes = this.#all[index];
    if (bytes === undefined) throw new Error(`record ${index} of a sound log object has no bytes`);
    return bytes;
  }
}

async function collected(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? asBuffer(chunks[0]) : Buffer.concat(chunks);
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
