import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { MAX_BYTES_AT_ONCE } from '../../../lambda/cloudtrail/log/read-at-once.ts';
import { readRecords, readRecordsAtOnce } from '../../../lambda/cloudtrail/log/read-records.ts';
import { contents } from '../../support/log-contents.ts';
import { logObject, record } from '../../support/records.ts';

interface Read {
  readonly index: number;
  readonly value?: unknown;
  readonly problem?: string;
}

async function asStream(content: Buffer): Promise<readonly Read[]> {
  const items: Read[] = [];
  for await (const batch of readRecords(Readable.from([content]))) {
    for (const { bytes: _, ...item } of batch) items.push(item);
  }
  return items;
}

function atOnce(content: Buffer): readonly Read[] | undefined {
  return readRecordsAtOnce(content)?.map((item) => ({
    index: item.index,
    ...('value' in item ? { value: item.value } : { problem: item.problem }),
  }));
}

test('what is read at once is what the stream reads, and whatever the stream finds a fault in is left to it', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(contents, async (content) => {
      const items = atOnce(content);
      if (items === undefined) return;
      read++;
      expect(items).toEqual(await asStream(content));
    }),
    { numRuns: 3_000 },
  );
  // Otherwise the property would hold of nothing.
  expect(read).toBeGreaterThan(500);
});

test('a log object as CloudTrail writes it is read at once', () => {
  const records = [record(), record()];
  expect(atOnce(logObject(records))).toEqual(records.map((value, index) => ({ index, value })));
});

test.each([
  ['one cut in the middle', logObject([record()]).subarray(0, 200)],
  ['JSON lines', Buffer.from(`${JSON.stringify(record())}\n${JSON.stringify(record())}\n`)],
  ['two log objects, one behind the other', Buffer.concat([logObject([record()]), logObject([record()])])],
  ['a record that is no JSON', Buffer.from('{"Records":[{"eventID":}]}')],
  ['two lists of records', Buffer.from('{"Records":[1],"\\u0052ecords":[2]}')],
  ['more than the bound unpacks to', gzipSync(JSON.stringify({ Records: ['x'.repeat(MAX_BYTES_AT_ONCE)] }))],
])('%s is left to the stream', (_, content) => {
  expect(atOnce(content)).toBeUndefined();
});
