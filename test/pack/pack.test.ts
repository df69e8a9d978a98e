import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { PACK_ALL, PACK_POLICY, type PackDependencies, pack } from '../../lambda/pack/pack.ts';
import { type EventSummary, summaryKey } from '../../lambda/store/segments/summary.ts';
import { encodePages, pageRow } from '../../lambda/store/segments/table/page-rows.ts';
import { takeSnapshot } from '../../lambda/store/segments/table/snapshot.ts';
import { readState } from '../../lambda/store/segments/table/state.ts';
import { createTables } from '../../local/deployment/create-tables.ts';
import { inOrder, summary } from '../store/segments/summaries.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';

let aws: EmbeddedAws;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  aws = await startEmbeddedAws();
  client = DynamoDBDocumentClient.from(aws.clients.dynamodb, { marshallOptions: { removeUndefinedValues: true } });
});
afterAll(() => aws.stop());
const NOW = new Date('2026-11-21T12:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
interface World {
  readonly table: string;
  now: Date;
  write(summaries: readonly EventSummary[], at?: Date): Promise<void>;
  pack(change?: Partial<PackDependencies>): ReturnType<typeof pack>;
  /** All events that a reader finds, from segments and pages. */
  read(): Promise<{ events: readonly EventSummary[]; segments: number; pages: number }>;
}
async function world(): Promise<World> {
  const { segments: table } = await createTables(aws.clients.dynamodb, `pack-${randomUUID().slice(0, 8)}`);
  const made: World = {
    table,
    now: NOW,
    async write(summaries, at = new Date(made.now.getTime() - 15 * MINUTE)) {
      for (const body of encodePages(summaries)) {
        await client.send(new PutCommand({ TableName: table, Item: pageRow(body, 0, at) }));
      }
    },
    pack: (change = {}) =>
      pack({
        client,
        table,
        policy: PACK_ALL,
        retentionDays: 365,
        now: () => made.now,
        mustStop: () => false,
        logger: new Logger({ logLevel: 'SILENT' }),
        metrics: new Metrics({ namespace: 'test', singleMetric: false }),
        ...change,
      }),
    async read() {
      const snapshot = await takeSnapshot({ client, table, now: made.now });
      const events: EventSummary[] = [];
      for (const { reader } of snapshot.segments) {
        for (const block of await reader.blocks(Array.from({ length: reader.blockCount }, (_, index) => index))) {
          events.push(...block.summaries());
        }
      }
      for (const page of snapshot.pages) events.push(...page.block().summaries());
      return { events, segments: snapshot.segments.length, pages: snapshot.pages.length };
    },
  };
  return made;
}
const keys = (summaries: readonly EventSummary[]): readonly string[] => summaries.map(summaryKey).toSorted();
function eventsOn(day: string, count: number): readonly EventSummary[] {
  return Array.from({ length: count }, (_, index) =>
    summary({ eventTime: `${day}T${String(index % 24).padStart(2, '0')}:00:00Z` }),
  );
}
describe('pack', () => {
  test('puts the events of pages into one segment a day, and readers find each once', async () => {
    const made = await world();
    const events = [...eventsOn('2026-11-19', 40), ...eventsOn('2026-11-20', 60)];
    await made.write(events.slice(0, 50));
    await made.write(events.slice(50));
    expect(await made.read()).toMatchObject({ segments: 0, pages: 2 });
    expect(await made.pack()).toMatchObject({ status: 'done', pages: 2, events: 100, doubles: 0 });
    const read = await made.read();
    expect(read).toMatchObject({ segments: 2, pages: 0 });
    expect(keys(read.events)).toEqual(keys(events));
  });
  test('drops what came twice: in one page, in two, and in a segment that was packed before', async () => {
    const made = await world();
    const events = eventsOn('2026-11-20', 3_000);
    await made.write(events);
    await made.write(events.slice(0, 10));
    expect(await made.pack()).toMatchObject({ events: 3_000, doubles: 10 });
    made.now = new Date(NOW.getTime() + DAY);
    await made.write(events.slice(5, 500));
    expect(await made.pack()).toMatchObject({ events: 0, doubles: 495 });
    expect(keys((await made.read()).events)).toEqual(keys(events));
  });
  test('leaves pages alone that are younger than ten minutes: a write of another may still be under way', async () => {
    const made = await world();
    await made.write(eventsOn('2026-11-20', 5), new Date(NOW.getTime() - 9 * MINUTE));
    expect(await made.pack({ policy: { ...PACK_POLICY, enoughPages: 1 } })).toMatchObject({ pages: 0 });
    made.now = new Date(NOW.getTime() + 2 * MINUTE);
    expect(await made.pack({ policy: { ...PACK_POLICY, enoughPages: 1 } })).toMatchObject({ pages: 1 });
  });
  test('waits for more pages for a day at most', async () => {
    const made = await world();
    await made.write(eventsOn('2026-11-20', 5));
    expect(await made.pack({ policy: PACK_POLICY })).toMatchObject({ pages: 0 });
    made.now = new Date(NOW.getTime() + DAY);
    expect(await made.pack({ policy: PACK_POLICY })).toMatchObject({ pages: 1 });
  });
  test('merges the small segments of a day once the day is over and they are quiet', async () => {
    const made = await world();
    const policy = { ...PACK_ALL, merge: PACK_POLICY.merge };
    const events = eventsOn('2026-11-21', 300);
    for (let part = 0; part < 3; part++) {
      await made.write(events.slice(part * 100, part * 100 + 100), new Date(made.now.getTime() - MINUTE));
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
    const made = await world();
    await made.write([...eventsOn('2026-11-21', 2), ...eventsOn('2024-02-01', 2)]);
    await made.pack({ retentionDays: 30 });
    made.now = new Date('2026-12-21T12:00:00Z');
    expect((await made.read()).events).toHaveLength(4);
    made.now = new Date('2026-12-23T12:00:00Z');
    expect((await made.read()).events).toHaveLength(0);
  });
  test('makes the small segments of two calls at once only once', async () => {
    const made = await world();
    const events = eventsOn('2026-11-20', 200);
    await made.write(events);
    const outcomes = await Promise.all([made.pack(), made.pack(), made.pack()]);
    expect(outcomes.filter(({ status }) => status === 'busy').length).toBe(2);
    expect(keys((await made.read()).events)).toEqual(keys(events));
  });
  test('sees nothing of a commit that came after its state was read', async () => {
    const made = await world();
    await made.write(eventsOn('2026-11-20', 20));
    const state = await readState({ client, table: made.table });
    await made.pack();
    const before = await takeSnapshot({ client, table: made.table, now: made.now, state });
    expect(before).toMatchObject({ segments: [], pages: [{ count: 20 }] });
  });
});
