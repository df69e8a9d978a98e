import { gunzipSync, gzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { ToldOutcome } from '../../lambda/ingest/ingest.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { seedQuarantined } from '../support/quarantined.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** What was rejected is read again from the quarantine, through the real handler. */

const RULE = `
title: A file system was deleted
id: 3f0f6a1e-3d8d-4e0b-9b57-2b6e1d6c5a01
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: DeleteFileSystem
  condition: selection
level: high
`;

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment([RULE]);
});

afterEach(() => deployment.aws.stop());

const deletion = () => record({ eventName: 'DeleteFileSystem' });

/** A notification of a copy, as S3 would write it. */
const ofCopy = (key: string, bucket = deployment.aws.resources.buckets.quarantine) => ({
  Records: [
    { eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key) } } },
  ],
});

async function seed(
  ...records: readonly (string | undefined)[]
): Promise<{ readonly copy: string; readonly key: string }> {
  const { clients, resources } = deployment.aws;
  const key = logObjectKey();
  const copy = await seedQuarantined({
    clients,
    ledgerTable: resources.tables.ledger,
    quarantineBucket: resources.buckets.quarantine,
    object: { bucket: resources.buckets.logs, key, version: 'v1' },
    records,
  });
  return { copy, key };
}

async function recover(copy: string, options: { bucket?: string; remainingMilliseconds?: () => number } = {}) {
  const told: ToldOutcome[] = [];
  const ingest = deployment.ingest({ onOutcome: (outcome) => told.push(outcome) });
  const { bucket, ...others } = options;
  const { batchItemFailures } = await deployment.deliver(ofCopy(copy, bucket), { ingest, ...others });
  expect(batchItemFailures).toEqual([]);
  return told.map((each) => ('outcome' in each ? each.outcome.status : each.error));
}

const ledgerRow = async (key: string) =>
  (await deployment.rows('ledger')).find(({ object }) => String(object).endsWith(key));
const events = () => deployment.indexed();

test('what can be read now is indexed, judged and alerted on, with the receipt that it had, and the ledger is corrected', async () => {
  const lost = deletion();
  const { copy, key } = await seed(JSON.stringify(record()), 'null', JSON.stringify(lost));
  expect(await recover(copy)).toEqual(['recovered']);
  expect(await ledgerRow(key)).toMatchObject({
    status: 'closed',
    records: 3,
    indexed: 2,
    rejected: 1,
    findings: 1,
    rejections: [{ index: 1, reason: 'not known then' }],
  });
  const row = (await events()).find(({ eventID }) => eventID === lost.eventID);
  const receipt = { bucket: deployment.aws.resources.buckets.logs, key, version: 'v1', index: 2 };
  expect(row).toMatchObject({ receipt });
  expect(await deployment.rows('findings')).toEqual([expect.objectContaining({ eventID: lost.eventID, receipt })]);
  expect((await deployment.received()).map(({ TopicArn }) => TopicArn.split('-').at(-1)).toSorted()).toEqual([
    'alerts',
    'high',
  ]);
});

test('doing it again, or twice at once, changes nothing', async () => {
  const { copy, key } = await seed(...Array.from({ length: 7 }, () => JSON.stringify(deletion())), 'null');
  await Promise.all([recover(copy), recover(copy)]);
  const once = [await ledgerRow(key), await events(), await deployment.rows('findings')];
  expect(once[0]).toMatchObject({ records: 8, indexed: 7, rejected: 1, findings: 7 });
  const alerts = await deployment.received();
  expect(await recover(copy)).toEqual(['recovered']);
  expect([await ledgerRow(key), (await events()).length, await deployment.rows('findings')]).toEqual([
    once[0],
    7,
    once[2],
  ]);
  expect(alerts.length).toBeGreaterThan(0);
  expect(await deployment.received()).toEqual([]);
});

