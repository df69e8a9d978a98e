import { PACK_ALL, PACK_POLICY } from '../../lambda/pack/pack-policy.ts';
import { takeSnapshot } from '../../lambda/store/segments/table/snapshot.ts';
import { inOrder } from '../store/segments/summaries.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';
import { DAY, eventsOn, keysOf, MINUTE, NOW, PackedTable } from './packed-table.ts';

let aws: EmbeddedAws;

beforeAll(async () => {
  aws = await startEmbeddedAws();
});

afterAll(() => aws.stop());

describe('pack', () => {
  test('puts the events of pages into one segment a day, and readers find each once', async () => {
    const made = await PackedTable.create(aws);
    const events = [...eventsOn('2026-11-19', 40), ...eventsOn('2026-11-20', 60)];
    await made.write(events.slice(0, 50));
    await made.write(events.slice(50));
    expect(await made.read()).toMatchObject({ segments: 0, pages: 2 });
    expect(await made.pack()).toMatchObject({ status: 'done', pages: 2, events: 100, doubles: 0 });
    const read = await made.read();
    expect(read).toMatchObject({ segments: 2, pages: 0 });
    expect(keysOf(read.events)).toEqual(keysOf(events));
  });
  test('drops what came twice: in one page, in two, and in a segment that was packed before', async () => {
    const made = await PackedTable.create(aws);
    const events = eventsOn('2026-11-20', 3_000);
    await made.write(events);
    await made.write(events.slice(0, 10));
    expect(await made.pack()).toMatchObject({ events: 3_000, doubles: 10 });
    made.now = new Date(NOW.getTime() + DAY);
    await made.write(events.slice(5, 500));
    expect(await made.pack()).toMatchObject({ events: 0, doubles: 495 });
    expect(keysOf((await made.read()).events)).toEqual(keysOf(events));
  });
  test('leaves pages alone that are younger than ten minutes: a write of another may still be under way', async () => {
    const made = await PackedTable.create(aws);
    await made.write(eventsOn('2026-11-20', 5), { at: new Date(NOW.getTime() - 9 * MINUTE) });
    expect(await made.pack({ policy: { ...PACK_POLICY, enoughPages: 1 } })).toMatchObject({ pages: 0 });
    made.now = new Date(NOW.getTime() + 2 * MINUTE);
    expect(await made.pack({ policy: { ...PACK_POLICY, enoughPages: 1 } })).toMatchObject({ pages: 1 });
  });
  test('waits for more pages for a day at most', async () => {
    const made = await PackedTable.create(aws);
    await made.write(eventsOn('2026-11-20', 5));
    expect(await made.pack({ policy: PACK_POLICY })).toMatchObject({ pages: 0 });
    made.now = new Date(NOW.getTime() + DAY);
    expect(await made.pack({ policy: PACK_POLICY })).toMatchObject({ pages: 1 });
  });
  test('merges the small segments of a day once the day is over and they are quiet', async () => {
    const made = await PackedTable.create(aws);
    const policy = { ...PACK_ALL, merge: PACK_POLICY.merge };
    const events = eventsOn('2026-11-21', 300);
    for (let part = 0; part < 3; part++) {
      await made.write(events.slice(part * 100, part * 100 + 100), {
        at: new Date(made.now.getTime() - MINUTE),
      });
      await made.pack({ policy });
      made.now = new Date(made.now.getTime() + MINUTE);
    }
    expect(await made.read()).toMatchObject({ segments: 3 });
    made.now = new Date('2026-11-22T00:00:00Z');
    expect(await made.pack({ policy })).toMatchObject({ merged: 1 });
    const read = await made.read();
    expect(read).toMatchObject({ segments: 1 });
    expect(inOrder(read.events)).toEqual(inOrder(events));
  });
  test('gives merged segments the retention, counted from the later of the event and of its packing', async () => {
    const made = await PackedTable.create(aws);
    await made.write([...eventsOn('2026-11-21', 2), ...eventsOn('2024-02-01', 2)]);
    await made.pack({ retentionDays: 30 });
    made.now = new Date('2026-12-21T12:00:00Z');
    expect((await made.read()).events).toHaveLength(4);
    made.now = new Date('2026-12-23T12:00:00Z');
    expect((await made.read()).events).toHaveLength(0);
  });
  test('makes the small segments of two calls at once only once', async () => {
    const made = await PackedTable.create(aws);
    const events = eventsOn('2026-11-20', 200);
    await made.write(events);
    const outcomes = await Promise.all([made.pack(), made.pack(), made.pack()]);
    expect(outcomes.filter(({ status }) => status === 'busy').length).toBe(2);
    expect(keysOf((await made.read()).events)).toEqual(keysOf(events));
  });
  test('sees nothing of a commit that came after its state was read', async () => {
    const made = await PackedTable.create(aws);
    await made.write(eventsOn('2026-11-20', 20));
    const state = await made.state();
    await made.pack();
    const before = await takeSnapshot({ client: made.client, table: made.table, now: made.now, state });
    expect(before).toMatchObject({ segments: [], pages: [{ count: 20 }] });
  });
});
