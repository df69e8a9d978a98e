import { createGunzip, type Gunzip } from 'node:zlib';

/** Compressed bytes that are given to zlib at a time. Unpacked they are at most about 16 MB, and usually 200 KB. */
const SLICE_BYTES = 16 * 1024;

/** The same for bytes beyond those that are kept: a fault there is searched byte by byte. */
const LATER_SLICE_BYTES = 4 * 1024;

/** Steps in which a fault is searched first. */
const PIECE_BYTES = 256;

const OUTPUT_BYTES = 256 * 1024;

/** Compressed bytes that are kept, so that the last of them can be unpacked again after a fault. */
const KEPT_BYTES = 4 * 1024 * 1024;

export function isZlibError(error: unknown): error is { code: string; message: string } {
  return typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_');
}

/**
 * Unpacks gzip data of one or several members as a stream. If the data is damaged or cut, every byte that can be
 * unpacked before the fault is yielded first. Memory is bounded for data of any length.
 * @throws zlib's errors (`isZlibError`); those of `body` as they are.
 */
export async function* gunzip(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const inflater = new Inflater();
  const replay = new Replay();
  let unpacked = 0;
  // A slice is unpacked while the reader works on the result of the previous one.
  let ahead: Promise<Buffer[]> = Promise.resolve([]);
  try {
    for await (const slice of slices(body)) {
      const ready = await ahead;
      await replay.keep(slice);
      ahead = inflater.unpackAll(slice);
      // An error is thrown where the result is awaited, but the reader may never await it.
      ahead.catch(() => {});
      for (const bytes of ready) {
        unpacked += bytes.length;
        yield bytes;
      }
    }
    for (const bytes of await ahead) {
      unpacked += bytes.length;
      yield bytes;
    }
    yield* inflater.end();
  } catch (error) {
    // zlib doesn't return what it had unpacked of a slice before it found a fault in it.
    if (isZlibError(error)) yield* replay.rest(unpacked);
    throw error;
  } finally {
    inflater.close();
    replay.close();
  }
}

async function* slices(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let given = 0;
  for await (const chunk of body) {
    for (let start = 0; start < chunk.length; ) {
      const slice = chunk.subarray(start, start + (given > KEPT_BYTES ? LATER_SLICE_BYTES : SLICE_BYTES));
      start += slice.length;
      given += slice.length;
      yield slice;
    }
  }
}

/** zlib's stream with control over its input: what it has unpacked is taken before it gets more. */
class Inflater {
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  #ended = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  constructor() {
    this.#gunzip.on('readable', () => this.#wake());
    this.#gunzip.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    this.#gunzip.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
  }

  /** What a slice unpacks to. @throws zlib's errors. */
  async *unpack(slice: Buffer): AsyncGenerator<Buffer> {
    let taken = false;
    this.#gunzip.write(slice, () => {
      taken = true;
      this.#wake();
    });
    yield* this.#drain(() => taken);
  }

  /** The same, all of it at once. @throws zlib's errors. */
  async unpackAll(slice: Buffer): Promise<Buffer[]> {
    const all: Buffer[] = [];
    for await (const bytes of this.unpack(slice)) all.push(bytes);
    return all;
  }

  /** The rest of the output, when there is no more input. @throws zlib's errors. */
  async *end(): AsyncGenerator<Buffer> {
    this.#gunzip.end();
    yield* this.#drain(() => this.#ended);
  }

  close(): void {
    this.#gunzip.destroy();
  }

  async *#drain(isDone: () => boolean): AsyncGenerator<Buffer> {
    for (;;) {
      // Set before anything is read, so that no event in the meantime is missed.
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const finished = isDone() || this.#error !== undefined;
      for (let bytes = this.#gunzip.read(); bytes !== null; bytes = this.#gunzip.read()) yield bytes;
      if (this.#error !== undefined && finished) throw this.#error;
      if (finished) return;
      await woken;
    }
  }
}

/**
 * Unpacks the data before a fault a second time. The input is kept for this up to a bound. Beyond it, a second inflater
 * follows the first, one slice behind.
 */
class Replay {
  #slices: Buffer[] = [];
  #bytes = 0;
  #unpacked = 0;
  #inflater: Inflater | undefined;

  /** Takes the slice that is unpacked next. */
  async keep(slice: Buffer): Promise<void> {
    if (this.#inflater !== undefined || this.#bytes > KEPT_BYTES) await this.#follow();
    // The bytes may be in memory that the source writes again.
    this.#slices.push(Buffer.from(slice));
    this.#bytes += slice.length;
  }

  /** What the last slice unpacks to before its fault, without the first `known` bytes of all. */
  async *rest(known: number): AsyncGenerator<Buffer> {
    const last = this.#slices.pop();
    if (last === undefined) return;
    const sound = this.#inflater === undefined ? await soundPart([...this.#slices], last) : 0;
    const inflater = await this.#follow();
    // Byte by byte, because zlib then returns the result of each byte before it reads the next.
    const steps = [last.subarray(0, sound), ...Array.from(last.subarray(sound), (byte) => Buffer.of(byte))];
    try {
      for (const step of steps) {
        for await (const bytes of inflater.unpack(step)) {
          const start = this.#unpacked;
          this.#unpacked += bytes.length;
          if (this.#unpacked > known) yield bytes.subarray(Math.max(0, known - start));
        }
      }
    } catch (error) {
      if (!isZlibError(error)) throw error;
    }
  }

  close(): void {
    this.#inflater?.close();
  }

  async #follow(): Promise<Inflater> {
    const inflater = this.#inflater ?? new Inflater();
    this.#inflater = inflater;
    for (const slice of this.#slices) {
      for await (const bytes of inflater.unpack(slice)) this.#unpacked += bytes.length;
    }
    this.#slices = [];
    this.#bytes = 0;
    return inflater;
  }
}

/** How many bytes of a slice can be unpacked for certain, to a few hundred bytes. */
async function soundPart(before: readonly Buffer[], slice: Buffer): Promise<number> {
  const inflater = new Inflater();
  let sound = 0;
  try {
    for (const earlier of before) for await (const _ of inflater.unpack(earlier));
    for (; sound < slice.length; sound += PIECE_BYTES) {
      for await (const _ of inflater.unpack(slice.subarray(sound, sound + PIECE_BYTES)));
    }
    return slice.length;
  } catch (error) {
    if (isZlibError(error)) return sound;
    throw error;
  } finally {
    inflater.close();
  }
}
