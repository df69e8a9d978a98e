import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { ContentFault, type LogObjectItem } from '../../../lambda/cloudtrail/log/log-object.ts';
import { readRecords } from '../../../lambda/cloudtrail/log/read-records.ts';
import { logObject, record } from '../../support/records.ts';

async function readAll(content: string | Buffer, chunkBytes = 1024): Promise<LogObjectItem[]> {
  const bytes = Buffer.from(content);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const items: LogObjectItem[] = [];
  for await (const batch of readRecords(Readable.from(chunks))) items.push(...batch);
  return items;
}

const valuesOf = (items: readonly LogObjectItem[]) =>
  items.map((item) => ('value' in item ? item.value : item.problem));

const RECORDS = [record({ eventID: '1' }), record({ eventID: '2' }), record({ eventID: '3' })];
const LOOKED_UP = {
  Events: RECORDS.map((one) => ({
    EventId: one.eventID ?? null,
    ReadOnly: 'true',
    CloudTrailEvent: JSON.stringify(one),
    Resources: [{ ResourceType: 'x', ResourceName: '{"Records":[1]}' }],
  })),
};

const LINES = RECORDS.map((one) => JSON.stringify(one)).join('\n');

describe('reading records', () => {
  test.each<[string, string | Buffer]>([
    ['a gzipped log object', logObject(RECORDS)],
    ['a log object', JSON.stringify({ Records: RECORDS })],
    ['a log object for people to read', JSON.stringify({ Records: RECORDS }, null, 2)],
    ['a log object that begins with another member', JSON.stringify({ from: 'export', Records: RECORDS })],
    ['a log object whose first line is another member', `{"from": "export",\n"Records": ${JSON.stringify(RECORDS)}}`],
    ['a list', JSON.stringify(RECORDS)],
    ['a gzipped list', gzipSync(JSON.stringify(RECORDS, null, 2))],
    ['JSON lines', LINES],
    ['gzipped JSON lines', gzipSync(`${LINES}\n`)],
    ['JSON lines with empty ones between them, from Windows', LINES.replaceAll('\n', '\r\n\r\n')],
    ['a list behind a byte order mark', `\ufeff${JSON.stringify(RECORDS)}`],
    ['JSON lines behind a byte order mark', `\ufeff${LINES}`],
    ['what lookup-events prints', JSON.stringify(LOOKED_UP, null, 4)],
    ['what lookup-events prints, on one line', JSON.stringify(LOOKED_UP)],
    ['the Events of lookup-events alone', JSON.stringify(LOOKED_UP.Events)],
    ['lines of what lookup-events prints', LOOKED_UP.Events.map((one) => JSON.stringify(one)).join('\n')],
    ['several log objects, one behind the other', RECORDS.map((one) => JSON.stringify({ Records: [one] })).join('\n')],
    ['several records for people to read', RECORDS.map((one) => JSON.stringify(one, null, 2)).join('\n')],
    ['records behind each other on one line', RECORDS.map((one) => JSON.stringify(one)).join('')],
    ['lines, some of them lists', `${JSON.stringify(RECORDS[0])}\n${JSON.stringify(RECORDS.slice(1))}\n`],
  ])('finds those of %s', async (_what, content) => {
    const items = await readAll(content);
    expect(valuesOf(items)).toEqual(RECORDS);
    expect(items.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test.each<[string, string]>([
    ['on one line', JSON.stringify(RECORDS[0])],
    ['for people to read', JSON.stringify(RECORDS[0], null, 2)],
    ['longer than what is looked at to tell', JSON.stringify({ ...RECORDS[0], padding: 'x'.repeat(100_000) }, null, 2)],
  ])('finds the one of a file that holds nothing else, %s', async (_how, content) => {
    expect(await readAll(content)).toEqual([expect.objectContaining({ index: 0, value: JSON.parse(content) })]);
  });

  test('finds the same ones however the bytes are cut', async () => {
    const forms = [logObject(RECORDS), Buffer.from(JSON.stringify(RECORDS)), Buffer.from(LINES)];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...forms), fc.integer({ min: 1, max: 400 }), async (form, chunkBytes) => {
        expect(valuesOf(await readAll(form, chunkBytes))).toEqual(RECORDS);
      }),
    );
  });

  test('goes on behind a line that is no JSON', async () => {
    const [first, second] = LINES.split('\n');
    expect(valuesOf(await readAll(`${first}\n{"eventID": “2”}\n${second}`))).toEqual([
      RECORDS[0],
      'the record is not JSON',
      RECORDS[1],
    ]);
  });

  test.each([100_000, 3_000_000])('finds the first of JSON lines, though it is %i bytes long', async (length) => {
    const first = { ...RECORDS[0], padding: 'x'.repeat(length) };
    const items = await readAll(`${JSON.stringify(first)}\n{"broken": \n${LINES}`, 64 * 1024);
    expect(valuesOf(items)).toEqual([first, expect.stringContaining('not JSON'), ...RECORDS]);
  });

  test('goes on behind a first line that is longer than any record', async () => {
    const items = await readAll(`{"eventID":"${'x'.repeat(5 * 1024 * 1024)}"}\n${LINES}`, 1024 * 1024);
    expect(items[0]).toEqual({ index: 0, problem: expect.stringContaining('more than the limit') });
    expect(valuesOf(items.slice(1))).toEqual(RECORDS);
  });

  test.each([
    ['a brace is missing', '{"eventID":"1","a":{"b":1}'],
    ['a quote is missing', '{"eventID":"1'],
  ])('goes on behind a first line in which %s', async (_what, line) => {
    expect(valuesOf(await readAll(`${line}\n${LINES}`))).toEqual([expect.stringContaining('not JSON'), ...RECORDS]);
  });

  test('a record keeps the bytes that lookup-events holds as text', async () => {
    const text = '{"eventID":"1","requestParameters":{"n":9007199254740993,"e":1e400,"s":"\\u0041"}}';
    const [item] = await readAll(JSON.stringify({ Events: [{ EventId: '1', CloudTrailEvent: text }] }));
    expect(item).toMatchObject({ index: 0, value: { eventID: '1' } });
    expect(item !== undefined && 'bytes' in item ? String(item.bytes) : undefined).toBe(text);
  });

  test('whatever the bytes, reading ends with records or with a fault of content', async () => {
    const starts = [
      '',
      '{"Records":[',
      '{"Events":[{"CloudTrailEvent":"',
      '[{"a":1},',
      '{"a":1}\n',
      '{"a":[\n{',
      '\u001f\u008b',
    ];
    const bytes = fc.array(fc.constantFrom(...'{}[]",:\\\n a1x')).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        bytes,
        fc.integer({ min: 1, max: 9 }),
        async (start, rest, chunk) => {
          const content = Buffer.from(start + rest, 'latin1');
          const [byChunks, atOnce] = await Promise.all(
            [chunk, content.length + 1].map((size) =>
              readAll(content, size).catch((error: unknown) => {
                if (error instanceof ContentFault) return 'fault';
                throw error;
              }),
            ),
          );
          if (start !== '\u001f\u008b') expect(byChunks).toEqual(atOnce);
        },
      ),
    );
  });

  test('holds little of a file of any size', async () => {
    const line = Buffer.from(`${JSON.stringify({ ...RECORDS[0], padding: 'x'.repeat(1000) })},`);
    const block = Buffer.concat(Array.from({ length: 1000 }, () => line));
    async function* content(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"Records":[');
      for (let index = 0; index < 100; index++) yield block;
      yield Buffer.from('{}]}');
    }
    let records = 0;
    let most = 0;
    const before = process.memoryUsage().arrayBuffers;
    for await (const batch of readRecords(content())) {
      records += batch.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(records).toBe(100_001);
    expect(most).toBeLessThan(64 * 1024 * 1024);
  });

  test('goes on behind a line that is longer than any record', async () => {
    const items = await readAll(`${LINES}\n{"eventID":"${'x'.repeat(4 * 1024 * 1024)}"}\n${LINES}`, 1024 * 1024);
    expect(items).toHaveLength(7);
    expect(items[3]).toEqual({ index: 3, problem: expect.stringContaining('more than the limit') });
  });

  test.each<[string, string | Buffer, RegExp]>([
    ['nothing', '', /empty/],
    ['HTML', '<html></html>', /HTML/],
    ['text', 'eventID,eventTime', /neither gzip nor JSON/],
  ])('says what is wrong with %s', async (_what, content, reason) => {
    await expect(readAll(content)).rejects.toThrow(reason);
  });

  test('gives what was read before the gzip data ends', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => record({ eventID: String(index) }));
    const whole = logObject(many);
    const items: LogObjectItem[] = [];
    const read = async (): Promise<void> => {
      const body = Readable.from([whole.subarray(0, whole.length - 2000)]);
      for await (const batch of readRecords(body)) items.push(...batch);
    };
    await expect(read()).rejects.toThrow('the gzip data is cut');
    expect(items.length).toBeGreaterThan(100);
    expect(valuesOf(items)).toEqual(many.slice(0, items.length));
  });
});
