import { gunzipSync, gzipSync } from 'node:zlib';
import { alertMessageSchema } from '../../lambda/alerts/messages/message-schema.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record, root } from '../support/records.ts';

const ROOT_TAGS = `
title: Root credentials changed tags
id: 9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11
status: stable
description: Root is for emergencies.
author: Trailwarden
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    userIdentity.type: Root
    trailwarden.access: tagging
  condition: selection
level: high
`;

const rootTags = (members = {}) =>
  record({
    userIdentity: root(),
    eventSource: 'fsx.amazonaws.com',
    eventName: 'TagResource',
    readOnly: false,
    requestParameters: { resourceARN: 'arn:aws:fsx:eu-west-1:111122223333:file-system/fs-0a1b2c3d4e5f60718' },
    ...members,
  });

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment([ROOT_TAGS]);
});

afterEach(() => deployment.aws.stop());

const ledgerRows = async () => (await deployment.rows('ledger')).filter(({ status }) => status !== undefined);
const ledgerRow = async () => (await ledgerRows())[0];
const eventRows = async () => (await deployment.rows('events')).filter(({ eventID }) => eventID !== 'trailwarden');

async function deliver(body: Buffer | string, key = logObjectKey()) {
  await deployment.put(key, body);
  return deployment.deliver(notificationOf(deployment, key));
}

describe('a log object', () => {
  test('is indexed, judged, alerted on, and closed in the ledger', async () => {
    const response = await deliver(logObject([rootTags({ eventID: 'e-1' }), record({ eventID: 'e-2' })]));
    expect(response.batchItemFailures).toEqual([]);
    expect(await ledgerRow()).toMatchObject({
      status: 'closed',
      account: '111122223333',
      awsRegion: 'eu-west-1',
      records: 2,
      indexed: 2,
      rejected: 0,
      findings: 1,
      attempts: 1,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await deployment.indexed()).map(({ eventID }) => eventID)).toEqual(['e-1', 'e-2']);
    expect((await eventRows()).map(({ eventID, part }) => [eventID, String(part).slice(8)]).sort()).toEqual([
      ['e-1', '#0'],
      ['e-1', '#1'],
    ]);
    expect(await deployment.rows('findings')).toEqual([
      expect.objectContaining({ eventID: 'e-1', level: 'high', ruleId: '9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11' }),
    ]);
  });

  test('that raises an alert reaches people and programs, with attributes to filter by', async () => {
    await deliver(logObject([rootTags()]));
    const received = await deployment.received();
    const topics = received.map(({ TopicArn }) => TopicArn.split('-').at(-1)).sort();
    expect(topics).toEqual(['alerts', 'high']);
    const json = received.find(({ TopicArn }) => TopicArn.endsWith('-alerts'));
    expect(alertMessageSchema.parse(JSON.parse(json?.Message ?? ''))).toMatchObject({ level: 'high' });
    for (const { MessageAttributes } of received) {
      expect(MessageAttributes.action).toEqual({ Type: 'String', Value: 'fsx:TagResource' });
    }
  });

  test('that comes again changes no row and tells nobody', async () => {
    const key = logObjectKey();
    const body = logObject([rootTags({ eventID: 'e-1' })]);
    await deliver(body, key);
    await deployment.received();
    const before = await Promise.all(
      (['events', 'segments', 'findings', 'alerts', 'ledger'] as const).map(deployment.rows),
    );
    await deliver(body, key);
    expect(
      await Promise.all((['events', 'segments', 'findings', 'alerts', 'ledger'] as const).map(deployment.rows)),
    ).toEqual(before);
    expect(await deployment.received()).toEqual([]);
  });

  test('that holds an event which another one held before raises nothing new', async () => {
    const event = rootTags({ eventID: 'e-1' });
    await deliver(logObject([event]));
    await deployment.received();
    await deliver(logObject([record(), event]));
    expect(await deployment.rows('findings')).toHaveLength(1);
    expect(await deployment.rows('alerts')).toHaveLength(1);
    expect(await deployment.received()).toEqual([]);
  });

  test('that two functions read at once is one effect', async () => {
    const key = logObjectKey();
    await deployment.put(key, logObject([rootTags({ eventID: 'e-1' })]));
    const message = notificationOf(deployment, key);
    await Promise.all([deployment.deliver(message), deployment.deliver(message)]);
    expect(await deployment.rows('findings')).toHaveLength(1);
    expect(await deployment.received()).toHaveLength(2);
    expect(await ledgerRow()).toMatchObject({ status: 'closed', records: 1, indexed: 1, findings: 1 });
    expect(
      (await deployment.rows('segments')).filter(({ partition }) => String(partition).startsWith('page#')),
    ).toHaveLength(1);
  });

  test('with other content under the same key is a critical finding, and the good rows stay', async () => {
    const key = logObjectKey();
    await deliver(logObject([record({ eventID: 'good' })]), key);
    await deliver(logObject([record({ eventID: 'forged' })]), key);
    expect((await deployment.indexed()).map(({ eventID }) => eventID)).toEqual(['good']);
    expect(await deployment.rows('findings')).toEqual([
      expect.objectContaining({ ruleId: 'trailwarden-log-object-overwritten', level: 'critical' }),
    ]);
    expect((await ledgerRows()).map(({ status }) => status).sort()).toEqual(['closed', 'rejected']);
  });
});

