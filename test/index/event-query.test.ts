import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { EventConditions } from '../../lambda/index/event-condition.ts';
import { createEventQueries, type EventQuery } from '../../lambda/index/event-query.ts';
import { IndexMissing } from '../../lambda/store/dynamo/partition-page.ts';
import { ReadLimitReached } from '../../lambda/store/dynamo/read-meter.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';
import { ACCOUNT, event } from '../support/records.ts';
import { createEventsTable, cutPages, indexEvents, NOW } from './support/events-table.ts';

let aws: EmbeddedAws;
let documents: DynamoDBDocumentClient;
beforeAll(async () => {
  aws = await startEmbeddedAws();
  documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
});
afterAll(() => aws.stop());

const ACTOR = `arn:aws:iam::${ACCOUNT}:user/alice`;
const idsOf = async (events: AsyncIterable<{ eventID: string }>): Promise<readonly string[]> => {
  const ids = [];
  for await (const { eventID } of events) ids.push(eventID);
  return ids;
};

describe('5,000 events under one key', () => {
  const COUNT = 5_000;
  // Seven a second: a second is cut by pages.
  const made = Array.from({ length: COUNT }, (_, index) =>
    event({
      eventID: `e-${String(index).padStart(4, '0')}`,
      eventTime: new Date(Date.UTC(2026, 10, 20, 8) + Math.floor(index / 7) * 1000).toISOString(),
      errorCode: 'AccessDenied',
      requestParameters: { fileSystemId: 'fs-00112233' },
      userAgent: 'u'.repeat(100),
    }),
  );
  const expected = made.map(({ eventID }) => eventID);
  let table: string;
  beforeAll(async () => {
    table = await createEventsTable(aws.clients.dynamodb);
    await indexEvents(documents, table, made);
  }, 60_000);

  const questions: readonly [string, EventConditions][] = [
    ['by-actor', { actor: [ACTOR] }],
    ['by-action', { action: ['ec2:DescribeInstances'] }],
    ['by-resource', { resource: ['fs-00112233'] }],
    ['by-address', { address: ['203.0.113.10'] }],
    ['by-credential', { accessKeyId: ['AKIAIOSFODNN7EXAMPLE'] }],
    ['by-error', { errorCode: ['AccessDenied'] }],
    ['by-day', {}],
  ];

  test.each(questions)(
    '%s gives each of them once, in the order of time, over many pages',
    async (index, conditions) => {
      const queries = createEventQueries(documents, { events: table }, () => NOW);
      const search = queries.search({ conditions, order: 'oldest-first' });
      expect(await idsOf(search)).toEqual(expected);
      const report = search.report();
      expect(report?.plan.index).toBe(index);
      expect(report?.rows).toBeGreaterThanOrEqual(COUNT);
      expect(report?.requests).toBeGreaterThan(2);
      expect(await queries.count({ conditions })).toBe(COUNT);
      expect(await idsOf(queries.search({ conditions, limit: 1234 }))).toEqual(expected.toReversed().slice(0, 1234));
    },
  );

  test('a short answer reads little', async () => {
    const search = createEventQueries(documents, { events: table }, () => NOW).search({
      conditions: { actor: [ACTOR] },
      limit: 10,
    });
    expect(await idsOf(search)).toHaveLength(10);
    expect(search.report()?.rows).toBeLessThan(60);
  });

  test('what would read more than it may ends there, and says about what all of it takes', async () => {
    const ask = (query: EventQuery) => createEventQueries(documents, { events: table }, () => NOW).search(query);
    const limits: readonly EventQuery[] = [
      { conditions: { actor: [ACTOR] }, maxReadUnits: 100 },
      { conditions: { outcome: ['success'] }, limit: 1, maxReadUnits: 100 },
      { maxReadUnits: 100 },
    ];
    for (const query of limits) {
      const search = ask(query);
      const error = await idsOf(search).catch((reason: unknown) => reason);
      if (!(error instanceof ReadLimitReached)) throw new Error('It read on.');
      expect(error.reads.units).toBeLessThan(300);
      expect(error.estimatedUnits).toBeGreaterThan(300);
      expect(error.estimatedUnits).toBeLessThan(5_000);
    }
  });
});

