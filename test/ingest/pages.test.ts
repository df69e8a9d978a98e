import { randomBytes } from 'node:crypto';
import type { ToldOutcome } from '../../lambda/ingest/ingest.ts';
import { readIngestEnvironment } from '../../lambda/runtime/environment.ts';
import { createClients } from '../../local/deployment/local-clients.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { failingDynamoDb } from '../support/failing-dynamodb.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** An object's events become visible in one transaction with what the ledger says of it. */

let deployment: Deployment;
let key: string;

beforeEach(async () => {
  deployment = await startDeployment();
  key = logObjectKey();
});

afterEach(() => deployment.aws.stop());

const pages = async () =>
  (await deployment.rows('segments')).filter(({ partition }) => String(partition).startsWith('page#'));
const row = async () => (await deployment.rows('ledger')).find(({ object }) => String(object).endsWith(key));

/** A function that is held up at its first transaction, until what happens meanwhile has happened. */
function heldUp(meanwhile: () => Promise<unknown>, told: ToldOutcome[] = []) {
  const { dynamodb } = createClients(deployment.aws.endpoints);
  let isHeldUp = false;
  dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        if (commandName === 'TransactWriteItemsCommand' && !isHeldUp) {
          isHeldUp = true;
          await meanwhile();
        }
        return next(request);
      },
    { step: 'initialize' },
  );
  return deployment.ingest({ dynamodb, onOutcome: (outcome) => told.push(outcome) });
}

test('an object is a page, with its receipts, and questions find it at once', async () => {
  await deployment.put(key, logObject([record({ eventID: 'e-1' }), null, record({ eventID: 'e-2' })]));
  await deployment.deliver(notificationOf(deployment, key));
  expect(await pages()).toEqual([expect.objectContaining({ count: 2, partition: expect.stringMatching(/^page#0#/) })]);
  const { version } = (await row()) ?? {};
  expect((await deployment.indexed()).map(({ eventID, receipt }) => [eventID, receipt])).toEqual([
    ['e-1', { bucket: deployment.aws.resources.buckets.logs, key, version, index: 0 }],
    ['e-2', { bucket: deployment.aws.resources.buckets.logs, key, version, index: 2 }],
  ]);
});

test('of two functions that read an object at once one closes it, and the other leaves no page and ends well', async () => {
  await deployment.put(key, logObject([record(), record()]));
  const told: ToldOutcome[] = [];
  const ingest = heldUp(() => deployment.deliver(notificationOf(deployment, key)), told);
  expect((await deployment.deliver(notificationOf(deployment, key), { ingest })).batchItemFailures).toEqual([]);
  expect(told).toMatchObject([{ outcome: { status: 'skipped', records: 2, indexed: 2 } }]);
  expect(await pages()).toHaveLength(1);
  expect(await row()).toMatchObject({ status: 'closed', attempts: 1, indexed: 2 });
});

test('one that another function has overtaken without closing it is queued again, and goes on from its place', async () => {
  await deployment.put(key, logObject(Array.from({ length: 3000 }, (_, index) => record({ eventID: `e-${index}` }))));
  const told: ToldOutcome[] = [];
  let asked = 0;
  const other = () =>
    deployment.deliver(notificationOf(deployment, key), { remainingMilliseconds: () => (asked++ < 2 ? 300_000 : 0) });
  const ingest = heldUp(other, told);
  expect((await deployment.deliver(notificationOf(deployment, key), { ingest })).batchItemFailures).toEqual([]);
  expect(told).toMatchObject([{ outcome: { status: 'continue' } }]);
  const noted = await row();
  expect(noted).toMatchObject({ status: 'open', resumeAt: expect.any(Number) });
  await deployment.deliver(notificationOf(deployment, key));
  expect(await row()).toMatchObject({ status: 'closed', records: 3000, indexed: 3000 });
  expect((await pages()).reduce((sum, { count }) => sum + Number(count), 0)).toBe(3000);
});

test('a transaction that came about without its answer leaves one page, whatever the next try does', async () => {
  await deployment.put(key, logObject([record(), record()]));
  const { dynamodb } = createClients(deployment.aws.endpoints);
  dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        const result = await next(request);
        if (commandName !== 'TransactWriteItemsCommand') return result;
        throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
      },
    { step: 'initialize' },
  );
  const lost = await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ dynamodb }) });
  expect(lost.batchItemFailures).toHaveLength(1);
  expect((await deployment.deliver(notificationOf(deployment, key), { receives: 2 })).batchItemFailures).toEqual([]);
  expect(await pages()).toHaveLength(1);
  expect(await row()).toMatchObject({ status: 'closed', indexed: 2 });
});

test('a transaction that fails leaves neither a page nor a row that says that the object was read', async () => {
  await deployment.put(key, logObject([record()]));
  const dynamodb = failingDynamoDb(deployment.aws, (operation) => operation === 'TransactWriteItems');
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ dynamodb }) });
  expect(await pages()).toEqual([]);
  expect(await row()).toMatchObject({
    status: 'open',
    account: '111122223333',
    awsRegion: 'eu-west-1',
    accountRegionDay: expect.stringMatching(/^111122223333#eu-west-1#/),
    attempts: 1,
    lastError: expect.stringContaining('TransactWriteItems'),
  });
});

test('an object with more than a transaction takes is written in parts, in one call', async () => {
  const noise = () => randomBytes(120).toString('base64url').slice(0, 150);
  const many = Array.from({ length: 9000 }, (_, index) =>
    record({
      eventID: `e-${index}`,
      userAgent: noise().slice(0, 120),
      requestParameters: { bucketName: noise(), fileSystemId: `fs-${randomBytes(9).toString('hex')}` },
    }),
  );
  await deployment.put(key, logObject(many));
  let transactions = 0;
  const { dynamodb } = createClients(deployment.aws.endpoints);
  dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      (request) => {
        if (commandName === 'TransactWriteItemsCommand') transactions++;
        return next(request);
      },
    { step: 'initialize' },
  );
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ dynamodb }) });
  expect(transactions).toBeGreaterThan(1);
  expect(await row()).toMatchObject({ status: 'closed', records: 9000, indexed: 9000, attempts: 1 });
  expect((await deployment.indexed()).length).toBe(9000);
}, 60_000);

test('the pages of a deployment with several shards are found in all of them', async () => {
  const { ingest: variables } = deployment.aws.resources.variables;
  const environment = { ...variables, PAGE_SHARDS: '4' };

  const ingest = deployment.ingest({ environment: readIngestEnvironment(environment) });
  for (let object = 0; object < 12; object++) {
    const each = logObjectKey();
    await deployment.put(each, logObject([record()]));
    await deployment.deliver(notificationOf(deployment, each), { ingest });
  }
  expect(new Set((await pages()).map(({ partition }) => String(partition).split('#')[1])).size).toBeGreaterThan(1);
  expect(await deployment.indexed()).toHaveLength(12);
});
