import { createClients } from '../../local/deployment/local-clients.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { assumedRole, iamUser, logObject, logObjectKey, record } from '../support/records.ts';

const RULES = [
  `
title: A write to IAM
name: iam_write
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventSource: iam.amazonaws.com}
  condition: selection
`,
  `
title: First write to IAM of its kind by an actor
id: 5d1f2a10-0a57-4b55-9d0c-6f2f5e6e0c12
correlation:
  type: first_seen
  rules: [iam_write]
  group-by: [recipientAccountId, trailwarden.actor.id]
  fields: [trailwarden.action]
  timespan: 14d
  learning: 2d
level: high
`,
];

let deployment: Deployment;
let now: Date;

beforeEach(async () => {
  deployment = await startDeployment(RULES);
  now = new Date('2026-11-20T14:30:00Z');
});
afterEach(() => deployment.aws.stop());

const write = (day: number, eventName = 'CreateUser', members: object = {}) =>
  record({
    eventID: `${day}-${eventName}`,
    eventSource: 'iam.amazonaws.com',
    eventName,
    eventTime: `2026-11-${day}T14:00:00Z`,
    ...members,
  });

async function deliver(records: readonly object[], onlyTeaches = false) {
  const key = logObjectKey();
  await deployment.put(key, logObject(records));
  return deployment.deliver(notificationOf(deployment, key), {
    ingest: deployment.ingest({ now: () => now, onlyTeaches }),
  });
}

const found = async () => (await deployment.rows('findings')).map(({ eventID, actor }) => `${eventID} ${actor}`).sort();

test('after its learning, a first call of a known and of a new actor alerts, as any finding', async () => {
  await deployment.sweep({ now: () => now })();
  await deliver([write(20), write(20, 'DeleteUser')]);
  now = new Date('2026-11-22T14:30:00Z');
  await deliver([
    write(22),
    write(22, 'AttachUserPolicy'),
    write(22, 'CreateUser', { eventID: 'bob', userIdentity: iamUser('bob') }),
  ]);
  expect(await found()).toEqual([
    '22-AttachUserPolicy arn:aws:iam::111122223333:user/alice',
    'bob arn:aws:iam::111122223333:user/bob',
  ]);
  const [finding] = (await deployment.rows('findings')).filter(({ eventID }) => eventID === 'bob');
  expect(finding).toMatchObject({
    level: 'high',
    matched: [
      { field: 'recipientAccountId', value: '111122223333' },
      { field: 'trailwarden.actor.id', value: 'arn:aws:iam::111122223333:user/bob' },
      { field: 'trailwarden.action', value: 'iam:CreateUser' },
    ],
    correlation: { eventIDs: ['bob'], value: 1, atLeast: false },
  });
  expect(await deployment.rows('alerts')).toHaveLength(2);
  expect((await deployment.received()).length).toBeGreaterThan(0);
});

test('an object that is delivered again makes no other finding, and no other alert', async () => {
  await deliver([write(20)]);
  now = new Date('2026-11-22T14:30:00Z');
  await deliver([write(22, 'AttachUserPolicy')]);
  await deliver([write(22, 'AttachUserPolicy')]);
  await deliver([write(22, 'AttachUserPolicy', { eventID: 'another' })]);
  expect(await found()).toEqual(['22-AttachUserPolicy arn:aws:iam::111122223333:user/alice']);
  expect(await deployment.rows('alerts')).toHaveLength(1);
});

test('sweep notes the rule before its first event comes, so that a rare one is learnt for no longer', async () => {
  await deployment.sweep({ now: () => now })();
  await deliver([record({ eventTime: '2026-11-20T14:00:00Z' })]);
  now = new Date('2026-11-25T14:30:00Z');
  await deliver([write(25)]);
  expect(await found()).toEqual(['25-CreateUser arn:aws:iam::111122223333:user/alice']);
});

test('a history only teaches, whenever it is fetched', async () => {
  await deployment.sweep({ now: () => now })();
  now = new Date('2026-11-25T14:30:00Z');
  await deliver([write(24)], true);
  expect(await found()).toEqual([]);
  await deliver([write(25), write(25, 'DeleteUser')]);
  // The account's first day is the one on which its history came: it is still learning.
  expect(await found()).toEqual([]);
  now = new Date('2026-11-27T14:30:00Z');
  await deliver([write(27), write(27, 'CreateAccessKey')]);
  expect(await found()).toEqual(['27-CreateAccessKey arn:aws:iam::111122223333:user/alice']);
});

test('an object without a candidate makes the calls that it makes without such a rule, and no other', async () => {
  const plain = await startDeployment([]);
  try {
    const callsOf = async (bed: Deployment) => {
      const calls: string[] = [];
      const { dynamodb, destroy } = createClients(bed.aws.endpoints);
      dynamodb.middlewareStack.add(
        (next, { commandName = '' }) =>
          (args) => {
            calls.push(commandName);
            return next(args);
          },
        { step: 'initialize' },
      );
      const key = logObjectKey();
      await bed.put(key, logObject([record(), record({ userIdentity: assumedRole('deploy', 'session') })]));
      await bed.deliver(notificationOf(bed, key), { ingest: bed.ingest({ dynamodb, now: () => now }) });
      destroy();
      return calls;
    };
    const calls = await callsOf(deployment);
    expect(calls.length).toBeGreaterThan(0);
    expect(calls).toEqual(await callsOf(plain));
  } finally {
    await plain.aws.stop();
  }
});
