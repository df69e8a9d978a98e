import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import {
  ContentFault,
  DEFAULT_MAX_RECORD_BYTES,
  type LogObjectItem,
  type LogObjectLimits,
  type LogObjectSummary,
  readLogObject,
} from '../../../lambda/cloudtrail/log/log-object.ts';
import { MAX_BYTES_AT_ONCE } from '../../../lambda/cloudtrail/log/read-at-once.ts';
import { readSmallOrLarge } from '../../../lambda/cloudtrail/log/read-log-object.ts';
import { contents, whole } from '../../support/log-contents.ts';
import { logObject, record } from '../../support/records.ts';

const LIMITS: LogObjectLimits = { maxObjectBytes: 10_000_000, maxRecordBytes: DEFAULT_MAX_RECORD_BYTES };

interface Reading {
  readonly items: readonly unknown[];
  readonly batches: number;
  readonly summary?: LogObjectSummary;
  readonly fault?: string;
}

async function taken(reading: AsyncGenerator<LogObjectItem[], LogObjectSummary>): Promise<Reading> {
  const items: unknown[] = [];
  let batches = 0;
  try {
    for (;;) {
      const { done, value } = await reading.next();
      if (done) return { items, batches, summary: value };
      batches++;
      for (const item of value) {
        const { index, bytes } = item;
        items.push({ index, bytes: bytes?.toString('latin1'), ...('value' in item ? { value: item.value } : item) });
      }
    }
  } catch (error) {
    if (error instanceof ContentFault) return { items, batches, fault: error.message };
    throw error;
  }
}

async function* chunks(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

const atOnce = (content: Buffer, { limits = LIMITS, from = 0, size = 1000 } = {}): Promise<Reading> =>
  taken(readSmallOrLarge({ body: chunks(content, size), length: content.length }, limits, from));
const asStream = (content: Buffer, { limits = LIMITS, from = 0, size = 1000 } = {}): Promise<Reading> =>
  taken(readLogObject(chunks(content, size), limits, from));

test('whatever the content, its records, their bytes, its summary and its fault are those of the stream', async () => {
  let sound = 0;
  await fc.assert(
    fc.asyncProperty(contents, fc.nat(3), fc.integer({ min: 1, max: 400 }), async (content, from, size) => {
      const { batches: _, ...expected } = await asStream(content, { from });
      expect(await atOnce(content, { from, size })).toMatchObject(expected);
      if (expected.fault === undefined) sound++;
    }),
    { numRuns: 1_000 },
  );
  expect(sound).toBeGreaterThan(150);
});

test('the limit of an object holds at whatever it unpacks to', async () => {
  await fc.assert(
    fc.asyncProperty(whole, fc.nat(2_000), async (content, maxObjectBytes) => {
      const limits = { ...LIMITS, maxObjectBytes };
      const { batches: _, ...expected } = await asStream(gzipSync(content), { limits });
      expect(await atOnce(gzipSync(content), { limits })).toMatchObject(expected);
    }),
  );
});

test('records come in batches, between which a caller can stop', async () => {
  const { items, batches } = await atOnce(logObject(Array.from({ length: 1_000 }, () => record())));
  expect(items).toHaveLength(1_000);
  expect(batches).toBe(5);
});

test('where the length is unknown, too large, or records are limited more, the stream reads', async () => {
  const content = logObject([record()]);
  const read = (length: number | undefined, limits = LIMITS) =>
    taken(readSmallOrLarge({ body: chunks(content, 10), ...(length !== undefined && { length }) }, limits));
  const expected = await asStream(content);
  expect((await read(undefined)).items).toEqual(expected.items);
  expect((await read(MAX_BYTES_AT_ONCE + 1)).items).toEqual(expected.items);
  expect((await read(content.length, { ...LIMITS, maxRecordBytes: 10 })).items).toMatchObject([
    { problem: expect.stringContaining('more than the limit') },
  ]);
});

test('an error of the body is thrown as it is', async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from('{"Rec');
    throw new Error('the connection broke');
  }
  await expect(taken(readSmallOrLarge({ body: broken(), length: 100 }, LIMITS))).rejects.toThrow(
    'the connection broke',
  );
});
