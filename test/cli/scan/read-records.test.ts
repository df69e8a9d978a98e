import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { readRecords } from '../../../cli/scan/read-records.ts';
import type { LogObjectItem } from '../../../lambda/cloudtrail/log-object.ts';
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
      'the line is not JSON',
      RECORDS[1],
    ]);
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
