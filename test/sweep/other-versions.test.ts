import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { failingDynamoDb } from '../support/failing-dynamodb.ts';
import { assumedRole, logObject, logObjectKey, record } from '../support/records.ts';

const RULE_ID = '9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11';
const STOP_LOGGING = `
title: Logging was stopped
id: ${RULE_ID}
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: StopLogging
  condition: selection
level: high
`;

const START = Date.parse('2026-11-21T10:00:00Z');
const minutes = (count: number) => new Date(START + count * 60_000);

let deployment: Deployment;
let documents: DynamoDBDocumentClient;
let metrics: CountedMetrics;

beforeEach(async () => {
  deployment = await startDeployment([STOP_LOGGING]);
  documents = DynamoDBDocumentClient.from(deployment.aws.clients.dynamodb);
  metrics = new CountedMetrics();
});

afterEach(() => deployment.aws.stop());

const sweepAt = (minute: number, overrides = {}) =>
  deployment.sweep({ now: () => minutes(minute), metrics, ...overrides });

/** A pending row as version 1 wrote it: one message a topic, and no channels. */
const firstVersion = (alertId: string, members: Record<string, unknown> = {}) => ({
  alertId,
  kind: 'alert',
  ruleId: RULE_ID,
  level: 'high',
  account: '111122223333',
  actor: 'somebody',
  windowStart: '2026-11-21T09:45:00Z',
  windowEnd: '2026-11-21T10:00:00Z',
  openedBy: 'f-1',
  createdAt: minutes(-10).toISOString(),
  state: 'pending',
  dueAt: minutes(-1).toISOString(),
  publication: {
    level: 'high',
    subject: `Subject of ${alertId}`,
    text: 'text',
    json: '{"kind":"alert"}',
    attributes: { kind: 'alert', ruleId: RULE_ID, level: 'high', account: '', region: '', action: '', actorKind: '' },
  },
  ...members,
});

const put = (table: 'alerts' | 'ledger' | 'suppressions', Item: Record<string, unknown>) =>
  documents.send(new PutCommand({ TableName: deployment.aws.resources.tables[table], Item }));

const rowOf = async (alertId: string) => (await deployment.rows('alerts')).find((row) => row.alertId === alertId);

const topics = async () => (await deployment.received()).map(({ TopicArn }) => TopicArn.split('-').at(-1)).sort();

describe('a row of an alert that version 1 wrote', () => {
  test('and left pending is sent through every topic', async () => {
    await put('alerts', firstVersion('old'));
    expect(await sweepAt(0)()).toEqual({ published: 1, failed: 0, pending: 0 });
    expect(await topics()).toEqual(['alerts', 'high']);
    expect(await rowOf('old')).toMatchObject({ state: 'open', channels: { people: { state: 'sent' } } });
  });

  test('and left open is closed when its window is over', async () => {
    const { publication, ...row } = firstVersion('old', { state: 'open', sentAt: minutes(-10).toISOString() });
    await put('alerts', row);
    await sweepAt(0)();
    expect(await rowOf('old')).toMatchObject({ closedAt: expect.any(String), findings: 0 });
    expect(await rowOf('old')).not.toHaveProperty('state');
  });
});

describe('a row of an alert that cannot be read', () => {
  const unreadable = () => firstVersion('newer', { rowVersion: 9, kind: 'digest', dueAt: minutes(-5).toISOString() });

  test.each(['pending', 'open'])(
    'and is %s is set aside, and those behind it are done in the same run',
    async (state) => {
      await put('alerts', { ...unreadable(), state });
      await put('alerts', firstVersion('old', { state }));
      await sweepAt(0)();
      expect(await rowOf('newer')).toMatchObject({
        state: 'set-aside',
        setAside: { from: state, reason: expect.stringContaining('kind') },
        publication: expect.anything(),
      });
      expect(await rowOf('old')).toMatchObject(state === 'pending' ? { state: 'open' } : { findings: 0 });
      // Once as it was met, once as it is set aside.
      expect(metrics.added.get(METRICS.RowsUnreadable.name)).toEqual([1, 1]);
    },
  );

  test('is taken back by the version that can read it, and sent', async () => {
    await put('alerts', unreadable());
    await sweepAt(0)();
    // What the newer version can read, made readable for this one.
    await documents.send(
      new UpdateCommand({
        TableName: deployment.aws.resources.tables.alerts,
        Key: { alertId: 'newer' },
        UpdateExpression: 'SET kind = :alert',
        ExpressionAttributeValues: { ':alert': 'alert' },
      }),
    );
    expect(await sweepAt(1)()).toMatchObject({ published: 1 });
    expect(metrics.last(METRICS.RowsUnreadable.name)).toBe(0);
    expect(await topics()).toEqual(['alerts', 'high']);
  });

  test('keeps a storm from no second message: the alert counts by its rule', async () => {
    const storm = firstVersion('storm', { kind: 'storm', state: 'open', limit: 3, sentAt: minutes(-10).toISOString() });
    await put('alerts', storm);
    for (const [alertId, kind] of Object.entries({ a: 'alert', b: 'digest' })) {
      const { state, dueAt, ...row } = firstVersion(alertId, { kind, collapsedInto: 'storm' });
      await put('alerts', row);
    }
    await sweepAt(0)();
    const messages = await deployment.received();
    const json = messages.find(({ TopicArn }) => TopicArn.endsWith('-alerts'));
    expect(JSON.parse(json?.Message ?? '{}')).toMatchObject({ kind: 'storm', collapsed: { alerts: 2 } });
  });
});

