import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants, createGunzip, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ContentFault, readLogObject } from '../../lambda/cloudtrail/log/log-object.ts';
import { logObject, record } from '../support/records.ts';

const LIMITS = { maxObjectBytes: 100_000_000, maxRecordBytes: 100_000 };

/** Bytes of the trailer: CRC-32 and length. */
const TRAILER = 8;

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** How many records are read before the fault; undefined in the place of the fault where there is none. */
async function read(bytes: Buffer, chunk = 64 * 1024): Promise<{ records: number; fault?: string }> {
  let records = 0;
  try {
    for await (const items of readLogObject(inChunks(bytes, chunk), LIMITS)) records += items.length;
    return { records };
  } catch (error) {
    if (error instanceof ContentFault) return { records, fault: error.message };
    throw error;
  }
}

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 0x55, at);
  return copy;
};

/** What zlib unpacks before it sees a fault, when it gets one byte after the other. */
async function unpackedByteByByte(bytes: Buffer): Promise<Buffer> {
  const gunzip = createGunzip();
  const parts: Buffer[] = [];
  gunzip.on('data', (part) => parts.push(part));
  const failed = once(gunzip, 'error');
  for (const byte of bytes) {
    if (gunzip.destroyed) break;
    await Promise.race([new Promise((resolve) => gunzip.write(Buffer.of(byte), resolve)), failed]);
  }
  gunzip.destroy();
  failed.catch(() => {});
  return Buffer.concat(parts);
}

const many = (count: number) => Array.from({ length: count }, (_, index) => record({ eventID: `event-${index}` }));

describe('what was unpacked of a damaged object stands', () => {
  test.each([1, 29, 500])('all %i records, where only the checksum at its end is wrong', async (count) => {
    const whole = logObject(many(count));
    const damaged = await read(flipped(whole, whole.length - TRAILER));
    expect(damaged).toEqual({ records: count, fault: expect.stringContaining('the gzip data is damaged') });
  });

  test.each([1, 7, 1000, 1_000_000])('all records, in chunks of %i bytes', async (chunk) => {
    const whole = logObject(many(40));
    expect((await read(flipped(whole, whole.length - TRAILER), chunk)).records).toBe(40);
    expect((await read(flipped(whole, whole.length - 1), chunk)).records).toBe(40);
    expect((await read(whole.subarray(0, whole.length - 3), chunk)).records).toBe(40);
  });

  test('all records before a second member that is damaged', async () => {
    const [first, second] = ['{"Records":[{"a":1},{"a":2},', '{"a":3}]}'].map((text) => gzipSync(text));
    const damaged = flipped(second ?? Buffer.alloc(0), 12);
    const { records, fault } = await read(Buffer.concat([first ?? Buffer.alloc(0), damaged]));
    expect(fault).toContain('the gzip data is damaged');
    expect(records).toBeGreaterThanOrEqual(2);
  });

  test('every whole record before a cut, wherever it is', async () => {
    const whole = logObject(many(60));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: whole.length - 1 }),
        fc.constantFrom(13, 64 * 1024),
        async (length, chunk) => {
          const cut = whole.subarray(0, length);
          const unpacked = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH });
          const { records, fault } = await read(cut, chunk);
          expect(fault).toContain('cut');
          expect(records).toBe((await read(unpacked)).records);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('every whole record that zlib unpacks before damage, wherever it is', async () => {
    const whole = logObject(many(8));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: whole.length - 1 }), async (at) => {
        const damaged = flipped(whole, at);
        const unpacked = await unpackedByteByByte(damaged);
        const { records, fault } = await read(damaged);
        expect(fault).toBeDefined();
        expect(records).toBe((await read(unpacked)).records);
      }),
      { numRuns: 20 },
    );
  });

  test('all records of an object of many megabytes', async () => {
    // Digits of random bytes pack to half their length: some 7 MB, more than is kept.
    const records = Array.from({ length: 200 }, (_, index) => ({
      eventID: index,
      noise: randomBytes(35_000).toString('hex'),
    }));
    const whole = gzipSync(JSON.stringify({ Records: records }), { level: 1 });
    expect(whole.length).toBeGreaterThan(6_000_000);
    expect((await read(flipped(whole, whole.length - TRAILER))).records).toBe(200);
  }, 60_000);
});

test('while records are skipped, the caller is asked between any two chunks', async () => {
  const whole = Buffer.from(JSON.stringify({ Records: many(50) }));
  const reading = readLogObject(inChunks(whole, 1000), LIMITS, 40);
  const first = await reading.next();
  expect(first.value).toEqual([]);
  let batches = 1;
  for await (const items of reading) {
    expect(items.every(({ index }) => index >= 40)).toBe(true);
    batches++;
  }
  expect(batches).toBeGreaterThan(10);
});
