import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createAlerting } from '../../lambda/runtime/alerting.ts';
import { readSweepEnvironment } from '../../lambda/runtime/environment.ts';
import { sendPendingAlerts } from '../../lambda/sweep/pending-alerts.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record, root } from '../support/records.ts';

const ROOT_USE = `
title: Root was used
id: 9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    userIdentity.type: Root
  condition: selection
level: critical
`;

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment([ROOT_USE]);
});

afterEach(() => deployment.aws.stop());

const later = () => new Date(Date.now() + 10 * 60_000);

/** Nobody answers there: every publication fails. */
const unreachable = () =>
  new SNSClient({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });

async function leaveAnAlertPending() {
  const key = logObjectKey();
  await deployment.put(key, logObject([record({ userIdentity: root() })]));
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ sns: unreachable() }) });
}

test('an alert that stayed pending is published once its lease has run out, under the same id', async () => {
  await leaveAnAlertPending();
  const [before] = await deployment.rows('alerts');
  expect(before).toMatchObject({ state: 'pending' });
  expect(await deployment.sweep()()).toMatchObject({ published: 0, pending: 1 });
  expect(await deployment.sweep({ now: later })()).toEqual({ published: 1, failed: 0, pending: 0 });
  const received = await deployment.received();
  expect(received).toHaveLength(2);
  expect(JSON.stringify(received)).toContain(String(before?.alertId));
  const [after] = await deployment.rows('alerts');
  expect(after).toMatchObject({ alertId: before?.alertId, sentAt: expect.any(String) });
  expect(after).toMatchObject({ state: 'open' });
  expect(after).not.toHaveProperty('publication');
});

test('two sweeps at once publish an alert once', async () => {
  await leaveAnAlertPending();
  const outcomes = await Promise.all([deployment.sweep({ now: later })(), deployment.sweep({ now: later })()]);
  expect(outcomes.reduce((sum, { published }) => sum + published, 0)).toBe(1);
  expect(await deployment.received()).toHaveLength(2);
});

test('an alert that fails again stays pending, and the next sweep tries it again', async () => {
  await leaveAnAlertPending();
  expect(await deployment.sweep({ now: later, sns: unreachable() })()).toEqual({ published: 0, failed: 1, pending: 1 });
  const muchLater = () => new Date(Date.now() + 20 * 60_000);
  expect(await deployment.sweep({ now: muchLater })()).toMatchObject({ published: 1, pending: 0 });
});

test('with nothing left behind there is nothing to do', async () => {
  expect(await deployment.sweep({ now: later })()).toEqual({ published: 0, failed: 0, pending: 0 });
});

test('what a run has no time for is left to the next one, untouched', async () => {
  await leaveAnAlertPending();
  const before = await deployment.rows('alerts');
  const documents = DynamoDBDocumentClient.from(deployment.aws.clients.dynamodb);
  const alerting = createAlerting(
    readSweepEnvironment(deployment.aws.resources.variables.sweep),
    {
      documents,
      sns: deployment.aws.clients.sns,
      sqs: deployment.aws.clients.sqs,
      logger: new Logger({ logLevel: 'SILENT' }),
      metrics: new Metrics({ namespace: 'Test', serviceName: 'test' }),
    },
    later,
  );
  const untouched = () => {
    throw new Error('Nothing is to be done.');
  };
  const outcome = await sendPendingAlerts({
    ...alerting,
    now: later,
    mustStop: () => true,
    sumUp: async () => untouched(),
    onFailure: untouched,
    onUnreadable: untouched,
  });
  expect(outcome).toEqual({ sent: 0, failed: 0 });
  expect(await deployment.rows('alerts')).toEqual(before);
  expect(await deployment.sweep({ now: later })()).toMatchObject({ published: 1 });
});
