import fc from 'fast-check';
import { Block, BlockWriter, MAX_BLOCK_EVENTS } from '../../../lambda/store/segments/block.ts';
import { FORMAT_VERSION } from '../../../lambda/store/segments/encoding/codec.ts';
import { SegmentDamaged, SegmentNewer } from '../../../lambda/store/segments/encoding/segment-faults.ts';
import type { EventSummary } from '../../../lambda/store/segments/summary.ts';
import { anySummary, summary } from './summaries.ts';

function encode(summaries: readonly EventSummary[]) {
  const writer = new BlockWriter();
  for (const one of summaries) writer.add(one);
  return writer.finish();
}

test('a block gives back every summary as it was, in the order in which they were added', () => {
  fc.assert(
    fc.property(fc.array(anySummary, { maxLength: 60 }), (summaries) => {
      expect([...new Block(encode(summaries)).summaries()]).toEqual(summaries);
    }),
  );
});

test('one position is read without the others', () => {
  const block = new Block(encode([summary({ actor: 'a' }), summary({ actor: 'b' }), summary({ actor: 'c' })]));
  expect(block.summary(1).actor).toBe('b');
  expect(() => block.summary(3)).toThrow(RangeError);
});

test('more values than a byte counts are told apart', () => {
  const summaries = Array.from({ length: 700 }, (_, index) =>
    summary({ actor: `actor-${index}`, resources: [`r-${index}`] }),
  );
  expect([...new Block(encode(summaries)).summaries()]).toEqual(summaries);
});

test('a summary takes few bytes beside its neighbours', () => {
  const item = encode(Array.from({ length: 256 }, () => summary()));
  expect(item.body.length / 256).toBeLessThan(20);
});

test('a block is full before its columns are', () => {
  const writer = new BlockWriter();
  for (let index = 0; !writer.isFull; index++) {
    writer.add(summary({ resources: Array.from({ length: 50 }, (_, at) => `arn:aws:s3:::bucket/${index}/${at}`) }));
  }
  expect(writer.count).toBeLessThanOrEqual(MAX_BLOCK_EVENTS);
  expect(new Block(writer.finish()).count).toBe(writer.count);
});

test('a block without places is one that earlier versions read', () => {
  expect(encode([summary(), summary()]).v).toBe(1);
  expect([...new Block(encode([summary()])).summaries()]).toEqual([expect.objectContaining({ country: undefined })]);
});

test('a block with places says that it is a later one', () => {
  const item = encode([summary(), summary({ country: 'DE' })]);
  expect(item.v).toBe(2);
  expect(Array.from(new Block(item).summaries(), ({ country }) => country)).toEqual([undefined, 'DE']);
});

test('a block of a later version is left alone, and says so', () => {
  expect(() => new Block({ ...encode([summary()]), v: FORMAT_VERSION + 1 })).toThrow(SegmentNewer);
  expect(() => new Block({ ...encode([summary()]), codec: 99 })).toThrow(SegmentNewer);
});

test('bytes that were changed are damage or another block, and nothing else is thrown', () => {
  const item = encode(Array.from({ length: 40 }, (_, index) => summary({ actor: `actor-${index % 7}` })));
  fc.assert(
    fc.property(
      fc.nat(item.body.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(item.body.length),
      (at, change, cut) => {
        const body = Uint8Array.from(item.body);
        body[at] = (body[at] ?? 0) ^ change;
        for (const changed of [body, body.subarray(0, cut)]) {
          try {
            for (const one of new Block({ ...item, body: changed }).summaries())
              expect(one.eventID).toEqual(expect.any(String));
          } catch (error) {
            expect(error).toBeInstanceOf(SegmentDamaged);
          }
        }
      },
    ),
  );
});
