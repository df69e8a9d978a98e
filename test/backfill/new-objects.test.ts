import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { isNewObject } from '../../lambda/backfill/batch/new-objects.ts';
import { packKeys } from '../../lambda/backfill/batch-line.ts';
import type { BackfillFunctions } from '../../local/states/local-executions.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';
import { BackfillBed, putAll, request } from './backfill-bed.ts';

const DENIED = '0b7f3f0e-7a55-4d0b-8d5a-0f6f2b9c1a01';

const RULES = [
  `
title: A call was denied
name: denied
id: ${DENIED}
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    errorCode: AccessDenied
  condition: selection
level: high
`,
  `
title: Many calls were denied
id: 5d1f2a10-0a57-4b55-9d0c-6f2f5e6e0c11
correlation:
  type: event_count
  rules: [denied]
  group-by: [trailwarden.actor.id]
  timespan: 10m
  condition: {gte: 3}
  generate: true
level: high
`,
];

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment(RULES);
});

afterEach(() => deployment.aws.stop());

/** As CloudTrail would name it now. */
function keyOfNow(): string {
  const minute = new Date().toISOString().slice(0, 16);
  const stamp = `${minute.replaceAll(/[-:]/g, '')}Z`;
  return logObjectKey({ day: minute.slice(0, 10).replaceAll('-', '/') }).replace(/\d{8}T\d{4}Z/, stamp);
}

describe('an object that ingest has not come to yet', () => {
  let bed: BackfillBed;
  let key: string;
  let days: { since: string; until: string };

  beforeEach(async () => {
    const { clients, resources } = deployment.aws;
    const eventTime = `${new Date().toISOString().slice(0, 19)}Z`;
    key = keyOfNow();
    const body = logObject([record({ eventID: 'e-1', eventTime, errorCode: 'AccessDenied' })]);
    await putAll(clients.s3, resources.buckets.logs, [{ key, body }]);
    days = { since: eventTime.slice(0, 10), until: new Date().toISOString().slice(0, 10) };
    bed = new BackfillBed(deployment);
  });

  afterEach(() => bed.stop());

  test('alerts once, as ingest finds it closed', async () => {
    await bed.run({ run: 'today', request: request(days) });
    expect(await bed.report('today')).toMatchObject({ objects: 1, closed: 1, findings: 1 });
    expect(await deployment.received()).not.toEqual([]);
    await deployment.deliver(notificationOf(deployment, key));
    expect(await deployment.received()).toEqual([]);
  });

  test('alerts once where rules only judge it, as ingest finds its findings known', async () => {
    await bed.run({ run: 'rules', request: request({ ...days, rules: [DENIED] }) });
    expect(await deployment.received()).not.toEqual([]);
    await deployment.deliver(notificationOf(deployment, key));
    expect(await deployment.received()).toEqual([]);
  });
});

describe('a correlation of events of the last hours', () => {
  const MANY = '5d1f2a10-0a57-4b55-9d0c-6f2f5e6e0c11';
  let bed: BackfillBed;
  let keys: { first: string; second: string };
  let days: { since: string; until: string };

  beforeEach(async () => {
    const { clients, resources } = deployment.aws;
    const eventTime = `${new Date().toISOString().slice(0, 19)}Z`;
    const denied = (...ids: readonly string[]) =>
      logObject(ids.map((eventID) => record({ eventID, eventTime, errorCode: 'AccessDenied' })));
    keys = { first: keyOfNow(), second: keyOfNow() };
    await putAll(clients.s3, resources.buckets.logs, [
      { key: keys.first, body: denied('e-1', 'e-2') },
      { key: keys.second, body: denied('e-3') },
    ]);
    days = { since: eventTime.slice(0, 10), until: new Date().toISOString().slice(0, 10) };
    bed = new BackfillBed(deployment);
  });

  afterEach(() => bed.stop());

  const firings = async () => (await deployment.rows('findings')).filter(({ ruleId }) => ruleId === MANY);
  /** Has ingest read an object before the backfill, or after it. */
  const ingest = (key: string) => deployment.deliver(notificationOf(deployment, key));

  test('counts those that ingest has read and those that a backfill reads for it, and alerts once', async () => {
    await ingest(keys.first);
    expect(await firings()).toEqual([]);
    await deployment.received();
    await bed.run({ run: 'today', request: request(days) });
    expect(await bed.report('today')).toMatchObject({ before: 1, closed: 1, left: 0 });
    expect(await firings()).toMatchObject([{ alertId: expect.any(String), correlation: { value: 3 } }]);
    const subjects = (await deployment.received()).flatMap(({ Subject }) => Subject ?? []);
    expect(subjects.some((subject) => subject.includes('Many calls were denied'))).toBe(true);
    await ingest(keys.second);
    expect(await firings()).toHaveLength(1);
  });

  test('is not lost where ingest comes after a backfill that has read only a part', async () => {
    await bed.batch({
      ...{ v: 1, run: 'part', batch: 'a'.repeat(20), request: request(days) },
      ...{ bucket: deployment.aws.resources.buckets.logs, day: days.since, keys: packKeys([keys.first]) },
    });
    expect(await firings()).toEqual([]);
    await ingest(keys.second);
    expect(await firings()).toHaveLength(1);
  });

  test('is left to ingest where rules only judge what ingest has not read', async () => {
    await bed.run({ run: 'rules', request: request({ ...days, rules: [MANY, DENIED] }) });
    expect(await bed.report('rules')).toMatchObject({ closed: 2, findings: 3, correlated: 0 });
    await ingest(keys.first);
    await ingest(keys.second);
    expect(await firings()).toMatchObject([{ alertId: expect.any(String) }]);
  });

  test('has rows for consoles, as those have that ingest reads, and the past has none', async () => {
    const { clients, resources } = deployment.aws;
    const body = logObject([record({ eventID: 'old', errorCode: 'AccessDenied', eventTime: '2026-11-20T14:05:00Z' })]);
    await putAll(clients.s3, resources.buckets.logs, [{ key: logObjectKey(), body }]);
    await bed.run({ run: 'rows', request: request({ ...days, since: '2026-11-20' }) });
    expect(await bed.report('rows')).toMatchObject({ closed: 3 });
    const rows = (await deployment.rows('events')).map(({ eventID }) => String(eventID));
    expect([...new Set(rows.filter((id) => /^(e-|old)/.test(id)))].toSorted()).toEqual(['e-1', 'e-2', 'e-3']);
  });
});