test('an alert whose last finding cannot be read is set aside, and not tried again each lease', async () => {
  const key = logObjectKey();
  const event = { eventName: 'StopLogging', userIdentity: assumedRole('Admin', 'session') };
  await deployment.put(key, logObject([record(event), record(event)]));
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ now: () => minutes(0) }) });
  for (const { findingId } of await deployment.rows('findings')) {
    await documents.send(
      new UpdateCommand({
        TableName: deployment.aws.resources.tables.findings,
        Key: { findingId },
        UpdateExpression: 'SET title = :number',
        ExpressionAttributeValues: { ':number': 1 },
      }),
    );
  }
  await sweepAt(60)();
  const [row] = await deployment.rows('alerts');
  expect(row).toMatchObject({ state: 'set-aside', setAside: { from: 'open' } });
  expect(metrics.added.get(METRICS.SummariesFailed.name)).toEqual([1]);
});

describe('the row of a digest chain', () => {
  const chain = (name: string, members: Record<string, unknown> = {}) => ({
    object: 'digest-chains',
    version: `logs|${name}`,
    bucket: 'logs',
    account: '111122223333',
    awsRegion: 'eu-central-1',
    trail: name,
    lastKey: `AWSLogs/111122223333/CloudTrail-Digest/eu-central-1/2026/11/21/111122223333_CloudTrail-Digest_eu-central-1_${name}_eu-central-1_20261121T080000Z.json.gz`,
    lastEnd: '2026-11-21T08:00:00Z',
    reports: 0,
    state: 'awaiting-digest',
    dueAt: minutes(-5).toISOString(),
    ...members,
  });
  const chainRow = async (name: string) =>
    (await deployment.rows('ledger')).find(({ version }) => version === `logs|${name}`);

  test('that cannot be read is set aside, and the others are reported in the same run', async () => {
    await put('ledger', chain('newer', { lastEnd: 5, dueAt: minutes(-9).toISOString() }));
    await put('ledger', chain('old'));
    await sweepAt(0)();
    expect(await chainRow('newer')).toMatchObject({
      state: 'chain-set-aside',
      setAside: expect.stringContaining('lastEnd'),
    });
    expect(await chainRow('old')).toMatchObject({ reports: 1 });
    expect(metrics.last(METRICS.RowsUnreadable.name)).toBe(1);
    await put('ledger', chain('newer', { state: 'chain-set-aside' }));
    await sweepAt(1)();
    expect(await chainRow('newer')).toMatchObject({ state: 'awaiting-digest', reports: 1 });
  });

  test('whose report fails stays due, the others are reported, and the run is counted as failed', async () => {
    await put('ledger', chain('broken', { dueAt: minutes(-9).toISOString() }));
    await put('ledger', chain('whole'));
    const dynamodb = failingDynamoDb(
      deployment.aws,
      (operation, input) => operation === 'PutItem' && input.includes('findingId') && input.includes('_broken_'),
    );
    await expect(sweepAt(0, { dynamodb })()).rejects.toThrow('Not done in this run: 1 of DigestsOverdue');
    expect(await chainRow('broken')).toMatchObject({ reports: 0, state: 'awaiting-digest' });
    expect(await chainRow('whole')).toMatchObject({ reports: 1 });
  });
});

test('a suppression of a newer version suppresses nothing here, a metric says so, and its object is read', async () => {
  const suppression = {
    suppressionId: 'sup-1',
    ruleId: RULE_ID,
    until: minutes(60).toISOString(),
    reason: 'it names a resource that this version knows nothing of',
    createdBy: 'somebody',
    createdAt: minutes(0).toISOString(),
    state: 'active',
    rowVersion: 2,
  };
  await put('suppressions', suppression);
  const key = logObjectKey();
  await deployment.put(key, logObject([record({ eventName: 'StopLogging' })]));
  const ingest = deployment.ingest({ now: () => minutes(1), metrics });
  expect(await deployment.deliver(notificationOf(deployment, key), { ingest })).toEqual({ batchItemFailures: [] });
  expect(await topics()).toEqual(['alerts', 'high']);
  expect(metrics.added.get(METRICS.RowsUnreadable.name)).toEqual([1]);
});

test('where asking for pending alerts fails, the other chores are done all the same', async () => {
  await put('alerts', firstVersion('open', { state: 'open', sentAt: minutes(-10).toISOString() }));
  const dynamodb = failingDynamoDb(
    deployment.aws,
    (operation, input) => operation === 'Query' && input.includes('by-state') && input.includes('"pending"'),
  );
  await expect(sweepAt(0, { dynamodb })()).rejects.toThrow('pending alerts');
  expect(await rowOf('open')).toMatchObject({ closedAt: expect.any(String) });
  expect(metrics.added.has(METRICS.AlertsPending.name)).toBe(false);
});
