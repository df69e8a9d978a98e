import { DeleteCommand, ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { PACK_ALL, PACK_FINALLY, PACK_POLICY } from '../../lambda/pack/pack-policy.ts';
import { extend, extensionUnits, shortLived } from '../../lambda/pack/repack.ts';
import { SegmentNewer } from '../../lambda/store/segments/encoding/segment-faults.ts';
import { dataKey, descriptorKey, STATE_KEY } from '../../lambda/store/segments/table/keys.ts';
import { giveLeaseBack, takeLease } from '../../lambda/store/segments/table/lease.ts';
import { takeSnapshot } from '../../lambda/store/segments/table/snapshot.ts';
import { raisePageShards } from '../../lambda/store/segments/table/state.ts';
import { summary } from '../store/segments/summaries.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';
import { DAY, eventsOn, keysOf, MINUTE, NOW, PackedTable } from './packed-table.ts';

let aws: EmbeddedAws;
let made: PackedTable;

beforeAll(async () => {
  aws = await startEmbeddedAws();
});

afterAll(() => aws.stop());

beforeEach(async () => {
  made = await PackedTable.create(aws);
});

const SMALL = { ...PACK_ALL, merge: PACK_POLICY.merge };

async function descriptorsOf(): Promise<
  readonly { day: string; segmentId: string; level: number; expiresAt: number }[]
> {
  const { client, table, now } = made;
  return (await takeSnapshot({ client, table, now })).segments.map(({ descriptor }) => descriptor);
}

describe('pages of another version', () => {
  test('stay where they are, stop no other, and are packed once a program can read them', async () => {
    const [old, later] = [eventsOn('2026-11-20', 10), eventsOn('2026-11-20', 7)];
    const strange = await made.write(later, { change: { v: 2 } });
    await made.write(old);
    expect(await made.pack()).toMatchObject({ status: 'done', events: 10, unreadable: 1, failed: 0 });
    expect(made.metrics.last('PagesUnreadable')).toBe(1);
    expect(await made.get(strange)).toMatchObject({ v: 2 });
    const { client, table, now } = made;
    expect((await takeSnapshot({ client, table, now })).unreadable).toMatchObject([{ item: strange.item }]);
    expect(keysOf((await made.read()).events)).toEqual(keysOf(old));

    await made.put({ ...strange, v: 1 });
    expect(keysOf((await made.read()).events)).toEqual(keysOf([...old, ...later]));
    expect(await made.pack()).toMatchObject({ events: 7, unreadable: 0 });
    expect(await made.state()).toMatchObject({ leftBehind: [] });
    expect(await made.read()).toMatchObject({ pages: 0 });
    expect(keysOf((await made.read()).events)).toEqual(keysOf([...old, ...later]));
  });

  test('may have rows of a shape that is not known here', async () => {
    const { partition, item, expiresAt } = await made.write(eventsOn('2026-11-20', 1));
    await made.put({ partition, item, expiresAt, v: 2, parts: ['something else'] });
    await made.write(eventsOn('2026-11-20', 3));
    expect(await made.pack()).toMatchObject({ events: 3, unreadable: 1 });
  });

  test('are forgotten once they have expired', async () => {
    await made.write(eventsOn('2026-11-20', 1), { change: { v: 2 } });
    await made.pack();
    expect((await made.state()).leftBehind).toHaveLength(1);
    made.now = new Date(NOW.getTime() + 31 * DAY);
    expect(await made.pack()).toMatchObject({ unreadable: 0 });
    expect((await made.state()).leftBehind).toEqual([]);
  });

  test('stop their shard where they are too many to be passed over', async () => {
    for (let page = 0; page < 201; page++) await made.write(eventsOn('2026-11-20', 1), { change: { v: 2 } });
    expect(await made.pack()).toMatchObject({ failed: 1, unreadable: 201 });
    expect(await made.state()).toMatchObject({ leftBehind: [] });
    expect((await made.state()).packedTo).toEqual({});
  });
});

describe('segments of another version', () => {
  test('close their day alone: its pages are left behind, and other days are packed and merged', async () => {
    await made.write([...eventsOn('2026-11-18', 5), ...eventsOn('2026-11-19', 5)]);
    await made.pack({ policy: SMALL });
    const [first] = await descriptorsOf();
    const key = descriptorKey('2026-11-18', first?.segmentId ?? '');
    const row = { ...((await made.get(key)) as object), v: 2 };
    await made.put(row);
    made.now = new Date(NOW.getTime() + DAY);
    await made.write(eventsOn('2026-11-18', 3));
    await made.write(eventsOn('2026-11-19', 2));
    const outcome = await made.pack({ policy: { ...SMALL, merge: { quietHours: 0, maxHours: 72 } } });
    expect(outcome).toMatchObject({ status: 'done', events: 2, unreadable: 1, failed: 1, merged: 1 });
    expect(await made.get(key)).toEqual(row);

    await made.put({ ...row, v: 1 });
    await made.pack({ policy: SMALL });
    expect((await made.read()).events).toHaveLength(15);
  });

  test('leave everything alone where the state is of a later version', async () => {
    const state = { ...STATE_KEY, v: 2, generation: 3 };
    await made.put(state);
    await made.write(eventsOn('2026-11-18', 5));
    await expect(made.pack()).rejects.toThrow(SegmentNewer);
    expect(await made.get(STATE_KEY)).toEqual(state);
  });
});

test('an item that is missing keeps its day from being merged, and no other', async () => {
  await made.write([...eventsOn('2026-11-18', 5), ...eventsOn('2026-11-19', 5)]);
  await made.pack({ policy: SMALL });
  const [first] = await descriptorsOf();
  const Key = { ...dataKey(first?.segmentId ?? '', 'whole') };
  await made.client.send(new DeleteCommand({ TableName: made.table, Key }));
  made.now = new Date(NOW.getTime() + DAY);
  expect(await made.pack({ policy: SMALL })).toMatchObject({ merged: 1, failed: 1 });
  expect((await made.state()).unmergedDays).toEqual(['2026-11-18']);
});

test('a page with events of more days than a commit takes is packed in several', async () => {
  const events = Array.from({ length: 170 }, (_, day) =>
    summary({ eventTime: `${new Date(NOW.getTime() - day * DAY).toISOString().slice(0, 10)}T00:00:00Z` }),
  );
  await made.write(events);
  expect(await made.pack({ policy: SMALL })).toMatchObject({ events: 170, packed: 170, failed: 0 });
  expect(await made.read()).toMatchObject({ segments: 170, pages: 0 });
});

describe('lanes', () => {
  test('pack at once, and an event that came through two shards is in one segment', async () => {
    await raisePageShards(made, 2);
    const events = eventsOn('2026-11-20', 50);
    await made.write(events.slice(0, 30));
    await made.write(events.slice(20), { shard: 1 });
    const outcomes = await Promise.all([0, 1].map((lane) => made.pack({ lane, lanes: 2, policy: SMALL })));
    expect(outcomes.map(({ status, failed }) => [status, failed])).toEqual([
      ['done', 0],
      ['done', 0],
    ]);
    expect(keysOf((await made.read()).events)).toEqual(keysOf(events));
    expect(outcomes.reduce((sum, { doubles }) => sum + doubles, 0)).toBe(10);
  });

  test('fail apart', async () => {
    await raisePageShards(made, 2);
    await made.write(eventsOn('2026-11-20', 1), { change: { body: 'none', v: 1 } });
    await made.write(eventsOn('2026-11-20', 4), { shard: 1 });
    expect(await made.pack()).toMatchObject({ events: 4, unreadable: 1 });
  });

  test('wait for a function that died, for as long as it might have lived, and no longer', async () => {
    await made.write(eventsOn('2026-11-20', 4));
    await takeLease(made, 0, made.now, 16 * MINUTE);
    made.now = new Date(NOW.getTime() + 10 * MINUTE);
    expect(await made.pack()).toMatchObject({ status: 'busy', events: 0 });
    made.now = new Date(NOW.getTime() + 20 * MINUTE);
    expect(await made.pack()).toMatchObject({ status: 'done', events: 4 });
  });

  test('are free again at once after an error', async () => {
    await made.write(eventsOn('2026-11-20', 4));
    await made.put({ ...STATE_KEY, v: 2 });
    await expect(made.pack()).rejects.toThrow(SegmentNewer);
    const lease = await takeLease(made, 0, made.now, MINUTE);
    expect(lease).toBeDefined();
    if (lease !== undefined) await giveLeaseBack(made, lease);
  });
});

test('a shard that nobody writes to moves on once a day, an hour behind the clock', async () => {
  await made.pack({ policy: PACK_POLICY });
  const first = (await made.state()).packedTo['0'];
  expect(first).toBe('2026-11-21T10:50:00.000Z');
  made.now = new Date(NOW.getTime() + 60 * MINUTE);
  await made.pack({ policy: PACK_POLICY });
  expect((await made.state()).packedTo['0']).toBe(first);
  made.now = new Date(NOW.getTime() + DAY);
  await made.pack({ policy: PACK_POLICY });
  expect((await made.state()).packedTo['0']).toBe('2026-11-22T10:50:00.000Z');
});

test('a pack whose clock is ahead loses no page that is written afterwards', async () => {
  const events = eventsOn('2026-11-20', 8);
  await made.write(events.slice(0, 4), { at: NOW });
  await made.pack({ policy: { ...PACK_POLICY, enoughPages: 1 }, now: () => new Date(NOW.getTime() + 30 * MINUTE) });
  await made.write(events.slice(4), { at: new Date(NOW.getTime() + MINUTE) });
  expect(keysOf((await made.read()).events)).toEqual(keysOf(events));
});

test('a pack whose clock is behind that of the last one has nothing to do', async () => {
  await made.write(eventsOn('2026-11-20', 4), { at: NOW });
  await made.pack();
  made.now = new Date(NOW.getTime() - 30 * MINUTE);
  expect(await made.pack()).toMatchObject({ status: 'done', pages: 0, failed: 0 });
});

describe('retention', () => {
  test('holds for readers at once where it becomes shorter', async () => {
    await made.write(eventsOn('2026-11-20', 4));
    await made.pack();
    made.now = new Date(NOW.getTime() + 40 * DAY);
    await made.pack();
    expect((await made.read()).events).toHaveLength(4);
    await made.pack({ retentionDays: 30 });
    expect((await made.read()).events).toHaveLength(0);
  });

  test('holds for segments that there are, where it becomes longer, once they are extended', async () => {
    await made.write(eventsOn('2026-11-20', 3_000));
    await made.pack({ retentionDays: 30 });
    await made.pack({ retentionDays: 365 });
    const state = await made.state();
    const found = await shortLived(made, state, '2026-11', made.now);
    expect(found).toHaveLength(1);
    expect(extensionUnits(found).writes).toBeGreaterThan(20);
    for (const descriptor of found) expect(await extend(made, descriptor, 365)).toBe(true);
    expect(await shortLived(made, state, '2026-11', made.now)).toEqual([]);
    made.now = new Date(NOW.getTime() + 300 * DAY);
    expect((await made.read()).events).toHaveLength(3_000);
  });
});

test('on a laptop what is made of pages is kept as it is', async () => {
  await made.write(eventsOn('2026-11-20', 4));
  expect(await made.pack({ policy: PACK_FINALLY })).toMatchObject({ packed: 1, merged: 0 });
  expect(await made.state()).toMatchObject({ unmergedDays: [] });
  made.now = new Date(NOW.getTime() + 100 * DAY);
  expect((await made.read()).events).toHaveLength(4);
});

test('what one step of a call has put in vain is removed by the next call, though later steps put more', async () => {
  await made.write(eventsOn('2026-11-18', 5));
  await made.pack({ policy: SMALL });
  made.now = new Date(NOW.getTime() + DAY);
  await made.write(eventsOn('2026-11-19', 5));
  // The pages' segment is put and not committed; the merge of the other day goes well.
  let commits = 0;
  const send = made.client.send.bind(made.client);
  const spy = jest.spyOn(made.client, 'send').mockImplementation(((command: never) => {
    if ((command as object) instanceof TransactWriteCommand && ++commits === 1)
      return Promise.reject(new Error('down'));
    return send(command);
  }) as typeof made.client.send);
  expect(await made.pack()).toMatchObject({ failed: 1, merged: 1 });
  spy.mockRestore();
  expect(await deadSegments()).toHaveLength(1);
  await made.pack();
  expect(await deadSegments()).toEqual([]);
});

/** Ids of segments that have items and no descriptor. */
async function deadSegments(): Promise<readonly string[]> {
  const { Items = [] } = await made.client.send(new ScanCommand({ TableName: made.table }));
  const described = new Set(Items.map(({ segmentId }) => segmentId));
  const ids = Items.flatMap(({ partition }) => /^([\w-]+)\/\w/.exec(String(partition))?.[1] ?? []);
  return [...new Set(ids)].filter((id) => !described.has(id));
}