describe('a function near its deadline', () => {
  const many = Array.from({ length: 3000 }, (_, index) =>
    index % 1000 === 7 ? rootTags({ eventID: `e-${index}` }) : record({ eventID: `e-${index}` }),
  );

  test('notes the place, queues the object again, and the next call goes on from there', async () => {
    const key = logObjectKey();
    await deployment.put(key, logObject(many));
    // Enough time to come to the noted place, none left after the batch of records behind it.
    for (let call = 0; call < 100 && (await ledgerRow())?.closedAt === undefined; call++) {
      let asked = 0;
      await deployment.deliver(notificationOf(deployment, key), {
        remainingMilliseconds: () => (asked++ <= call ? 300_000 : 0),
      });
    }
    expect(await ledgerRow()).toMatchObject({ status: 'closed', records: 3000, indexed: 3000, findings: 3 });
    expect(await ledgerRow()).not.toHaveProperty('resumeAt');
    expect((await ledgerRow())?.attempts).toBeGreaterThan(1);
    expect(await deployment.indexed()).toHaveLength(3000);
    expect(await eventRows()).toHaveLength(6);
  }, 20_000);

  test('fails its message where the time is over before it comes to the noted place, which stays', async () => {
    const key = logObjectKey();
    // Too large to be read at once: all that is before the noted place is read as a stream.
    const requestParameters = { text: 'x'.repeat(2_000) };
    await deployment.put(key, logObject(many.map((members) => ({ ...members, requestParameters }))));
    const deliverFor = (asks: number) => {
      let asked = 0;
      return deployment.deliver(notificationOf(deployment, key), {
        remainingMilliseconds: () => (asked++ < asks ? 300_000 : 0),
      });
    };
    expect((await deliverFor(2)).batchItemFailures).toEqual([]);
    const noted = (await ledgerRow())?.resumeAt;
    expect(noted).toBeGreaterThan(0);
    expect((await deliverFor(1)).batchItemFailures).toEqual([{ itemIdentifier: 'm-1' }]);
    expect((await ledgerRow())?.resumeAt).toBe(noted);
  });
});

describe('bad input is normal input', () => {
  test('a record that can’t be read is quarantined with its reason, and the others go on', async () => {
    await deliver(logObject([record(), { eventVersion: '1.09', note: 'no eventID' }, null, record()]));
    expect(await ledgerRow()).toMatchObject({
      status: 'closed',
      records: 4,
      indexed: 2,
      rejected: 2,
      rejections: [
        { index: 1, reason: expect.stringContaining('eventID is missing') },
        { index: 2, reason: 'the record is null, not an object' },
      ],
    });
    const [object] = await deployment.quarantined();
    const lines = gunzipSync(object?.body ?? '')
      .toString()
      .trim()
      .split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({
        reason: expect.stringContaining('eventID'),
        record: '{"eventVersion":"1.09","note":"no eventID"}',
      }),
      expect.objectContaining({ receipt: expect.objectContaining({ index: 2 }), record: 'null' }),
    ]);
  });

  test.each<[string, Buffer | string, string]>([
    ['an empty object', '', 'the object is empty'],
    ['a page of HTML', '<html></html>', 'HTML or XML'],
    ['no Records', gzipSync('{}'), 'no "Records"'],
  ])('%s is rejected at once, with the reason', async (_, body, reason) => {
    expect((await deliver(body)).batchItemFailures).toEqual([]);
    expect(await ledgerRow()).toMatchObject({ status: 'rejected', reason: expect.stringContaining(reason) });
  });

  test('a cut object keeps the records before the cut', async () => {
    const whole = gzipSync(`{"Records":[${JSON.stringify(record())},${JSON.stringify(record()).slice(0, 99)}`);
    await deliver(whole);
    expect(await ledgerRow()).toMatchObject({
      status: 'rejected',
      indexed: 1,
      reason: expect.stringContaining('the JSON ends after'),
    });
    expect(await deployment.indexed()).toHaveLength(1);
  });
});

