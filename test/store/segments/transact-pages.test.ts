import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { summaryOf } from '../../../lambda/store/segments/summary.ts';
import { pageShardOf } from '../../../lambda/store/segments/table/keys.ts';
import { encodePages } from '../../../lambda/store/segments/table/page-rows.ts';
import { PagesUnwritten, transactPages } from '../../../lambda/store/segments/table/transact-pages.ts';
import { event } from '../../support/records.ts';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const mock = mockClient(documents);
let now = 0;

beforeEach(() => {
  mock.reset();
  now = Date.parse('2026-11-21T12:00:00Z');
});

const change = { Update: { TableName: 'ledger', Key: {}, UpdateExpression: 'SET a = :a' } };
const write = () =>
  transactPages({
    client: documents,
    table: 'segments',
    shard: 3,
    pages: encodePages([summaryOf(event())]),
    changes: [change],
    now: () => new Date(now),
  });

const cancelled = (...codes: readonly string[]) =>
  Object.assign(new Error('cancelled'), {
    name: 'TransactionCanceledException',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

/** What each try was sent with: its token, and the key of its page. */
const sent = () =>
  mock.commandCalls(TransactWriteCommand).map((call) => {
    const { ClientRequestToken, TransactItems = [] } = call.args[0].input;
    return { token: ClientRequestToken, item: String(TransactItems[1]?.Put?.Item?.item) };
  });

test('a try that is sent again carries the same token and the same keys', async () => {
  mock
    .on(TransactWriteCommand)
    .rejectsOnce(cancelled('TransactionConflict', 'None'))
    .rejectsOnce(Object.assign(new Error('wait'), { name: 'TransactionInProgressException' }))
    .resolves({});
  expect(await write()).toBe(true);
  const [first, ...others] = sent();
  expect(others).toEqual([first, first]);
  expect(first?.token).toMatch(/^[0-9a-f-]{36}$/);
  expect(first?.item).toMatch(/^2026-11-21T12:00:00\.000Z#/);
});

test('a try that has had its minute is followed by another one, with keys and a token of its own', async () => {
  mock.on(TransactWriteCommand).callsFakeOnce(() => {
    now += 61_000;
    throw cancelled('None', 'ThrottlingError');
  });
  expect(await write()).toBe(true);
  const [first, second] = sent();
  expect(second?.token).not.toBe(first?.token);
  expect(second?.item).toMatch(/^2026-11-21T12:01:01\.000Z#/);
});

test('where the condition of the change does not hold, nothing is written, and nothing tried again', async () => {
  mock.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', 'TransactionConflict'));
  expect(await write()).toBe(false);
  expect(sent()).toHaveLength(1);
});

test('a try never lasts longer than its minute, whatever the SDK does with it', async () => {
  mock.on(TransactWriteCommand).resolves({});
  await write();
  const [, options]: readonly unknown[] = mock.commandCalls(TransactWriteCommand)[0]?.args ?? [];
  expect(options).toMatchObject({ abortSignal: expect.any(AbortSignal) });
});

test('what stays in conflict fails as a fault of access, so that its message comes back', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(0);
  mock.on(TransactWriteCommand).rejects(cancelled('TransactionConflict', 'None'));
  await expect(write()).rejects.toThrow(PagesUnwritten);
}, 60_000);

test('an object keeps its shard of pages, and objects are spread over all of them', () => {
  const object = (number: number) => ({ bucket: 'logs', key: `AWSLogs/${number}.json.gz` });
  const shards = Array.from({ length: 200 }, (_, number) => pageShardOf(object(number), 8));
  expect(shards).toEqual(Array.from({ length: 200 }, (_, number) => pageShardOf(object(number), 8)));
  expect(new Set(shards)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  expect(pageShardOf(object(1), 1)).toBe(0);
});
