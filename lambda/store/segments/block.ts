import { eventIdentity } from '../../cloudtrail/event-identity.ts';
import { ALWAYS, COLUMN_NAMES, COLUMN_NUMBERS, TEXTS_OF, type TextColumnName } from './block-columns.ts';
import { ByteReader, ByteWriter } from './encoding/bytes.ts';
import { type EncodedItem, KNOWN_VERSION, pack, unpack } from './encoding/codec.ts';
import {
  type ListColumn,
  ListColumnWriter,
  readListColumn,
  readTextColumn,
  type TextColumn,
  TextColumnWriter,
} from './encoding/column.ts';
import { MAX_COLUMN_VALUES } from './encoding/column-texts.ts';
import { EventIdColumn, EventIdColumnWriter } from './encoding/event-id-column.ts';
import { SegmentDamaged } from './encoding/segment-faults.ts';
import type { EventSummary } from './summary.ts';

/** How a column begins, and ends, that has no value. */
const COLUMN_WITHOUT_VALUES = Buffer.of(0);

/** How many events one block, page or whole segment holds at most. */
export const MAX_BLOCK_EVENTS = 8192;

/** Before compression: a block that is larger ends with the event that made it so. Well below what unpack allows. */
const FULL_BYTES = 4 * 1024 * 1024;

/**
 * Summaries as columns, compressed together: a block of a segment, a page, or a segment in one item. They stand in the
 * order in which they were added.
 */
