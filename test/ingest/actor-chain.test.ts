import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

const TACTICS = { ListUsers: 'discovery', CreateUser: 'persistence', StopLogging: 'defense-impairment' };

const RULES = [
  ...Object.entries(TACTICS).map(
    ([name, tactic]) => `
title: Noticed ${name}
id: rule-${name}
tags: [attack.${tactic}]
level: low
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: ${name}}, condition: selection}
`,
  ),
  `
title: A call was denied
name: denied
logsource: {product: aws, service: cloudtrail}
detection: {selection: {errorCode: AccessDenied}, condition: selection}
---
title: Many calls were denied
id: many-denied
level: medium
tags: [attack.discovery]
correlation:
  type: event_count
  rules: [denied]
  group-by: [trailwarden.actor.id]
  timespan: 10m
  condition: {gte: 2}
---
title: Chain of findings
id: the-chain
level: high
correlation:
  type: chain
  group-by: [recipientAccountId, trailwarden.actor.id]
  timespan: 24h
  condition: {gte: 4, tactics: 3}
`,
];

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment(RULES);
});

afterEach(() => deployment.aws.stop());

const call = (eventName: string, minute: number, members = {}) =>
  record({ eventID: `${eventName}-${minute}`, eventName, eventTime: `2026-11-20T14:0${minute}:00Z`, ...members });

const denied = (minute: number) => call('GetObject', minute, { errorCode: 'AccessDenied' });

async function deliver(...records: ReturnType<typeof call>[]) {
  const key = logObjectKey();
  await deployment.put(key, logObject(records));
  const notification = notificationOf(deployment, key);
  await deployment.deliver(notification);
  return notification;
}

const chains = async () => (await deployment.rows('findings')).filter(({ ruleId }) => ruleId === 'the-chain');

test('four rules of one actor, in several objects and out of order, are one alert that tells the chain in order', async () => {
  await deliver(call('StopLogging', 6), denied(3));
  await deliver(call('CreateUser', 5), call('CreateUser', 4));
  await deliver(call('ListUsers', 1));
  expect(await chains()).toEqual([]);
  // A correlation that fires is the fourth: its last event is older than what came before.
  const last = await deliver(denied(2));
  expect(await chains()).toEqual([
    expect.objectContaining({
      level: 'high',
      correlation: expect.objectContaining({
        value: 4,
        steps: [
          expect.objectContaining({ title: 'Noticed ListUsers', time: '2026-11-20T14:01:00.000Z', outcome: 'success' }),
          expect.objectContaining({ title: 'Many calls were denied', eventID: 'GetObject-3', outcome: 'denied' }),
          expect.objectContaining({ title: 'Noticed CreateUser', eventID: 'CreateUser-4' }),
          expect.objectContaining({ title: 'Noticed StopLogging', action: 'ec2:StopLogging' }),
        ],
      }),
    }),
  ]);
  const texts = (await deployment.received()).map((message) => JSON.stringify(message));
  const told = texts.filter((text) => text.includes('The chain, in order'));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(
    /1\. .*Noticed ListUsers.*2\. .*Many calls were denied.*GetObject \(denied\).*3\. .*CreateUser.*4\. /,
  );
  await deployment.deliver(last);
  expect(await chains()).toHaveLength(1);
  expect(await deployment.received()).toEqual([]);
});

test('objects that are read at the same time are one chain', async () => {
  await Promise.all([
    deliver(call('ListUsers', 1), call('CreateUser', 2)),
    deliver(call('StopLogging', 3)),
    deliver(denied(4), denied(5)),
  ]);
  expect(await chains()).toHaveLength(1);
});
