import type { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ReadLimitReached, ReadMeter } from '../../../../lambda/store/dynamo/queries/read-meter.ts';
import { dataKey } from '../../../../lambda/store/segments/table/keys.ts';
import { SegmentItems } from '../../../../lambda/store/segments/table/segment-items.ts';

const TABLE = 'segments';

/** Segments whose blocks take 2.5 units each at most: half of that on the average. */
const segment = (segmentId: string) => ({
  segmentId,
  whole: false,
  blocks: 400,
  filterParts: 1,
  parts: {},
  lists: {},
  day: '2026-11-20',
  first: '2026-11-20T00:00:00Z',
  last: '2026-11-20T23:59:59Z',
  count: 400 * 256,
  bytes: 400 * 9_900,
  blockBytes: 400 * 9_900,
  hours: [],
  access: {},
});
const UNITS = 1.5;
const blocks = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `block/${from + index}`);

/** A table that holds every item, and notes the keys of each call, and how many calls are under way. */
function madeTable() {
  const calls: string[][] = [];
  let [underWay, most] = [0, 0];
  const client = {
    send: async ({ input }: BatchGetCommand) => {
      const keys = (input.RequestItems?.[TABLE]?.Keys ?? []).map(({ partition }) => String(partition));
      calls.push(keys);
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay--;
      const rows = keys.map((partition) => ({ partition, item: '0', v: 1, codec: 0, body: Buffer.from(partition) }));
      return { Responses: { [TABLE]: rows }, ConsumedCapacity: [{ CapacityUnits: keys.length * UNITS }] };
    },
  };
  // The one method that reading items calls.
  return { client: client as unknown as DynamoDBDocumentClient, calls, atOnce: () => most };
}

describe('items of segments', () => {
  test('that are asked for in one turn share calls, whichever segment they are of, each once', async () => {
    const { client, calls } = madeTable();
    const items = new SegmentItems({ client, table: TABLE });
    const [first, second, again] = await Promise.all([
      items.fetch(segment('a'), ['map', 'block/0']),
      items.fetch(segment('b'), ['block/0']),
      items.fetch(segment('a'), ['block/0', 'filter/0']),
    ]);
    expect(calls).toEqual([['a/map', 'a/block/0', 'b/block/0', 'a/filter/0']]);
    expect([...first.keys()]).toEqual(['map', 'block/0']);
    expect(Buffer.from(second.get('block/0')?.body ?? []).toString()).toBe(dataKey('b', 'block/0').partition);
    expect(again.get('block/0')).toBe(first.get('block/0'));
    expect(items.reads).toEqual({ segments: 2, blocks: 2, dictionaryParts: 0, others: 2 });
  });

  test('come in calls of 100 that wait for nothing, 32 of them at once', async () => {
    const { client, calls, atOnce } = madeTable();
    const items = new SegmentItems({ client, table: TABLE });
    await Promise.all(Array.from({ length: 10 }, (_, index) => items.fetch(segment(`s${index}`), blocks(0, 400))));
    expect(calls.map((keys) => keys.length)).toEqual(Array(40).fill(100));
    expect(atOnce()).toBe(32);
  });

  test('come in smaller calls where a meter leaves little, and none that it doesn’t do for', async () => {
    const { client, calls } = madeTable();
    const meter = new ReadMeter(40);
    const items = new SegmentItems({ client, table: TABLE, meter });
    await items.fetch(segment('a'), blocks(0, 20));
    expect(calls.length).toBeGreaterThan(1);
    expect(meter.reads.units).toBe(20 * UNITS);
    await expect(items.fetch(segment('a'), blocks(20, 40))).rejects.toThrow(ReadLimitReached);
    expect(meter.reads.units).toBeLessThanOrEqual(40);
  });

  test('fail all together where a call does', async () => {
    const failing = { send: () => Promise.reject(new Error('no network')) };
    const items = new SegmentItems({ client: failing as unknown as DynamoDBDocumentClient, table: TABLE });
    const asked = await Promise.allSettled([items.fetch(segment('a'), ['map']), items.fetch(segment('b'), ['map'])]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