export class BlockWriter {
  readonly #texts: readonly TextColumnWriter[] = COLUMN_NAMES.map(() => new TextColumnWriter());
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
      this.#resources.valueCount >= MAX_COLUMN_VALUES - MAX_RESOURCES
    );
  }

  add(summary: EventSummary): void {
    const row = this.#times.push(secondsOf(summary.eventTime)) - 1;
    this.#indexes.push(summary.receipt.index);
    this.#bytes += 3 + this.#ids.add(summary.eventID) + this.#resources.add(summary.resources);
    for (let index = 0; index < this.#texts.length; index++) {
      this.#bytes += this.#texts[index]?.add(TEXTS_OF[index]?.(summary)) ?? 0;
    }
    // It follows from what stands in the columns, unless one of these was cut.
    if (eventIdentity(summary) !== summary.identity) this.#identities.push({ row, identity: summary.identity });
  }

  /** Seconds since 1970 of each event. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** What was added so far to a column of text. */
  column(name: TextColumnName): TextColumnWriter {
    const column = this.#texts[COLUMN_NUMBERS[name]];
    if (column === undefined) throw new RangeError(`a block has no column ${name}`);
    return column;
  }

  get resources(): ListColumnWriter {
    return this.#resources;
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
    for (const column of this.#texts.slice(0, ALWAYS)) section(out, (part) => column.write(part));
    section(out, (part) => this.#resources.write(part));
    section(out, (part) => this.#ids.write(part));
    const known = this.#texts.slice(ALWAYS);
    if (known.every(({ valueCount }) => valueCount === 0)) return pack(out.finish());
    for (const column of known) section(out, (part) => column.write(part));
    return pack(out.finish(), KNOWN_VERSION);
  }
}

/** A record names 50 resources at most (CloudTrailEvent). */
const MAX_RESOURCES = 64;

type Columns = Readonly<Record<TextColumnName, TextColumn>>;

/** A block, read: a column is parsed when it is first asked for, a summary when it is. */
export class Block {
  readonly count: number;
  readonly #times: Float64Array;
  readonly #indexes: Float64Array;
  readonly #identities = new Map<number, string>();
  readonly #sections: readonly Buffer[];
  readonly #texts = new Map<TextColumnName, TextColumn>();
  #columns: Columns | undefined;
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
    const columns = item.v >= KNOWN_VERSION ? COLUMN_NAMES.length : ALWAYS;
    this.#sections = Array.from({ length: columns + 2 }, () => input.bytes(input.number()));
    if (!input.atEnd) throw new SegmentDamaged('a block goes on behind its end');
  }

  /** Seconds since 1970, of the event at a position from 0 to count - 1. */
  seconds(position: number): number {
    return this.#times[position] ?? Number.NaN;
  }

  column(name: TextColumnName): TextColumn {
    let column = this.#texts.get(name);
    if (column === undefined) {
      column = this.#readColumn(COLUMN_NAMES.indexOf(name));
      this.#texts.set(name, column);
    }
    return column;
  }

  #readColumn(number: number): TextColumn {
    // Resources and ids stand before those that not every block has.
    const section = number < ALWAYS ? this.#section(number) : (this.#sections[number + 2] ?? COLUMN_WITHOUT_VALUES);
    return readTextColumn(new ByteReader(section), this.count);
  }

  resources(): ListColumn {
    this.#resources ??= readListColumn(new ByteReader(this.#section(ALWAYS)), this.count);
    return this.#resources;
  }

  eventID(position: number): string {
    this.#ids ??= new EventIdColumn(new ByteReader(this.#section(ALWAYS + 1)), this.count);
    return this.#ids.at(position);
  }

  /** The summary at a position from 0 to count - 1. @throws RangeError for any other; SegmentDamaged. */
  summary(position: number): EventSummary {
    if (!(position >= 0 && position < this.count)) throw new RangeError(`position ${position} of ${this.count}`);
    this.#columns ??= this.#allColumns();
    const columns = this.#columns;
    const seconds = this.seconds(position);
    if (!(Math.abs(seconds) <= LAST_SECOND)) throw new SegmentDamaged('an event has a time that no clock knows');
    const eventTime = timeText(seconds);
    const eventSource = required(columns, 'eventSource', position);
    const eventName = required(columns, 'eventName', position);
    const account = required(columns, 'account', position);
    const mfa = textAt(columns.mfa, position);
    // One shape for all, absent members too: millions are made, and engines are fast with objects that are alike.
    return {
      eventID: this.eventID(position),
      identity: this.#identities.get(position) ?? eventIdentity({ eventTime, eventSource, eventName, account }),
      eventTime,
      actor: required(columns, 'actor', position),
      actorKind: required(columns, 'actorKind', position),
      actorName: textAt(columns.actorName, position),
      session: textAt(columns.session, position),
      via: textAt(columns.via, position),
      action: required(columns, 'action', position),
      eventSource,
      eventName,
      account,
      awsRegion: required(columns, 'awsRegion', position),
      access: required(columns, 'access', position),
      outcome: required(columns, 'outcome', position),
      category: required(columns, 'category', position),
      credential: required(columns, 'credential', position),
      accessKeyId: textAt(columns.accessKeyId, position),
      console: textAt(columns.console, position) === undefined ? undefined : true,
      mfa: mfa === undefined ? undefined : mfa === 'true',
      errorCode: textAt(columns.errorCode, position),
      errorMessage: textAt(columns.errorMessage, position),
      address: textAt(columns.address, position),
      sourceIPAddress: textAt(columns.sourceIPAddress, position),
      userAgent: textAt(columns.userAgent, position),
      network: textAt(columns.network, position),
      country: textAt(columns.country, position),
      asn: textAt(columns.asn, position),
      asnName: textAt(columns.asnName, position),
      accountName: textAt(columns.accountName, position),
      accountOu: textAt(columns.accountOu, position),
      userName: textAt(columns.userName, position),
      resources: this.#resourcesAt(position),
      resourcesCut: textAt(columns.resourcesCut, position) === undefined ? undefined : true,
      receipt: {
        bucket: required(columns, 'bucket', position),
        key: required(columns, 'key', position),
        version: required(columns, 'version', position),
        index: this.#indexes[position] ?? 0,
      },
    };
  }

  /** Every summary, in order. */
  *summaries(): Generator<EventSummary> {
    for (let position = 0; position < this.count; position++) yield this.summary(position);
  }

  #resourcesAt(position: number): string[] {
    const { texts, numbers, starts } = this.resources();
    const found: string[] = [];
    const end = starts[position + 1] ?? 0;
    for (let at = starts[position] ?? 0; at < end; at++) found.push(texts.at(numbers[at] ?? 0) ?? '');
    return found;
  }

  #allColumns(): Columns {
    return Object.fromEntries(COLUMN_NAMES.map((name) => [name, this.column(name)])) as Columns;
  }

  #section(index: number): Buffer {
    const found = this.#sections[index];
    if (found === undefined) throw new SegmentDamaged('a column is missing');
    return found;
  }
}

function textAt({ texts, numbers }: TextColumn, position: number): string | undefined {
  return texts.at(numbers[position] ?? 0);
}

function required(columns: Columns, name: TextColumnName, position: number): string {
  const text = textAt(columns[name], position);
  if (text === undefined) throw new SegmentDamaged(`an event has no ${name}`);
  return text;
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

const SECONDS_A_DAY = 86_400;

/** No Date is later, or so long before 1970. */
const LAST_SECOND = 8.64e12;

/** The day of which a time was asked last: neighbours are of one. */
let lastDay = { number: Number.NaN, text: '' };

export function timeText(seconds: number): string {
  const number = Math.floor(seconds / SECONDS_A_DAY);
  if (number !== lastDay.number) {
    lastDay = { number, text: new Date(number * SECONDS_A_DAY * 1000).toISOString().slice(0, -13) };
  }
  const inDay = seconds - number * SECONDS_A_DAY;
  return `${lastDay.text}${twoDigits(Math.floor(inDay / 3600))}:${twoDigits(Math.floor(inDay / 60) % 60)}:${twoDigits(inDay % 60)}Z`;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

function twoDigits(number: number): string {
  return TWO_DIGITS[number] ?? '';
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
