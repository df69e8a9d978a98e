import { eventIdentity } from '../../cloudtrail/event-identity.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { type EncodedItem, pack, unpack } from './codec.ts';
import {
  type ListColumn,
  ListColumnWriter,
  MAX_COLUMN_VALUES,
  readListColumn,
  readTextColumn,
  type TextColumn,
  TextColumnWriter,
} from './column.ts';
import { EventIdColumn, EventIdColumnWriter } from './event-id-column.ts';
import { SegmentDamaged } from './faults.ts';
import type { EventSummary } from './summary.ts';

/**
 * The columns of text, in the order in which they stand: neighbours that say nearly the same compress best.
 * A column is never taken out or moved within a version of the format.
 */
const TEXT_COLUMNS = {
  eventSource: ({ eventSource }) => eventSource,
  eventName: ({ eventName }) => eventName,
  action: ({ action }) => action,
  access: ({ access }) => access,
  category: ({ category }) => category,
  outcome: ({ outcome }) => outcome,
  errorCode: ({ errorCode }) => errorCode,
  errorMessage: ({ errorMessage }) => errorMessage,
  account: ({ account }) => account,
  awsRegion: ({ awsRegion }) => awsRegion,
  actor: ({ actor }) => actor,
  actorKind: ({ actorKind }) => actorKind,
  actorName: ({ actorName }) => actorName,
  via: ({ via }) => via,
  session: ({ session }) => session,
  accessKeyId: ({ accessKeyId }) => accessKeyId,
  credential: ({ credential }) => credential,
  mfa: ({ mfa }) => (mfa === undefined ? undefined : String(mfa)),
  console: ({ console }) => (console ? 'true' : undefined),
  address: ({ address }) => address,
  sourceIPAddress: ({ sourceIPAddress }) => sourceIPAddress,
  userAgent: ({ userAgent }) => userAgent,
  resourcesCut: ({ resourcesCut }) => (resourcesCut ? 'true' : undefined),
  bucket: ({ receipt }) => receipt.bucket,
  key: ({ receipt }) => receipt.key,
  version: ({ receipt }) => receipt.version,
} as const satisfies Record<string, (summary: EventSummary) => string | undefined>;

export type TextColumnName = keyof typeof TEXT_COLUMNS;

const COLUMN_NAMES = Object.keys(TEXT_COLUMNS) as readonly TextColumnName[];

/** How many events one block, page or whole segment holds at most. */
export const MAX_BLOCK_EVENTS = 8192;

/** Before compression: a block that is larger ends with the event that made it so. Well below what unpack allows. */
const FULL_BYTES = 4 * 1024 * 1024;

/**
 * Summaries as columns, compressed together: a block of a segment, a page, or a segment in one item. They stand in the
 * order in which they were added.
 */
export class BlockWriter {
  readonly #texts = COLUMN_NAMES.map((name) => ({ textOf: TEXT_COLUMNS[name], column: new TextColumnWriter() }));
  readonly #resources = new ListColumnWriter();
  readonly #ids = new EventIdColumnWriter();
  readonly #times: number[] = [];
  readonly #indexes: number[] = [];
  readonly #identities: { row: number; identity: string }[] = [];
  #bytes = 0;

  get count(): number {
    return this.#times.length;
  }

  /** Bytes before compression, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether no further summary should be added. */
  get isFull(): boolean {
    return (
      this.count >= MAX_BLOCK_EVENTS ||
      this.#bytes >= FULL_BYTES ||
      this.#resources.values >= MAX_COLUMN_VALUES - MAX_RESOURCES
    );
  }

