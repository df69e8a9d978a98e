import { gunzipSync, gzipSync } from 'node:zlib';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { fieldsOf } from '../../lambda/cloudtrail/derived-fields.ts';
import type { IngestWiring } from '../../lambda/ingest/wiring.ts';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { failingDynamoDb } from '../support/failing-dynamodb.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** One record whose processing throws never stops the others of its object. */

jest.mock('../../lambda/cloudtrail/derived-fields.ts', () => {
  const actual = jest.requireActual('../../lambda/cloudtrail/derived-fields.ts');
  return { ...actual, fieldsOf: jest.fn(actual.fieldsOf) };
});

const RULE = `
title: Something was tagged
id: 5d0a64b1-7a3a-4c6f-9d20-1b6c8a6b0c13
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: TagResource
    trailwarden.outcome: success
  condition: selection
fields: [requestParameters.tag]
level: high
`;

/** Counts metrics by their names, and publishes none. */
class CountedMetrics extends Metrics {
  readonly counts: Record<string, number> = {};

  override addMetric(name: string, _unit: unknown, value: number): this {
    this.counts[name] = (this.counts[name] ?? 0) + value;
    return this;
  }

  override publishStoredMetrics(): this {
    return this;
  }
}

let deployment: Deployment;
let metrics: CountedMetrics;

beforeEach(async () => {
  deployment = await startDeployment([RULE]);
  metrics = new CountedMetrics({ namespace: 'Test', serviceName: 'test' });
});

afterEach(() => deployment.aws.stop());

async function deliver(
  records: readonly unknown[],
  overrides: Partial<IngestWiring> = {},
): Promise<Record<string, unknown> | undefined> {
  const key = logObjectKey();
  await deployment.put(key, logObject(records));
  const { batchItemFailures } = await deployment.deliver(notificationOf(deployment, key), {
    ingest: deployment.ingest({ metrics, ...overrides }),
  });
  expect(batchItemFailures).toEqual([]);
  return (await deployment.rows('ledger')).find(({ object }) => String(object).endsWith(key));
}

test('a record whose processing throws goes to quarantine with its reason, the others are indexed, and a metric counts it', async () => {
  const { fieldsOf: actual } = jest.requireActual<{ fieldsOf: typeof fieldsOf }>(
    '../../lambda/cloudtrail/derived-fields.ts',
  );
  jest.mocked(fieldsOf).mockImplementation((members, event) => {
    if (members.eventID === 'bad') throw new RangeError('Maximum call stack size exceeded');
    return actual(members, event);
  });
  const list = Array.from({ length: 200_000 }, (_, index) => index);
  const bad = record({ eventID: 'bad', eventName: 'TagResource', requestParameters: { list } });
  const row = await deliver([record({ eventID: 'a' }), bad, record({ eventID: 'b', eventName: 'TagResource' })]);
  expect(row).toMatchObject({
    status: 'closed',
    records: 3,
    indexed: 2,
    rejected: 1,
    findings: 1,
    rejections: [{ index: 1, reason: 'processing it failed: RangeError: Maximum call stack size exceeded' }],
  });
  const [copy] = await deployment.quarantined();
  expect(JSON.parse(gunzipSync(copy?.body ?? '').toString())).toMatchObject({
    receipt: { index: 1 },
    record: JSON.stringify(bad),
  });
  expect(metrics.counts).toMatchObject({
    [METRICS.RecordsFailed.name]: 1,
    [METRICS.RecordsRejected.name]: 1,
    [METRICS.RecordsIndexed.name]: 2,
  });
});

