import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

const BURST = [
  `
title: A call was denied
name: denied
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    errorCode: AccessDenied
  condition: selection
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
level: high
`,
];

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment(BURST);
});

afterEach(() => deployment.aws.stop());

const denied = (minute: number) =>
  record({ eventID: `d-${minute}`, eventTime: `2026-11-20T14:0${minute}:00Z`, errorCode: 'AccessDenied' });

async function deliver(...minutes: readonly number[]) {
  const key = logObjectKey();
  await deployment.put(key, logObject(minutes.map(denied)));
  return deployment.deliver(notificationOf(deployment, key));
}

test('events of several objects that come out of order fire once, and the finding tells of the last', async () => {
  await deliver(5);
  await deliver(1);
  expect(await deployment.rows('findings')).toEqual([]);
  await deliver(3);
  await deliver(5, 4);
  expect(await deployment.rows('findings')).toEqual([
    expect.objectContaining({
      ruleId: '5d1f2a10-0a57-4b55-9d0c-6f2f5e6e0c11',
      eventID: 'd-5',
      actor: 'arn:aws:iam::111122223333:user/alice',
      correlation: expect.objectContaining({ value: 3, eventIDs: ['d-1', 'd-3', 'd-5'] }),
    }),
  ]);
  expect(await deployment.received()).toHaveLength(2);
});

test('objects that are read at the same time fire once', async () => {
  await Promise.all([deliver(1), deliver(2), deliver(3)]);
  expect(await deployment.rows('findings')).toHaveLength(1);
  expect(await deployment.rows('alerts')).toHaveLength(1);
});

test('the rule below a correlation makes no finding of its own', async () => {
  await deliver(1, 2);
  expect(await deployment.rows('findings')).toEqual([]);
});
