import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { record } from './records.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '\ud800',
    '\ud83d\ude00',
    '\\ud800',
    '"',
    '\\',
    ']}',
    '{"Records":[',
    '\u2028',
    'ä',
    '',
    '},{"eventVersion":',
    ',{"eventVersion":1}',
  ),
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
/** Contents of log objects, sound ones and such as a hostile writer makes. */
export const whole = fc
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

/** Whatever a bucket may hold: sound, cut, changed; gzipped or not. */
export const contents = fc.oneof(whole, damaged, gzipped, damagedGzip);
