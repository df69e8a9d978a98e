import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { MAX_BYTES_AT_ONCE } from '../../../lambda/cloudtrail/log/read-at-once.ts';
import { readRecords, readRecordsAtOnce } from '../../../lambda/cloudtrail/log/read-records.ts';
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

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('\ud800', '\ud83d\ude00', '\\ud800', '"', '\\', ']}', '{"Records":[', '\u2028', 'ä', ''),
);
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom('Records', 'Events', '__proto__', 'eventID')), tie('value'), {
      maxKeys: 3,
    }),
  ),
})).value;
const recordLike = fc.oneof(
  value,
  fc.record({ eventID: text, requestParameters: value }).map((members) => record(JSON.parse(JSON.stringify(members)))),
  fc.record({
    CloudTrailEvent: fc.oneof(
      text,
      value.map((inner) => JSON.stringify(inner)),
    ),
  }),
);
const space = fc.constantFrom('', '', ' ', '\n', '\r\n\t');
const whole = fc
  .tuple(
    fc.array(recordLike, { maxLength: 4 }),
    fc.constantFrom(0, 2),
    space,
    space,
    fc.constantFrom(
      '',
      '',
      '',
      ',"more":1',
      ',"Records":[{"a":1}]',
      ',"\\u0052ecords":[{"a":1}]',
      ',"Events":[{"a":1}]',
    ),
  )
  .map(([records, indent, before, behind, more]) => {
    const list = JSON.stringify(records, undefined, indent);
    return Buffer.from(`${before}{${before}"Records"${behind}:${before}${list}${behind}${more}}${behind}`);
  });
/** Faults: bytes that were cut, changed or added. */
const damaged = fc
  .tuple(
    whole,
    fc.nat(),
    fc.constantFrom('cut', 'flip', 'add', 'insert'),
    fc.constantFrom(0x00, 0x22, 0x2c, 0x5c, 0x5d, 0x7d, 0xc3, 0xff),
  )
  .map(([bytes, place, how, byte]) => {
    const at = bytes.length === 0 ? 0 : place % bytes.length;
    if (how === 'cut') return bytes.subarray(0, at);
    if (how === 'add') return Buffer.concat([bytes, Buffer.of(byte)]);
    if (how === 'insert') return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]);
    const changed = Buffer.from(bytes);
    changed[at] = byte;
    return changed;
  });
const gzipped = fc.oneof(whole, damaged).map((bytes) => gzipSync(bytes));
const damagedGzip = fc
  .tuple(gzipped, fc.nat(), fc.constantFrom('cut', 'flip', 'twice', 'zeros', 'garbage'))
  .map(([bytes, place, how]) => {
    const at = place % bytes.length;
    if (how === 'cut') return bytes.subarray(0, at);
    if (how === 'twice') return Buffer.concat([bytes, bytes]);
    if (how === 'zeros') return Buffer.concat([bytes, Buffer.alloc(5)]);
    if (how === 'garbage') return Buffer.concat([bytes, Buffer.from('garbage behind the end')]);
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x41;
    return changed;
  });

test('what is read at once is what the stream reads, and whatever the stream finds a fault in is left to it', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(whole, damaged, gzipped, damagedGzip), async (content) => {
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
