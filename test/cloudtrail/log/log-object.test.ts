import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  ContentFault,
  type LogObjectItem,
  type LogObjectSummary,
  readLogObject,
} from '../../../lambda/cloudtrail/log/log-object.ts';
import { logObject, record } from '../../support/records.ts';

const LIMITS = { maxObjectBytes: 10_000_000, maxRecordBytes: 100_000 };

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

interface Reading {
  items: LogObjectItem[];
  summary?: LogObjectSummary;
  fault?: string;
}

async function read(bytes: Buffer | string, { limits = LIMITS, from = 0, chunk = 1000 } = {}): Promise<Reading> {
  const items: LogObjectItem[] = [];
  const reading = readLogObject(inChunks(Buffer.from(bytes), chunk), limits, from);
  try {
    for (;;) {
      const { done, value } = await reading.next();
      if (done) return { items, summary: value };
      items.push(...value);
    }
  } catch (error) {
    if (error instanceof ContentFault) return { items, fault: error.message };
    throw error;
  }
}

const values = ({ items }: Reading) => items.map((item) => ('value' in item ? item.value : item.problem));

describe('a whole log object', () => {
  test('gives its records in order, with their indexes', async () => {
    const records = [record(), record(), record()];
    const { items } = await read(logObject(records));
    expect(items.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(values({ items })).toEqual(records);
  });

  test('tells the SHA-256 and the length of its uncompressed bytes', async () => {
    const json = JSON.stringify({ Records: [record()] });
    const { summary } = await read(gzipSync(json));
    expect(summary).toEqual({
      sha256: createHash('sha256').update(json).digest('hex'),
      bytes: Buffer.byteLength(json),
      records: 1,
    });
  });

  test.each([
    ['of several gzip members', Buffer.concat([gzipSync('{"Records":[{"a"'), gzipSync(':1}]}')])],
    ['that isn’t compressed', Buffer.from('{"Records":[{"a":1}]}')],
    ['with a byte order mark', gzipSync('\ufeff{"Records":[{"a":1}]}')],
    ['that is a bare list', gzipSync('[{"a":1}]')],
    ['with white space everywhere', gzipSync(' \n{ "Records" :\t[ {"a":1} ] } \r\n')],
    ['with other members around', gzipSync('{"x":{"Records":[1]},"y":"]}","n":12,"Records":[{"a":1}],"z":[]}')],
  ])('%s is read', async (_, bytes) => {
    expect(values(await read(bytes))).toEqual([{ a: 1 }]);
  });

  test('without records is no fault', async () => {
    expect(await read(logObject([]))).toMatchObject({ items: [], summary: { records: 0 } });
  });

  test('is read the same in chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (records, chunk, compressed) => {
          const json = JSON.stringify({ Records: records });
          const { items, fault } = await read(compressed ? gzipSync(json) : json, { chunk });
          expect(fault).toBeUndefined();
          expect(JSON.stringify(values({ items }))).toBe(JSON.stringify(records));
        },
      ),
    );
  });

  test('read from an index on gives the rest, and the hash of all', async () => {
    const bytes = logObject([{ a: 0 }, { a: 1 }, { a: 2 }]);
    const whole = await read(bytes);
    const rest = await read(bytes, { from: 2 });
    expect(rest.items.map(({ index }) => index)).toEqual([2]);
    expect(rest.summary).toEqual(whole.summary);
  });
});

describe('one bad record never stops the others', () => {
  test('a record that is not JSON is reported, without its text', async () => {
    const reading = await read('{"Records":[{"a":1},{"password":hunter2},{"a":3}]}');
    expect(values(reading)).toEqual([{ a: 1 }, expect.stringMatching(/^the record is not JSON/), { a: 3 }]);
    expect(JSON.stringify(values(reading))).not.toContain('hunter2');
  });

  test('a record over the limit is reported, and its bytes aren’t kept', async () => {
    const { items } = await read(logObject([{ a: 'x'.repeat(200_000) }, { a: 2 }]));
    expect(items).toEqual([
      { index: 0, problem: expect.stringContaining('more than the limit') },
      expect.objectContaining({ index: 1, value: { a: 2 } }),
    ]);
  });
});

describe('a fault of content ends the reading, and names its place', () => {
  const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 12);
  const damaged = (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(copy.length - 8) ^ 1, copy.length - 8);
    return copy;
  };

  test.each([
    ['nothing at all', Buffer.alloc(0), 'the object is empty'],
    ['only gzip of nothing', gzipSync(''), 'the object is empty'],
    ['a cut gzip', cut(logObject([record()])), 'the gzip data is cut'],
    ['a wrong checksum', damaged(logObject([record()])), 'the gzip data is damaged'],
    ['gzip twice', gzipSync(logObject([])), 'gzipped twice'],
    ['a page of HTML', Buffer.from('<html><body>503</body></html>'), 'HTML or XML'],
    ['text', Buffer.from('hello'), 'neither gzip nor JSON'],
    ['no Records', Buffer.from('{"a":1}'), 'the JSON has no "Records"'],
    ['Records that are no list', Buffer.from('{"Records":{"a":1}}'), '"Records" is not a list'],
    ['JSON that ends early', Buffer.from('{"Records":[{"a":1},'), 'the JSON ends after'],
    ['something after the end', Buffer.from('{"Records":[]} {"Records":[]}'), 'something follows the end'],
    ['a quote that is missing', Buffer.from('{"Records":[{"a": 1"\n}]}'), 'a quote is missing'],
  ])('%s', async (_, bytes, reason) => {
    expect((await read(bytes)).fault).toContain(reason);
  });

  test('the records before it stand', async () => {
    const reading = await read('{"Records":[{"a":1},{"b":“2”,\n"c":"x');
    expect(values(reading)[0]).toEqual({ a: 1 });
    expect(reading.fault).toContain('(after 1 record)');
  });

  test('a bomb is stopped at the limit', async () => {
    const bomb = gzipSync(`{"Records":[${'{"a":1},'.repeat(100_000)}{"a":1}]}`);
    const { fault } = await read(bomb, { limits: { ...LIMITS, maxObjectBytes: 50_000 } });
    expect(fault).toContain('more than 50000 bytes uncompressed');
  });

  test('whatever the bytes, reading ends with records or with a fault', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('', '{"Records":[', '{"Records":[{"a":1},'),
        async (bytes, start) => {
          const { fault, summary } = await read(Buffer.concat([Buffer.from(start), bytes]), { chunk: 7 });
          expect((fault === undefined) !== (summary === undefined)).toBe(true);
        },
      ),
    );
  });
});

test('an error of the source is not a fault of content', async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield logObject([record()]).subarray(0, 20);
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  }
  await expect(readLogObject(broken(), LIMITS).next()).rejects.toThrow('socket hang up');
});
