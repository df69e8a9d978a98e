import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { ContentFault, DEFAULT_MAX_RECORD_BYTES } from '../../../lambda/cloudtrail/log/log-object.ts';
import { piecesOf, recordsOfPiece } from '../../../lambda/cloudtrail/log/read-in-pieces.ts';
import { type ReadItem, readItem, readRecords } from '../../../lambda/cloudtrail/log/read-records.ts';
import { contents } from '../../support/log-contents.ts';
import { logObject, record } from '../../support/records.ts';

interface Read {
  readonly items: readonly unknown[];
  /** Whether the items are all that the object holds. */
  readonly isAll: boolean;
  readonly pieces: number;
}

async function inPieces(body: AsyncIterable<Uint8Array>, pieceBytes?: number): Promise<Read> {
  const items: unknown[] = [];
  let pieces = 0;
  const reading = piecesOf(body, pieceBytes);
  try {
    for (;;) {
      const { done, value } = await reading.next();
      if (done) return { items, isAll: value, pieces };
      expect(value.first).toBe(items.length);
      const records = recordsOfPiece(value);
      if (records === undefined) return { items, isAll: false, pieces };
      pieces++;
      for (const read of records) items.push(withoutBytes(readItem(read, items.length)));
    }
  } catch (error) {
    if (typeof error !== 'object' || error === null || !('code' in error)) throw error;
    return { items, isAll: false, pieces };
  }
}

async function asStream(content: Buffer): Promise<{ readonly items: readonly unknown[]; readonly hasFault: boolean }> {
  const items: unknown[] = [];
  try {
    for await (const batch of readRecords(Readable.from([content]))) items.push(...batch.map(withoutBytes));
  } catch (error) {
    if (!(error instanceof ContentFault)) throw error;
    return { items, hasFault: true };
  }
  return { items, hasFault: false };
}

function withoutBytes(item: ReadItem & { readonly bytes?: Buffer }): unknown {
  const { bytes: _, ...rest } = item;
  return rest;
}

/** As CloudTrail writes them, with what may be in them. */
const usual = fc
  .array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 8 })
  .map((values) =>
    logObject(values.map((value) => record(JSON.parse(JSON.stringify({ requestParameters: { value } }))))),
  );

function chunked(content: Buffer, bytes: number): Readable {
  const count = Math.ceil(content.length / bytes);
  return Readable.from(Array.from({ length: count }, (_, i) => content.subarray(i * bytes, (i + 1) * bytes)));
}

test('what is read in pieces is what the stream reads, and what follows a fault is left to it', async () => {
  let whole = 0;
  let cut = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(contents, usual),
      fc.integer({ min: 1, max: 2_000 }),
      fc.nat(500),
      async (content, bytes, pieceBytes) => {
        const { items, isAll, pieces } = await inPieces(chunked(content, bytes), pieceBytes);
        const { items: expected, hasFault } = await asStream(content);
        expect(isAll ? expected : expected.slice(0, items.length)).toEqual(items);
        expect(isAll && hasFault).toBe(false);
        if (isAll) whole++;
        if (pieces > 1) cut++;
      },
    ),
    { numRuns: 1_000 },
  );
  // Otherwise the property would hold of nothing.
  expect(whole).toBeGreaterThan(200);
  expect(cut).toBeGreaterThan(100);
});

test('a log object of megabytes comes in pieces of half a megabyte or little more', async () => {
  const records = Array.from({ length: 6_000 }, (_, index) => record({ eventID: `e-${index}`, note: 'x'.repeat(400) }));
  const content = logObject(records);
  const { items, isAll, pieces } = await inPieces(Readable.from([content]));
  expect({ count: items.length, isAll }).toEqual({ count: 6_000, isAll: true });
  expect(items[5_999]).toEqual({ index: 5_999, value: records[5_999] });
  expect(pieces).toBeGreaterThan(3);
});

test('a record that is longer than a record may be is left to the stream', async () => {
  const content = logObject([record(), record({ note: 'x'.repeat(DEFAULT_MAX_RECORD_BYTES) }), record()]);
  const { items, isAll } = await inPieces(Readable.from([content]));
  expect(isAll).toBe(false);
  expect(items.length).toBeLessThan(2);
});

test('an error of the source is thrown as it is', async () => {
  const failing = async function* (): AsyncGenerator<Buffer> {
    yield logObject([record()]).subarray(0, 20);
    throw new TypeError('the disk is gone');
  };
  const reading = piecesOf(failing());
  await expect(reading.next()).rejects.toThrow('the disk is gone');
});
