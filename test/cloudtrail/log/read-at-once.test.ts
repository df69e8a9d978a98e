import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { ContentFault } from '../../../lambda/cloudtrail/log/log-object.ts';
import { MAX_BYTES_AT_ONCE } from '../../../lambda/cloudtrail/log/read-at-once.ts';
import { readRecords, readRecordsAtOnce } from '../../../lambda/cloudtrail/log/read-records.ts';
import { contents } from '../../support/log-contents.ts';
import { logObject, record } from '../../support/records.ts';

interface Read {
  readonly index: number;
  readonly value?: unknown;
  readonly problem?: string;
}

async function asStream(content: Buffer): Promise<{ readonly items: readonly Read[]; readonly hasFault: boolean }> {
  const items: Read[] = [];
  try {
    for await (const batch of readRecords(Readable.from([content]))) {
      for (const { bytes: _, ...item } of batch) items.push(item);
    }
  } catch (error) {
    if (!(error instanceof ContentFault)) throw error;
    return { items, hasFault: true };
  }
  return { items, hasFault: false };
}

function atOnce(content: Buffer): { readonly items: readonly Read[]; readonly isAll: boolean } {
  const items: Read[] = [];
  const reading = readRecordsAtOnce(content);
  for (;;) {
    const { done, value } = reading.next();
    if (done) return { items, isAll: value };
    for (const item of value) {
      items.push({ index: item.index, ...('value' in item ? { value: item.value } : { problem: item.problem }) });
    }
  }
}

test('what is read at once is what the stream reads, and what follows a fault is left to it', async () => {
  let read = 0;
  let some = 0;
  await fc.assert(
    fc.asyncProperty(contents, async (content) => {
      const { items, isAll } = atOnce(content);
      const { items: expected, hasFault } = await asStream(content);
      expect(isAll ? expected : expected.slice(0, items.length)).toEqual(items);
      expect(isAll && hasFault).toBe(false);
      if (isAll) read++;
      else if (items.length > 0) some++;
    }),
    { numRuns: 3_000 },
  );
  // Otherwise the property would hold of nothing.
  expect(read).toBeGreaterThan(500);
  expect(some).toBeGreaterThan(20);
});

test('a log object as CloudTrail writes it is read at once', () => {
  const records = [record(), record()];
  expect(atOnce(logObject(records))).toEqual({ items: records.map((value, index) => ({ index, value })), isAll: true });
});

test.each([
  ['one cut in the middle', logObject([record()]).subarray(0, 200)],
  ['JSON lines', Buffer.from(`${JSON.stringify(record())}\n${JSON.stringify(record())}\n`)],
  ['two log objects, one behind the other', Buffer.concat([logObject([record()]), logObject([record()])])],
  ['a record that is no JSON', Buffer.from('{"Records":[{"eventID":}]}')],
  ['two lists of records', Buffer.from('{"Records":[1],"\\u0052ecords":[2]}')],
  ['more than the bound unpacks to', gzipSync(JSON.stringify({ Records: ['x'.repeat(MAX_BYTES_AT_ONCE)] }))],
])('%s is left to the stream', (_, content) => {
  expect(atOnce(content)).toEqual({ items: [], isAll: false });
});
