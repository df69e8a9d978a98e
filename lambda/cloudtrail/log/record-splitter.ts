import { FaultOfContent } from '../../shared/faults.ts';

/**
 * Cuts the bytes of a log object, `{"Records":[…]}` or a bare list, into the bytes of its records, without ever holding
 * more than one record. The bytes of a record are passed on unparsed, so the code that parses them finds the errors
 * inside. A loose splitter also takes other forms that people keep: single records, the `Events` of lookup-events, and
 * any number of all these, one after the other.
 */

export type SplitItem =
  | { readonly kind: 'record'; readonly bytes: Buffer }
  /** A record that is longer than the limit; its bytes were skipped. */
  | { readonly kind: 'oversized'; readonly length: number };

/** The structure of the object can't be read further. */
export class MalformedLogObject extends FaultOfContent {
  override readonly name = 'MalformedLogObject';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;

/** Longest member name of the outer object that is kept for comparison. */
const MAX_NAME_BYTES = 1024;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

type State =
  | 'start'
  | 'name-or-end'
  | 'name'
  | 'colon'
  | 'value'
  | 'skipping'
  | 'after-value'
  | 'record-end'
  | 'element-or-end'
  | 'element'
  | 'after-element'
  | 'done';

export class RecordSplitter {
  readonly #maxRecordBytes: number;
  #state: State = 'start';
  /** Bytes consumed before the current chunk. */
  #offset = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** A number or a word (true, null) ends where a delimiter begins. */
  #scalar = false;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #name: number[] = [];
  #foundRecords = false;
  #firstName = true;
  /** The list of records is the whole value, and no member of an object. */
  #bareList = false;
  readonly #loose: boolean;
  /** Position in the current chunk where an object begins that may be a record; -1 if there is none. */
  #captureFrom = -1;

  /** @param options `maxRecordBytes`: longer records are skipped. `loose`: takes more than a log object, see above. */
  constructor(options: { readonly maxRecordBytes: number; readonly loose?: boolean }) {
    this.#maxRecordBytes = options.maxRecordBytes;
    this.#loose = options.loose ?? false;
  }

  /**
   * The records that end in this chunk. They may share the chunk's memory: use them before it is written again.
   * @throws MalformedLogObject, a FaultOfContent, with the position, when the bytes can't be a log object; what was
   * returned before stands.
   */
  *push(chunk: Buffer): Generator<SplitItem> {
    let position = 0;
    if (
      this.#offset === 0 &&
      this.#state === 'start' &&
      BYTE_ORDER_MARK.every((byte, index) => chunk[index] === byte)
    ) {
      position = BYTE_ORDER_MARK.length;
    }
    while (position < chunk.length) {
      if (this.#state === 'element') {
        const end = this.#scan(chunk, position);
        const finished = end >= 0;
        const item = this.#take(chunk, position, finished ? end : chunk.length, finished);
        if (item !== undefined) yield item;
        position = finished ? end : chunk.length;
        if (finished) this.#state = 'after-element';
      } else if (this.#state === 'skipping') {
        const end = this.#scan(chunk, position);
        position = end >= 0 ? end : chunk.length;
        if (end >= 0) this.#state = 'after-value';
      } else {
        position = this.#step(chunk, position);
        if (this.#state === 'record-end') {
          this.#state = 'done';
          const item = this.#take(chunk, this.#captureFrom, position, true);
          this.#captureFrom = -1;
          if (item !== undefined) yield item;
        }
      }
    }
    if (this.#captureFrom >= 0) {
      this.#take(chunk, this.#captureFrom, chunk.length, false);
      this.#captureFrom = 0;
    }
    this.#offset += chunk.length;
  }

  /** @throws MalformedLogObject, a FaultOfContent, when the bytes ended too early or held no `Records`. */
  end(): void {
    if (this.#state === 'start' && this.#offset <= BYTE_ORDER_MARK.length)
      throw new MalformedLogObject('the object is empty');
    if (this.#state !== 'done') {
      throw new MalformedLogObject(`the JSON ends after ${this.#offset} bytes, inside ${this.#place()}`);
    }
    if (!this.#foundRecords && !this.#loose) throw new MalformedLogObject('the JSON has no "Records"');
  }

  #place(): string {
    if (this.#state === 'element') return 'a record';
    if (this.#foundRecords) return 'its list of records';
    return this.#loose ? 'a record' : 'the object that should hold "Records"';
  }

  /** Scans to the end of the value that is open: the index after it, or -1 when the chunk ends first. */
  #scan(chunk: Buffer, from: number): number {
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    const { length } = chunk;
    for (let index = from; index < length; index++) {
      const byte = chunk[index] as number; // index < length
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === QUOTE) {
          inString = false;
          if (depth === 0) return this.#closed(index + 1);
        } else if (byte === BACKSLASH) escaped = true;
        else if (byte < SPACE) {
          throw this.#malformed(
            index,
            'a raw control character inside a string: a quote is missing or misplaced before it',
          );
        }
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth === 0) return this.#closed(index);
        depth--;
        if (depth === 0) return this.#closed(index + 1);
      } else if (depth === 0 && this.#scalar && (byte === COMMA || byte <= SPACE)) return this.#closed(index);
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return -1;
  }