test('a record that the index refused comes back from its copy, its findings counted once', async () => {
  const refused = deletion();
  const { clients, resources, endpoints } = deployment.aws;
  const dynamodb = new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  });
  dynamodb.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (request) => {
        const text = JSON.stringify(request.input);
        if (
          /^(BatchWriteItem|PutItem)/.test(commandName) &&
          text.includes('-events') &&
          text.includes(String(refused.eventID))
        )
          throw Object.assign(new Error('Item size has exceeded the maximum'), { name: 'ValidationException' });
        return next(request);
      },
    { step: 'initialize' },
  );
  const key = logObjectKey();
  await deployment.put(key, logObject([record(), refused]));
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ dynamodb }) });
  dynamodb.destroy();
  expect(await ledgerRow(key)).toMatchObject({ records: 2, indexed: 1, rejected: 1, findings: 1 });
  const [line] = (await deployment.quarantined()).map(({ body }) => JSON.parse(gunzipSync(body).toString()));
  expect(line).toMatchObject({ record: JSON.stringify(refused), judged: true });
  await clients.s3.send(new DeleteObjectCommand({ Bucket: resources.buckets.logs, Key: key }));
  const [copy] = await deployment.quarantined();
  expect(await recover(copy?.key ?? '')).toEqual(['recovered']);
  expect(await ledgerRow(key)).toMatchObject({ records: 2, indexed: 2, rejected: 0, findings: 1, rejections: [] });
  expect((await events()).map(({ eventID }) => eventID)).toContain(refused.eventID);
});

test('near its deadline it queues the copy again', async () => {
  const { copy, key } = await seed(JSON.stringify(deletion()));
  expect(await recover(copy, { remainingMilliseconds: () => 1 })).toEqual([]);
  expect(await ledgerRow(key)).toMatchObject({ indexed: 0, rejected: 1 });
});

test('a reading of the object itself decides: its copies of before are read no more', async () => {
  const { clients, resources } = deployment.aws;
  const reread = logObjectKey();
  await deployment.put(reread, logObject([null]));
  await deployment.deliver(notificationOf(deployment, reread));
  const stale = (await deployment.quarantined()).find(({ key: name }) => name.includes(reread))?.key ?? '';
  const { version } = (await ledgerRow(reread)) ?? {};
  await seedQuarantined({
    clients,
    ledgerTable: resources.tables.ledger,
    quarantineBucket: resources.buckets.quarantine,
    object: { bucket: resources.buckets.logs, key: reread, version: String(version) },
    records: [],
  });
  expect(await ledgerRow(reread)).not.toHaveProperty('quarantine');
  expect(await recover(stale)).toEqual(['refused']);
});

describe('nobody can have a record read that ingest has not quarantined', () => {
  test.each<[string, (body: Buffer) => Buffer]>([
    [
      'another record',
      () => gzipSync(`${JSON.stringify({ receipt: {}, reason: '', record: JSON.stringify(deletion()) })}\n`),
    ],
    ['one more line', (body) => gzipSync(`${gunzipSync(body)}${gunzipSync(body)}`)],
    ['no gzip data', () => Buffer.from('{}')],
    ['gzip data that is cut', (body) => body.subarray(0, 40)],
    ['a gzip bomb', () => gzipSync(Buffer.alloc(80 * 1024 * 1024))],
  ])('a copy that was replaced by %s is refused', async (_, forge) => {
    const { copy, key } = await seed('null');
    const [before] = await deployment.quarantined();
    const Body = forge(before?.body ?? Buffer.alloc(0));
    const Bucket = deployment.aws.resources.buckets.quarantine;
    await deployment.aws.clients.s3.send(new PutObjectCommand({ Bucket, Key: copy, Body }));
    expect(await recover(copy)).toEqual(['refused']);
    expect(await events()).toEqual([]);
    expect(await ledgerRow(key)).toMatchObject({ indexed: 0, rejected: 1 });
  });

  test('a copy that the ledger does not know, of an object that it knows or not, is refused', async () => {
    const { copy } = await seed('null');
    const body = gzipSync(`${JSON.stringify({ receipt: {}, reason: '', record: JSON.stringify(deletion()) })}\n`);
    const Bucket = deployment.aws.resources.buckets.quarantine;
    for (const Key of [copy.replace('/000000000.', '/000000001.'), copy.replace('/v1/', '/v2/')]) {
      await deployment.aws.clients.s3.send(new PutObjectCommand({ Bucket, Key, Body: body }));
      expect(await recover(Key)).toEqual(['refused']);
    }
    expect(await events()).toEqual([]);
  });
});