describe('the planner', () => {
  let table: string;
  beforeAll(async () => {
    table = await createEventsTable(aws.clients.dynamodb, ['by-address']);
    const records = Array.from({ length: 200 }, (_, index) =>
      event({
        eventID: `e-${index}`,
        eventTime: new Date(Date.UTC(2026, 10, 20) + index * 60_000).toISOString(),
        userIdentity: { type: 'IAMUser', arn: `${ACTOR}${index % 50}`, accountId: ACCOUNT, userName: 'alice' },
      }),
    );
    await indexEvents(documents, table, records);
  });
  const ask = (conditions: EventConditions, query: EventQuery = {}) =>
    createEventQueries(documents, { events: table }, () => NOW).search({ conditions, ...query });

  test('takes the index with the fewest rows in the time', async () => {
    const search = ask({ action: ['ec2:DescribeInstances'], actor: [`${ACTOR}7`] });
    expect(await idsOf(search)).toHaveLength(4);
    expect(search.report()?.plan).toMatchObject({
      index: 'by-actor',
      candidates: [{ index: 'by-actor', estimate: { rows: 4, exact: true } }, { index: 'by-action' }],
      filters: [{ field: 'action' }],
    });
  });

  test('reads one of several values like one', async () => {
    const search = ask({ actor: [`${ACTOR}7`, `${ACTOR}8`] });
    expect(await idsOf(search)).toHaveLength(8);
    expect(search.report()?.plan.partitions).toHaveLength(2);
  });

  test('walks the days where no index finds a pattern', async () => {
    const search = ask({ actor: ['*alice1?'] });
    expect(await idsOf(search)).toHaveLength(40);
    expect(search.report()?.plan.index).toBe('by-day');
  });

  test('does without an index that is switched off', async () => {
    const search = ask({ address: ['203.0.113.10'], action: ['ec2:DescribeInstances'] }, { limit: 3 });
    expect(await idsOf(search)).toEqual(['e-199', 'e-198', 'e-197']);
    expect(search.report()?.plan.index).toBe('by-action');
    expect(await ask({ address: ['203.0.113.10'] }).count()).toBe(200);
  });

  test('says which index is missing where none can stand in for it', async () => {
    const bare = await createEventsTable(aws.clients.dynamodb, ['by-day']);
    await indexEvents(documents, bare, [event()]);
    const queries = createEventQueries(documents, { events: bare }, () => NOW);
    await expect(idsOf(queries.search({}))).rejects.toThrow(IndexMissing);
    expect(await idsOf(queries.search({ conditions: { actor: [ACTOR] } }))).toHaveLength(1);
  });

  test('reads nothing where no time lies in the range', async () => {
    const until = new Date('2026-11-20T00:00:00Z');
    const search = ask({}, { since: until, until });
    expect(await idsOf(search)).toEqual([]);
    expect(search.report()).toBeUndefined();
    expect(await search.count()).toBe(0);
  });
});

describe('one event', () => {
  test('comes with all of its resources in the record’s order, however many', async () => {
    const table = await createEventsTable(aws.clients.dynamodb);
    const names = Array.from({ length: 23 }, (_, index) => `i-${String(index).padStart(8, '0')}`);
    const instances = { instancesSet: { items: names.map((instanceId) => ({ instanceId })) } };
    await indexEvents(documents, table, [event({ eventID: 'e-1', requestParameters: instances })], {
      shards: { day: 4, others: 4 },
    });
    const queries = createEventQueries(
      cutPages(aws.clients.dynamodb, () => 5),
      { events: table },
      () => NOW,
    );
    const [found] = await queries.event('e-1');
    expect(found?.resources).toEqual(names);
    expect(found).toMatchObject({ actor: ACTOR, resource: names[0], resourceCount: 23 });
    expect(await queries.event('nothing')).toEqual([]);
    // The rows that the index keeps for itself are no event.
    expect(await queries.event('trailwarden')).toEqual([]);
  });
});