  add(summary: EventSummary): void {
    const row = this.#times.push(secondsOf(summary.eventTime)) - 1;
    this.#indexes.push(summary.receipt.index);
    this.#bytes += 3 + this.#ids.add(summary.eventID) + this.#resources.add(summary.resources);
    for (const { textOf, column } of this.#texts) this.#bytes += column.add(textOf(summary));
    // It follows from what stands in the columns, unless one of these was cut.
    if (eventIdentity(summary) !== summary.identity) this.#identities.push({ row, identity: summary.identity });
  }

  /** The block as an item. Nothing is added afterwards. */
  finish(): EncodedItem {
    const out = new ByteWriter();
    out.number(this.count);
    writeDistances(out, this.#times);
    writeDistances(out, this.#indexes);
    out.number(this.#identities.length);
    for (const { row, identity } of this.#identities) {
      out.number(row);
      out.text(identity);
    }
    for (const { column } of this.#texts) section(out, (part) => column.write(part));
    section(out, (part) => this.#resources.write(part));
    section(out, (part) => this.#ids.write(part));
    return pack(out.finish());
  }
}

/** A record names 50 resources at most (CloudTrailEvent). */
const MAX_RESOURCES = 64;

/** A block, read: a column is parsed when it is first asked for, a summary when it is. */
export class Block {
  readonly count: number;
  readonly #times: Float64Array;
  readonly #indexes: Float64Array;
  readonly #identities = new Map<number, string>();
  readonly #sections: readonly Buffer[];
  readonly #texts = new Map<TextColumnName, TextColumn>();
  #resources: ListColumn | undefined;
  #ids: EventIdColumn | undefined;

  /** @throws SegmentNewer, SegmentDamaged */
  constructor(item: EncodedItem) {
    const input = new ByteReader(unpack(item));
    this.count = input.number();
    if (this.count > MAX_BLOCK_EVENTS) throw new SegmentDamaged(`a block of ${this.count} events`);
    this.#times = readDistances(input, this.count);
    this.#indexes = readDistances(input, this.count);
    for (let left = input.number(); left > 0; left--) this.#identities.set(input.number(), input.text());
    this.#sections = Array.from({ length: COLUMN_NAMES.length + 2 }, () => input.bytes(input.number()));
    if (!input.atEnd) throw new SegmentDamaged('a block goes on behind its end');
  }

  /** Seconds since 1970, of the event at a position from 0 to count - 1. */
  seconds(position: number): number {
    return this.#times[position] ?? Number.NaN;
  }

  column(name: TextColumnName): TextColumn {
    let column = this.#texts.get(name);
    if (column === undefined) {
      column = readTextColumn(new ByteReader(this.#section(COLUMN_NAMES.indexOf(name))), this.count);
      this.#texts.set(name, column);
    }
    return column;
  }

  resources(): ListColumn {
    this.#resources ??= readListColumn(new ByteReader(this.#section(COLUMN_NAMES.length)), this.count);
    return this.#resources;
  }

  eventID(position: number): string {
    this.#ids ??= new EventIdColumn(new ByteReader(this.#section(COLUMN_NAMES.length + 1)), this.count);
    return this.#ids.at(position);
  }

  text(name: TextColumnName, position: number): string | undefined {
    const { values, numbers } = this.column(name);
    return values[(numbers[position] ?? 0) - 1];
  }

  /** The summary at a position from 0 to count - 1. @throws RangeError for any other; SegmentDamaged. */
  summary(position: number): EventSummary {
    if (!(position >= 0 && position < this.count)) throw new RangeError(`position ${position} of ${this.count}`);
    const optional = (name: TextColumnName): string | undefined => this.text(name, position);
    const required = (name: TextColumnName): string => {
      const text = this.text(name, position);
      if (text === undefined) throw new SegmentDamaged(`an event has no ${name}`);
      return text;
    };
    const eventTime = timeText(this.seconds(position));
    const [eventSource, eventName, account] = [required('eventSource'), required('eventName'), required('account')];
    const mfa = optional('mfa');
    return {
      eventID: this.eventID(position),
      identity: this.#identities.get(position) ?? eventIdentity({ eventTime, eventSource, eventName, account }),
      eventTime,
      actor: required('actor'),
      actorKind: required('actorKind'),
      ...present('actorName', optional('actorName')),
      ...present('session', optional('session')),
      ...present('via', optional('via')),
      action: required('action'),
      eventSource,
      eventName,
      account,
      awsRegion: required('awsRegion'),
      access: required('access'),
      outcome: required('outcome'),
      category: required('category'),
      credential: required('credential'),
      ...present('accessKeyId', optional('accessKeyId')),
      ...(optional('console') !== undefined && { console: true }),
      ...(mfa !== undefined && { mfa: mfa === 'true' }),
      ...present('errorCode', optional('errorCode')),
      ...present('errorMessage', optional('errorMessage')),
      ...present('address', optional('address')),
      ...present('sourceIPAddress', optional('sourceIPAddress')),
      ...present('userAgent', optional('userAgent')),
      resources: this.#resourcesAt(position),
      ...(optional('resourcesCut') !== undefined && { resourcesCut: true }),
      receipt: {
        bucket: required('bucket'),
        key: required('key'),
        version: required('version'),
        index: this.#indexes[position] ?? 0,
      },
    };
  }

  /** Every summary, in order. */
  *summaries(): Generator<EventSummary> {
    for (let position = 0; position < this.count; position++) yield this.summary(position);
  }

  #resourcesAt(position: number): string[] {
    const { values, numbers, starts } = this.resources();
    const members = numbers.subarray(starts[position], starts[position + 1]);
    return Array.from(members, (number) => values[number - 1] ?? '');
  }

  #section(index: number): Buffer {
    const found = this.#sections[index];
    if (found === undefined) throw new SegmentDamaged('a column is missing');
    return found;
  }
}

function present<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, string>);
}

function section(out: ByteWriter, write: (part: ByteWriter) => void): void {
  const part = new ByteWriter();
  write(part);
  const bytes = part.finish();
  out.number(bytes.length);
  out.bytes(bytes);
}

/** Seconds since 1970 of an eventTime. @throws RangeError for a text that is no time. */
export function secondsOf(eventTime: string): number {
  const seconds = Date.parse(eventTime) / 1000;
  if (!Number.isInteger(seconds)) throw new RangeError(`${eventTime} is no time in whole seconds`);
  return seconds;
}

export function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, -5)}Z`;
}

function writeDistances(out: ByteWriter, numbers: readonly number[]): void {
  let last = 0;
  for (const number of numbers) {
    out.signed(number - last);
    last = number;
  }
}

function readDistances(input: ByteReader, count: number): Float64Array {
  const numbers = new Float64Array(count);
  for (let row = 0, last = 0; row < count; row++) {
    last += input.signed();
    numbers[row] = last;
  }
  return numbers;
}