describe('what isn’t ingest’s own', () => {
  test.each([
    [
      'a digest',
      'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/20/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261120T140512Z.json.gz',
    ],
    ['a key that isn’t CloudTrail’s', 'reports/november.csv'],
  ])('%s is acknowledged, and not read', async (_, key) => {
    expect((await deployment.deliver(notificationOf(deployment, key))).batchItemFailures).toEqual([]);
    expect(await deployment.rows('ledger')).toEqual([]);
  });

  test('an object of another bucket is never read, whoever names it', async () => {
    const forged = { s3Bucket: deployment.aws.resources.buckets.quarantine, s3ObjectKey: [logObjectKey()] };
    expect((await deployment.deliver(forged)).batchItemFailures).toEqual([]);
    expect(await deployment.rows('ledger')).toEqual([]);
  });
});

describe('faults of access', () => {
  test('an object that isn’t there yet fails its message, and the closed ones are skipped next time', async () => {
    const [there, late] = [logObjectKey(), logObjectKey()];
    await deployment.put(there, logObject([record()]));
    const message = notificationOf(deployment, there, late);
    expect((await deployment.deliver(message)).batchItemFailures).toEqual([{ itemIdentifier: 'm-1' }]);
    await deployment.put(late, logObject([record()]));
    expect((await deployment.deliver(message)).batchItemFailures).toEqual([]);
    const rows = await ledgerRows();
    expect(rows.map(({ status, attempts }) => ({ status, attempts }))).toEqual([
      { status: 'closed', attempts: 1 },
      { status: 'closed', attempts: 1 },
    ]);
  });

  test('a message that is no notification goes to the dead-letter queue at once, with the reason', async () => {
    expect((await deployment.deliver('hello')).batchItemFailures).toEqual([]);
    expect(await deployment.deadLetters()).toEqual([
      { body: 'hello', attributes: { Reason: 'the message is not JSON', Attempts: '1' } },
    ]);
  });
});

test('the fields that a rule names are shown beside those that matched', async () => {
  await deployment.aws.stop();
  deployment = await startDeployment([
    `${ROOT_TAGS}fields:\n  - requestParameters.resourceARN\n  - userIdentity.type\n`,
  ]);
  await deliver(logObject([rootTags()]));
  const [finding] = await deployment.rows('findings');
  expect(finding?.matched).toEqual([
    { field: 'userIdentity.type', value: 'Root' },
    { field: 'trailwarden.access', value: 'tagging' },
    {
      field: 'requestParameters.resourceARN',
      value: 'arn:aws:fsx:eu-west-1:111122223333:file-system/fs-0a1b2c3d4e5f60718',
    },
  ]);
});

test('secrets in matched fields are masked in rows and messages', async () => {
  await deployment.aws.stop();
  deployment = await startDeployment([
    `
title: A function was given an environment
id: 3b1d0c44-6f2f-4c59-8f0e-5b7a0b1f7a22
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventSource: lambda.amazonaws.com
    requestParameters|contains: variables
  condition: selection
level: medium
`,
  ]);
  const created = record({
    eventSource: 'lambda.amazonaws.com',
    eventName: 'CreateFunction20150331',
    requestParameters: { functionName: 'f', environment: { variables: { DB: 'hunter2' } } },
  });
  await deliver(logObject([created]));
  const everything = [
    await deployment.rows('events'),
    await deployment.rows('findings'),
    await deployment.rows('alerts'),
    await deployment.received(),
  ];
  expect(everything[3]).toHaveLength(2);
  expect(JSON.stringify(everything)).not.toContain('hunter2');
});