test('so does a record whose finding DynamoDB refuses, and its findings are counted once when it is read again', async () => {
  const tagged = (eventID: string) => record({ eventID, eventName: 'TagResource' });
  const dynamodb = failingDynamoDb(
    deployment.aws,
    (operation, input) =>
      ['BatchExecuteStatement', 'PutItem'].includes(operation) &&
      /findingId/.test(input) &&
      input.includes('"refused"'),
    'ValidationException',
  );
  const row = await deliver([tagged('a'), tagged('refused'), tagged('b')], { dynamodb });
  expect(row).toMatchObject({ status: 'closed', records: 3, indexed: 2, rejected: 1, findings: 3 });
  expect((await deployment.indexed()).map(({ eventID }) => eventID)).toEqual(['a', 'b']);
  const copies = await deployment.quarantined();
  expect(copies).toHaveLength(1);
  await deployment.deliver({ s3Bucket: deployment.aws.resources.buckets.quarantine, s3ObjectKey: [copies[0]?.key] });
  const [again] = (await deployment.rows('ledger')).filter(({ status }) => status !== undefined);
  expect(again).toMatchObject({ records: 3, indexed: 3, rejected: 0, findings: 3 });
  expect((await deployment.indexed()).map(({ eventID }) => eventID)).toEqual(['a', 'b', 'refused']);
  expect(await deployment.rows('findings')).toHaveLength(3);
});

test('a matched value that is nested 10,000 levels deep stops nothing', async () => {
  const deep = JSON.stringify(record({ eventName: 'TagResource', requestParameters: { tag: 'DEEP' } }));
  const text = deep.replace('"DEEP"', `${'['.repeat(10_000)}${']'.repeat(10_000)}`);
  const key = logObjectKey();
  await deployment.put(key, gzipSync(`{"Records":[${text},${JSON.stringify(record())}]}`));
  expect((await deployment.deliver(notificationOf(deployment, key))).batchItemFailures).toEqual([]);
  expect((await deployment.rows('ledger')).find(({ object }) => String(object).endsWith(key))).toMatchObject({
    status: 'closed',
    indexed: 2,
    findings: 1,
  });
});

test('a record of 211 KB that matches is indexed, and its finding is cut to size', async () => {
  const requestParameters = { tag: 'x'.repeat(211_000), more: 'y'.repeat(211_000) };
  const row = await deliver([record({ eventName: 'TagResource', requestParameters }), record()]);
  expect(row).toMatchObject({ status: 'closed', indexed: 2, rejected: 0, findings: 1 });
  const [finding] = await deployment.rows('findings');
  expect(JSON.stringify(finding).length).toBeLessThan(110_000);
  expect(finding?.cut).toBe(true);
});

test('a key that is none of CloudTrail’s is counted', async () => {
  await deployment.deliver(notificationOf(deployment, 'reports/november.csv'), {
    ingest: deployment.ingest({ metrics }),
  });
  expect(metrics.counts).toEqual({ KeysUnknown: 1 });
});

test('the delay of ingest is measured with the function’s own clock', async () => {
  const key = logObjectKey();
  await deployment.put(key, logObject([record()]));
  const now = () => new Date('2026-11-20T14:15:00Z');
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ metrics, now }) });
  expect(metrics.counts.IngestDelaySeconds).toBe(600);
});

const MANY_TAGS = `
title: Many things were tagged
id: 0e6a4f9d-52f7-4b0b-8a51-6d3f0c1b7e22
correlation:
  type: event_count
  rules: [5d0a64b1-7a3a-4c6f-9d20-1b6c8a6b0c13]
  group-by: [recipientAccountId]
  timespan: 10m
  condition: {gte: 3}
level: high
`;

test('where the events of a group can not be added together, each is added alone, and only what fails is refused', async () => {
  await deployment.aws.stop();
  deployment = await startDeployment([RULE, MANY_TAGS]);
  const tagged = (eventID: string) => record({ eventID, eventName: 'TagResource' });
  const dynamodb = failingDynamoDb(
    deployment.aws,
    (operation, input) => operation === 'PutItem' && /"member":"member#[^"]*#([0-9a-f]{64}|refused[^"]*)"/.test(input),
    'ValidationException',
  );
  const row = await deliver(['a', 'refused', 'b', 'c'].map(tagged), { dynamodb });
  expect(row).toMatchObject({ status: 'closed', records: 4, indexed: 3, rejected: 1 });
  const firings = (await deployment.rows('findings')).filter(({ correlation }) => correlation !== undefined);
  expect(firings).toEqual([
    expect.objectContaining({ correlation: expect.objectContaining({ eventIDs: ['a', 'b', 'c'] }) }),
  ]);
});
