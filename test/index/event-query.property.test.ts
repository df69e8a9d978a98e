import { isIPv4 } from 'node:net';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import type { CloudTrailEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import type { EventConditions } from '../../lambda/index/event-condition.ts';
import { createEventQueries, type EventQuery } from '../../lambda/index/event-query.ts';
import type { JsonObject } from '../../lambda/shared/json.ts';
import type { IndexedEvent } from '../../lambda/store/rows/indexed-event.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';
import { event } from '../support/records.ts';
import { createEventsTable, cutPages, indexEvents, NOW } from './support/events-table.ts';

const USERS = ['alice', 'bob', 'bob#1', 'carol*'];
const ACTIONS = ['TagResource', 'UntagResource', 'DescribeFileSystems', 'TagResource#1'];
const FILE_SYSTEMS = ['fs-00000001', 'fs-00000002', 'fs-00000003', 'name', 'name#1', 'name#3'];
const ADDRESSES = ['203.0.113.1', '203.0.113.77', '198.51.100.3', '2001:db8::1', 'fsx.amazonaws.com'];
const ERRORS = ['AccessDenied', 'ThrottlingException', 'AccessDenied#2'];
const ACCOUNTS = ['111122223333', '444455556666'];
const KEYS = ['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', ''];
const TIMES = [
  '2026-11-18T23:59:59Z',
  '2026-11-19T00:00:00Z',
  '2026-11-19T00:00:01Z',
  '2026-11-19T12:00:00Z',
  '2026-11-20T23:59:59Z',
  '2026-11-21T00:00:00Z',
];

interface Members {
  readonly user: string;
  readonly account: string;
  readonly eventName: string;
  readonly names: readonly string[];
  readonly address: string;
  readonly errorCode: string | undefined;
  readonly accessKeyId: string;
  readonly eventTime: string;
  readonly eventID: string;
}

const members: fc.Arbitrary<Members> = fc.record({
  user: fc.constantFrom(...USERS),
  account: fc.constantFrom(...ACCOUNTS),
  eventName: fc.constantFrom(...ACTIONS),
  names: fc.uniqueArray(fc.constantFrom(...FILE_SYSTEMS), { maxLength: 4 }),
  address: fc.constantFrom(...ADDRESSES),
  errorCode: fc.option(fc.constantFrom(...ERRORS), { nil: undefined }),
  accessKeyId: fc.constantFrom(...KEYS),
  eventTime: fc.constantFrom(...TIMES),
  // Few enough to be shared by events that differ.
  eventID: fc.nat(12).map((number) => `event-${number}`),
});

const userArn = (user: string): string => `arn:aws:iam::111122223333:user/${user}`;

function toEvent({ user, account, names, address, errorCode, accessKeyId, ...rest }: Members): CloudTrailEvent {
  const record: JsonObject = {
    ...rest,
    eventSource: 'fsx.amazonaws.com',
    readOnly: rest.eventName.startsWith('Describe'),
    recipientAccountId: account,
    userIdentity: { type: 'IAMUser', arn: userArn(user), accountId: '111122223333', userName: user, accessKeyId },
    sourceIPAddress: address,
    requestParameters: { targets: names.map((bucketName) => ({ bucketName })) },
  };
  return event(errorCode === undefined ? record : { ...record, errorCode });
}

/** A value that is there, one that isn't, or a pattern. */
const asked = (values: readonly string[], ...patterns: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(fc.constantFrom(...values.map((value) => value.replaceAll('*', '\\*')), ...patterns, 'nothing'), {
    minLength: 1,
    maxLength: 2,
  });

const conditions: fc.Arbitrary<EventConditions> = fc
  .record(
    {
      actor: asked(USERS.map(userArn), '*bob*', '*/carol\\*'),
      action: asked(
        ACTIONS.map((name) => `fsx:${name}`),
        'fsx:*',
        '*:?ntagResource',
      ),
      resource: asked(FILE_SYSTEMS, 'fs-*', 'name#*'),
      address: asked(ADDRESSES, '203.0.113.0/26', '2001:db8::/32', '203.0.*'),
      accessKeyId: asked(KEYS.filter(Boolean), 'ASIA*'),
      errorCode: asked(ERRORS, '*', 'Access*'),
      account: asked(ACCOUNTS, '4444*'),
      access: asked(['tagging', 'list', 'read', 'write']),
      outcome: asked(['success', 'denied', 'error']),
    },
    { requiredKeys: [] },
  )
  // More than three rarely find anything.
  .map((all) => Object.fromEntries(Object.entries(all).slice(0, 3)));

const moment = fc.option(
  fc
    .tuple(fc.constantFrom(...TIMES), fc.constantFrom(-500, 0, 500))
    .map(([time, off]) => new Date(Date.parse(time) + off)),
  { nil: undefined },
);

const queries: fc.Arbitrary<EventQuery> = fc.record(
  {
    conditions: fc.oneof({ weight: 3, arbitrary: conditions }, fc.constant({})),
    since: moment.filter((time) => time !== undefined),
    until: moment.filter((time) => time !== undefined),
    order: fc.constantFrom('newest-first', 'oldest-first'),
    limit: fc.nat(8),
  },
  { requiredKeys: ['conditions'] },
);

/** What happens to a table: events are indexed in turns, each with its shards, some of them in vain. */
const histories = fc.record({
  events: fc.uniqueArray(members.map(toEvent), {
    maxLength: 24,
    selector: ({ eventID, identity }) => `${eventID} ${identity}`,
  }),
  turns: fc.array(
    fc.record({
      from: fc.nat(24),
      count: fc.nat(24),
      shards: fc.constantFrom({ day: 1, others: 1 }, { day: 4, others: 1 }, { day: 4, others: 4 }),
      expired: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  queries: fc.array(queries, { minLength: 1, maxLength: 4 }),
  page: fc.constantFrom(1, 2, 3, 7, 1000),
});

/** The question answered without an index: a plain filter. */
function answer(events: readonly CloudTrailEvent[], query: EventQuery): readonly string[] {
  const { since, until, order = 'newest-first', limit } = query;
  const found = events
    .filter(({ eventTime }) => since === undefined || Date.parse(eventTime) >= since.getTime())
    .filter(({ eventTime }) => until === undefined || Date.parse(eventTime) < until.getTime())
    .filter((it) =>
      Object.entries(query.conditions ?? {}).every(([field, values]) =>
        values.some((value) => meets(it, field, value)),
      ),
    )
    .map(({ eventTime, eventID, identity }) => `${eventTime} ${eventID} ${identity}`)
    .toSorted();
  return (order === 'newest-first' ? found.toReversed() : found).slice(0, limit);
}

function meets(it: CloudTrailEvent, field: string, value: string): boolean {
  if (field === 'address' && value.includes('/')) return it.address !== undefined && inNetwork(it.address, value);
  const values: Record<string, readonly (string | undefined)[]> = {
    actor: [it.actor.id],
    action: [it.action],
    resource: it.resources,
    address: [it.address ?? it.sourceIPAddress],
    accessKeyId: [it.credential.accessKeyId],
    errorCode: [it.errorCode],
    account: [it.account],
    access: [it.access],
    outcome: [it.outcome],
  };
  const expression = value
    .split(/(\\.|[*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace(/^\\(.)$/, '$1').replace(/[^\w]/g, '\\$&')))
    .join('');
  return values[field]?.some((text) => text !== undefined && new RegExp(`^${expression}$`).test(text)) ?? false;
}

function inNetwork(address: string, network: string): boolean {
  if (network === '2001:db8::/32') return address.startsWith('2001:db8:');
  return isIPv4(address) && address.startsWith('203.0.113.') && Number(address.split('.')[3]) < 64;
}

const told = ({ eventTime, eventID, identity }: IndexedEvent): string => `${eventTime} ${eventID} ${identity}`;

describe('any question to the index', () => {
  let aws: EmbeddedAws;
  beforeAll(async () => {
    aws = await startEmbeddedAws();
  });
  afterAll(() => aws.stop());

  test('is answered as a filter over the raw records would, however shards, pages, duplicates and limits fall', async () => {
    const { dynamodb } = aws.clients;
    const documents = DynamoDBDocumentClient.from(dynamodb);
    await fc.assert(
      fc.asyncProperty(histories, async ({ events, turns, queries: asked, page }) => {
        const table = await createEventsTable(dynamodb);
        const alive = new Map<CloudTrailEvent, boolean>();
        for (const { from, count, shards, expired } of turns) {
          const delivered = events.slice(from, from + count);
          const now = expired ? new Date('2026-01-01T00:00:00Z') : NOW;
          await indexEvents(documents, table, [...delivered, ...delivered.slice(0, 3)], {
            shards,
            now,
            retentionDays: 30,
          });
          for (const it of delivered) alive.set(it, !expired);
        }
        const indexed = events.filter((it) => alive.get(it) === true);
        const index = createEventQueries(
          cutPages(dynamodb, () => page),
          { events: table },
          () => NOW,
        );
        for (const query of asked) {
          const found = [];
          for await (const it of index.search(query)) found.push(told(it));
          expect(found).toEqual(answer(indexed, query));
          expect(await index.count(query)).toBe(answer(indexed, { ...query, limit: undefined }).length);
        }
        await dynamodb.send(new DeleteTableCommand({ TableName: table }));
      }),
      { numRuns: 1000 },
    );
  }, 300_000);
});