test('what ingest has read alerts nobody where rules only judge it again', async () => {
  const { clients, resources } = deployment.aws;
  const key = keyOfNow();
  const body = logObject([record({ eventID: 'e-1', errorCode: 'AccessDenied' })]);
  await putAll(clients.s3, resources.buckets.logs, [{ key, body }]);
  await deployment.deliver(notificationOf(deployment, key));
  await deployment.received();
  for (const { findingId } of await deployment.rows('findings')) {
    // As if the rule had not been there yet.
    await clients.dynamodb.send(
      new DeleteItemCommand({ TableName: resources.tables.findings, Key: { findingId: { S: String(findingId) } } }),
    );
  }
  const bed = new BackfillBed(deployment);
  const day = new Date().toISOString().slice(0, 10);
  await bed.run({ run: 'rules', request: request({ since: '2026-11-18', until: day, rules: [DENIED] }) });
  bed.stop();
  expect(await deployment.rows('findings')).toEqual([expect.not.objectContaining({ alertId: expect.anything() })]);
  expect(await deployment.received()).toEqual([]);
});

test('the name of a file says whether it is new', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  expect(isNewObject({ createdAt: '2026-11-20T12:05:00Z' }, now)).toBe(true);
  expect(isNewObject({ createdAt: '2026-11-20T11:55:00Z' }, now)).toBe(false);
});

test('a correlation sees all of an object whose beginning an earlier function has read', async () => {
  const { clients, resources } = deployment.aws;
  const day = '2026-11-20';
  const key = logObjectKey();
  const denied = new Set([0, 1, 399]);
  const records = Array.from({ length: 400 }, (_, index) =>
    record({
      eventID: `e-${String(index).padStart(3, '0')}`,
      eventTime: `${day}T14:00:00Z`,
      ...(denied.has(index) && { errorCode: 'AccessDenied' }),
    }),
  );
  await putAll(clients.s3, resources.buckets.logs, [{ key, body: logObject(records) }]);
  let functions: BackfillFunctions | undefined;
  const bed = new BackfillBed(deployment, {
    around: (made) => {
      functions = made;
      return made;
    },
  });
  try {
    const bucket = resources.buckets.logs;
    const line = { v: 1, run: 'halves', batch: 'a'.repeat(20), request: request(), bucket, day, keys: packKeys([key]) };
    // There is time to begin, and none after the first records.
    let asked = 0;
    const short = { getRemainingTimeInMillis: () => (asked++ === 0 ? 240_000 : 1_000) };
    await expect(functions?.batch(line, short)).rejects.toThrow('1 of 1 object ');
    expect(await deployment.rows('ledger')).toContainEqual(expect.objectContaining({ resumeAt: 200 }));
    await bed.batch(line);
    const findings = await deployment.rows('findings');
    expect(findings.map(({ title }) => title)).toContain('Many calls were denied');
    expect(await deployment.indexed()).toHaveLength(400);
  } finally {
    bed.stop();
  }
});
