import fc from 'fast-check';
import { type BatchLine, batchLineSchema, keysOf, packKeys } from '../../lambda/backfill/batch-line.ts';
import { BATCH_LIMITS, type Batch, Batches } from '../../lambda/backfill/list/batches.ts';
import { request } from './backfill-bed.ts';

const key = (account: string, region: string, minute: number, name: string): string =>
  `AWSLogs/${account}/CloudTrail/${region}/2026/11/20/${account}_CloudTrail_${region}_20261120T${String(1000 + (minute % 1440)).padStart(4, '0')}Z_${name}.json.gz`;

const listed = fc.record({
  key: fc
    .tuple(
      fc.constantFrom('111122223333', '222233334444'),
      fc.constantFrom('eu-west-1', 'us-east-1'),
      fc.nat(1439),
      fc.string({ unit: fc.constantFrom('a', 'Z', '0', 'ä', '"', '\\'), minLength: 1, maxLength: 16 }),
    )
    .map((parts) => key(...parts)),
  size: fc.nat(40_000_000),
  deliveredAt: fc.constant('2026-11-20T15:00:00.000Z'),
});

function batchesOf(objects: readonly { key: string; size: number; deliveredAt: string }[], limits = BATCH_LIMITS) {
  const batches = new Batches(limits);
  const made: Batch[] = [];
  for (const object of objects)
    made.push(...[batches.add('logs', '2026-11-20', object, 'open')].filter((it) => it !== undefined));
  return [...made, ...[batches.take()].filter((it) => it !== undefined)];
}

function lineOf({ id, bucket, day, keys }: Batch): string {
  const line: BatchLine = { v: 1, run: 'r'.repeat(60), batch: id, request: request(), bucket, day, keys };
  return JSON.stringify(batchLineSchema.parse(line));
}

test('hold every object once, in order, and the same objects make the same batches', () => {
  fc.assert(
    fc.property(fc.array(listed, { maxLength: 60 }), (objects) => {
      const batches = batchesOf(objects);
      expect(batches.flatMap(keysOf)).toEqual(objects.map((object) => object.key));
      expect(batchesOf(objects)).toEqual(batches);
      for (const { seconds, objects: count } of batches) {
        expect(seconds <= BATCH_LIMITS.seconds || count === 1).toBe(true);
      }
    }),
  );
});

test('are of one bucket and day each', () => {
  const batches = new Batches();
  const object = { key: key('111122223333', 'eu-west-1', 1, 'a'), size: 1, deliveredAt: '2026-11-20T15:00:00.000Z' };
  expect(batches.add('logs', '2026-11-20', object, 'open')).toBeUndefined();
  expect(batches.add('logs', '2026-11-21', object, 'done')).toMatchObject({ day: '2026-11-20', isDone: false });
  expect(batches.add('others', '2026-11-21', object, 'open')).toMatchObject({ day: '2026-11-21', isDone: true });
  expect(batches.take()).toMatchObject({ bucket: 'others', objects: 1 });
  expect(batches.take()).toBeUndefined();
});

test('are lines of less than 256 KB, which a child execution takes at most, also with names that JSON makes longer', () => {
  const hundred = Array.from({ length: 12_000 }, (_, at) => ({
    key: key(at % 2 === 0 ? '111122223333' : '222233334444', 'eu-west-1', at, `"\\${String(at).padStart(14, '0')}`),
    size: 2_000,
    deliveredAt: '2026-11-20T15:00:00.000Z',
  }));
  const batches = batchesOf(hundred);
  expect(batches.length).toBeGreaterThan(2);
  for (const batch of batches) expect(Buffer.byteLength(lineOf(batch))).toBeLessThan(256 * 1024);
});

test('write what keys share once', () => {
  const keys = Array.from({ length: 100 }, (_, at) =>
    key('111122223333', 'eu-west-1', at, String(at).padStart(16, '0')),
  );
  expect(packKeys(keys)).toHaveLength(1);
  expect(JSON.stringify(packKeys(keys)).length).toBeLessThan(keys.length * 40);
  expect(packKeys(['elsewhere/one', ...keys])).toHaveLength(2);
  expect(keysOf({ keys: packKeys([...keys, 'elsewhere/one']) })).toEqual([...keys, 'elsewhere/one']);
});

test('end before the five minutes of a child with the objects that CloudTrail usually writes', () => {
  const objects = Array.from({ length: 9_000 }, (_, at) => ({
    key: key('111122223333', 'eu-west-1', at, String(at).padStart(16, '0')),
    size: 7_500,
    deliveredAt: '2026-11-20T15:00:00.000Z',
  }));
  const [first] = batchesOf(objects);
  expect(first?.objects).toBe(4_000);
  expect(first?.seconds).toBeLessThan(120);
});