  #closed(end: number): number {
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#scalar = false;
    return end;
  }

  #take(chunk: Buffer, start: number, end: number, finished: boolean): SplitItem | undefined {
    const length = this.#pendingBytes + end - start;
    if (length > this.#maxRecordBytes) this.#pending = [];
    else if (!finished) this.#pending.push(Buffer.from(chunk.subarray(start, end)));
    this.#pendingBytes = length;
    if (!finished) return undefined;
    const tail = chunk.subarray(start, end);
    const bytes = this.#pending.length === 0 ? tail : Buffer.concat([...this.#pending, tail]);
    this.#pending = [];
    this.#pendingBytes = 0;
    return length > this.#maxRecordBytes ? { kind: 'oversized', length } : { kind: 'record', bytes };
  }

  /** Consumes one byte of the outer structure; returns the position to go on from. */
  #step(chunk: Buffer, position: number): number {
    const byte = chunk[position] as number; // the caller's loop checked it
    if (this.#state === 'name') return this.#readName(byte, position);
    if (byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09) return position + 1;
    switch (this.#state) {
      case 'start':
        this.#begin(chunk, position);
        return position + 1;
      case 'name-or-end':
        if (byte === CLOSE_BRACE && this.#firstName) this.#endObject();
        else if (byte === QUOTE) {
          this.#name = [];
          this.#firstName = false;
          this.#state = 'name';
        } else throw this.#malformed(position, 'a member name in quotes was expected');
        return position + 1;
      case 'colon':
        if (byte !== COLON) throw this.#malformed(position, 'a colon was expected after a member name');
        this.#state = 'value';
        return position + 1;
      case 'value':
        if (!this.#isListOfRecords(byte, position)) {
          this.#open(byte);
          this.#state = 'skipping';
          return position;
        }
        this.#foundRecords = true;
        this.#dropCapture();
        this.#state = 'element-or-end';
        return position + 1;
      case 'element-or-end':
        if (byte === CLOSE_BRACKET) {
          this.#state = this.#bareList ? 'done' : 'after-value';
          return position + 1;
        }
        if (byte === COMMA || byte === CLOSE_BRACE) throw this.#malformed(position, 'a record was expected');
        this.#open(byte);
        this.#state = 'element';
        return position;
      case 'after-element':
        if (byte === COMMA) this.#state = 'element-or-end';
        else if (byte === CLOSE_BRACKET) this.#state = this.#bareList ? 'done' : 'after-value';
        else throw this.#malformed(position, 'a comma was expected after a record');
        return position + 1;
      case 'after-value':
        if (byte === COMMA) this.#state = 'name-or-end';
        else if (byte === CLOSE_BRACE) this.#endObject();
        else throw this.#malformed(position, 'a comma or the end was expected after a member');
        return position + 1;
      default:
        if (!this.#loose) throw this.#malformed(position, 'something follows the end of the JSON');
        this.#begin(chunk, position);
        return position + 1;
    }
  }

  #begin(chunk: Buffer, position: number): void {
    const byte = chunk[position];
    if (byte === OPEN_BRACE) {
      this.#state = 'name-or-end';
      this.#firstName = true;
      this.#bareList = false;
      this.#foundRecords = false;
      if (this.#loose) this.#captureFrom = position;
    } else if (byte === OPEN_BRACKET) {
      this.#state = 'element-or-end';
      this.#bareList = true;
      this.#foundRecords = true;
    } else throw this.#malformed(position, this.#notAnObject(chunk, position));
  }

  /** An object that held no list of records is one itself. */
  #endObject(): void {
    this.#state = this.#loose && !this.#foundRecords ? 'record-end' : 'done';
  }

  #dropCapture(): void {
    this.#captureFrom = -1;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** @throws MalformedLogObject, a FaultOfContent, where only a list of records may stand. */
  #isListOfRecords(byte: number, position: number): boolean {
    const name = Buffer.from(this.#name).toString('utf8');
    if (this.#loose) return byte === OPEN_BRACKET && (name === 'Records' || name === 'Events');
    if (name !== 'Records') return false;
    if (byte !== OPEN_BRACKET) throw this.#malformed(position, '"Records" is not a list');
    return true;
  }

  #readName(byte: number, position: number): number {
    if (byte === QUOTE && !this.#escaped) this.#state = 'colon';
    else if (byte < SPACE) throw this.#malformed(position, 'a raw control character inside a member name');
    else {
      this.#escaped = byte === BACKSLASH && !this.#escaped;
      if (this.#name.length < MAX_NAME_BYTES) this.#name.push(byte);
    }
    return position + 1;
  }

  #open(byte: number): void {
    this.#scalar = byte !== QUOTE && byte !== OPEN_BRACE && byte !== OPEN_BRACKET;
  }

  #notAnObject(chunk: Buffer, position: number): string {
    const first = chunk[position];
    if (first === 0x3c) return 'the object is HTML or XML, not JSON';
    if (first === 0x1f && chunk[position + 1] === 0x8b) return 'the object was gzipped twice';
    return 'neither gzip nor JSON: an object with "Records" was expected';
  }

  #malformed(position: number, what: string): MalformedLogObject {
    return new MalformedLogObject(`byte ${this.#offset + position}: ${what}`);
  }
}
