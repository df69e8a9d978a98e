import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Suppression } from '../../../lambda/alerts/noise/suppression.ts';
import type { Caller } from '../../../lambda/store/suppressions/suppression-event.ts';
import { SuppressionTable } from '../../../lambda/store/suppressions/suppression-table.ts';
import { type Deployment, notificationOf, startDeployment } from '../../support/deployment.ts';
import { ACCOUNT, assumedRole, logObject, logObjectKey, record } from '../../support/records.ts';

const RULE = '9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11';
const STOP_LOGGING = `
title: Logging was stopped
id: ${RULE}
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: StopLogging
  condition: selection
level: critical
`;
const DEPLOY = `arn:aws:iam::${ACCOUNT}:role/Deploy`;
const CALLER: Caller = {
  userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/alice`, accountId: ACCOUNT },
  account: ACCOUNT,
  region: 'us-east-1',
};
const START = Date.parse('2026-11-21T10:00:00Z');
const minutes = (count: number) => () => new Date(START + count * 60_000);

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment([STOP_LOGGING]);
});

afterEach(() => deployment.aws.stop());

const stopLogging = (role: string, members = {}) =>
  record({ eventName: 'StopLogging', userIdentity: assumedRole(role, 'session'), readOnly: false, ...members });

const suppressions = (now: () => Date = minutes(0)) =>
  new SuppressionTable(
    DynamoDBDocumentClient.from(deployment.aws.clients.dynamodb),
    deployment.aws.resources.tables,
    now,
  );

const suppress = (members: Partial<Suppression> = {}) =>
  suppressions().create({ ruleId: RULE, until: minutes(60)().toISOString(), reason: 'a test', ...members }, CALLER);

async function deliver(records: readonly unknown[], now = minutes(1)) {
  const key = logObjectKey();
  await deployment.put(key, logObject(records));
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ now }) });
}

const findings = async () =>
  (await deployment.rows('findings')).map(({ actor, suppressedBy, alertId }) => ({ actor, suppressedBy, alertId }));

test('a suppressed finding is recorded with what suppressed it, makes no alert and tells nobody', async () => {
  const { suppressionId } = await suppress();
  await deliver([stopLogging('Deploy')]);
  expect(await findings()).toEqual([{ actor: DEPLOY, suppressedBy: suppressionId }]);
  expect(await deployment.rows('alerts')).toEqual([]);
  expect(await deployment.received()).toEqual([]);
});

test.each<[string, Partial<Suppression>]>([
  ['rule', { ruleId: 'another' }],
  ['actor', { actor: `arn:aws:iam::${ACCOUNT}:role/Other` }],
  ['account', { account: '444455556666' }],
])('one of another %s suppresses nothing', async (_, members) => {
  await suppress(members);
  await deliver([stopLogging('Deploy')]);
  expect(await deployment.received()).toHaveLength(2);
});

test('one of the actor and account suppresses theirs alone', async () => {
  await suppress({ actor: DEPLOY, account: ACCOUNT });
  await deliver([stopLogging('Deploy'), stopLogging('Admin')]);
  expect((await findings()).filter(({ suppressedBy }) => suppressedBy === undefined)).toHaveLength(1);
  expect(await deployment.received()).toHaveLength(2);
});

test('it stops by itself when its time is over, and no copy of what it suppressed pages anybody then', async () => {
  await suppress();
  const suppressed = stopLogging('Deploy');
  await deliver([suppressed]);
  await deliver([suppressed], minutes(61));
  expect(await deployment.received()).toEqual([]);
  await deliver([suppressed, stopLogging('Deploy')], minutes(61));
  expect(await deployment.received()).toHaveLength(2);
});

test('it stops when it is ended', async () => {
  const suppression = await suppress();
  expect(await suppressions(minutes(5)).end(suppression, CALLER)).toBe(true);
  await deliver([stopLogging('Deploy')], minutes(6));
  expect(await deployment.received()).toHaveLength(2);
});

test('one that is made while a function runs is noticed within half a minute', async () => {
  let time = START;
  const ingest = deployment.ingest({ now: () => new Date(time) });
  const deliverNow = async () => {
    const key = logObjectKey();
    await deployment.put(key, logObject([stopLogging(`Role${time}`)]));
    await deployment.deliver(notificationOf(deployment, key), { ingest });
    return (await deployment.received()).length;
  };
  expect(await deliverNow()).toBe(2);
  await suppress();
  time += 31_000;
  expect(await deliverNow()).toBe(0);
});

test('a finding that was told of stays told of, though a copy comes under a suppression', async () => {
  const event = stopLogging('Deploy');
  await deliver([event], minutes(-10));
  await deployment.received();
  await suppress();
  await deliver([event]);
  expect((await findings())[0]).toMatchObject({ alertId: expect.any(String) });
  expect((await findings())[0]?.suppressedBy).toBeUndefined();
});

test('two functions that read the same event under a suppression record it once and tell nobody', async () => {
  await suppress();
  const event = stopLogging('Deploy');
  await Promise.all([deliver([event]), deliver([event]), deliver([event, event])]);
  expect(await findings()).toHaveLength(1);
  expect(await deployment.received()).toEqual([]);
});
