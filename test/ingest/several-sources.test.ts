import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ConfirmSubscriptionCommand, SNSClient } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import type { Ingest } from '../../lambda/ingest/ingest.ts';
import { readIngestEnvironment } from '../../lambda/runtime/environment.ts';
import { connectBucket } from '../../lambda/sources/bucket-notification.ts';
import type { LogSource } from '../../lambda/sources/log-source.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';
import { logSource, sourcesFile, topicSource } from '../support/sources.ts';

/** Objects of several buckets at once: of a trail of ours, of one that notifies us, of one whose topic tells of it. */

const TOPIC = 'arn:aws:sns:eu-west-1:666677778888:aws-controltower-AllConfigNotifications';

let deployment: Deployment;
let old: LogSource;
let landingZone: LogSource;
/** The sources whose client was made. */
let asked: string[];

beforeEach(async () => {
  deployment = await startDeployment();
  const { deployment: name } = deployment.aws.resources;
  old = logSource({ name: 'old', bucket: `${name}-old`, keyPrefix: 'audit' });
  landingZone = topicSource({ name: 'lz', bucket: `${name}-lz`, keyPrefix: 'o-a1b2c3d4e5', topic: TOPIC });
  for (const { bucket: Bucket } of [old, landingZone]) {
    await deployment.aws.clients.s3.send(new CreateBucketCommand({ Bucket }));
  }
  asked = [];
});

afterEach(() => deployment.aws.stop());

/** The function with both sources beside the trail of the deployment. */
async function ingestOf(overrides: Parameters<Deployment['ingest']>[0] = {}): Promise<Ingest> {
  return deployment.ingest({
    environment: {
      ...readIngestEnvironment(deployment.aws.resources.variables.ingest),
      SOURCES_FILE: await sourcesFile([old, landingZone]),
    },
    sourceClient: ({ name }) => {
      asked.push(name);
      return deployment.aws.clients.s3;
    },
    anonymousSns: () => {
      throw new Error('nobody asks for a subscription here');
    },
    ...overrides,
  });
}

async function put({ bucket }: LogSource, key: string, eventID: string): Promise<void> {
  const Body = logObject([record({ eventID })]);
  await deployment.aws.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
}

const indexedIds = async () => (await deployment.indexed()).map(({ eventID }) => eventID).toSorted();

const OF_ORGANIZATION = 'o-a1b2c3d4e5/AWSLogs/o-a1b2c3d4e5/';

/** A key of CloudTrail's below another root. */
const below = (root: string) => logObjectKey().replace(/^AWSLogs\//, root);

test('are read each with the client of its bucket, whichever way they are announced', async () => {
  const ingest = await ingestOf();
  const own = logObjectKey();
  await deployment.put(own, logObject([record({ eventID: 'of-our-trail' })]));
  const [first, second] = [below('audit/AWSLogs/'), below(OF_ORGANIZATION)];
  await put(old, first, 'of-the-old-bucket');
  await put(landingZone, second, 'of-the-landing-zone');

  await deployment.deliver(notificationOf(deployment, own), { ingest });
  expect(asked).toEqual([]);
  const event = {
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: old.bucket }, object: { key: first } },
  };
  await deployment.deliver(event, { ingest });
  await deployment.deliver({ s3Bucket: landingZone.bucket, s3ObjectKey: [second] }, { ingest });
  await deployment.deliver({ s3Bucket: landingZone.bucket, s3ObjectKey: [second] }, { ingest });

  expect(await indexedIds()).toEqual(['of-our-trail', 'of-the-landing-zone', 'of-the-old-bucket']);
  expect(asked).toEqual(['old', 'lz']);
  const rows = (await deployment.rows('ledger')).filter(({ object }) => String(object).startsWith('s3://'));
  expect(rows.map(({ object, status }) => [object, status]).toSorted()).toEqual(
    [
      [`s3://${deployment.aws.resources.buckets.logs}/${own}`, 'closed'],
      [`s3://${old.bucket}/${first}`, 'closed'],
      [`s3://${landingZone.bucket}/${second}`, 'closed'],
    ].toSorted(),
  );
});

test('come through the delivery topic, once their bucket is connected to it', async () => {
  const { clients, resources } = deployment.aws;
  await connectBucket(clients.s3, { source: old, deployment: resources.deployment, topic: resources.topics.delivery });
  await put(old, 'elsewhere/file', 'not-announced');
  await put(old, below('audit/AWSLogs/'), 'announced');
  const ingest = await ingestOf();
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: resources.queues.logs.url, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) break;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
  }
  for (const body of bodies) expect((await deployment.deliver(body, { ingest })).batchItemFailures).toEqual([]);
  expect(bodies.some((body) => body.includes('elsewhere'))).toBe(false);
  expect(await indexedIds()).toEqual(['announced']);
});

test('of a bucket that nobody may read now come back, and hold up no other', async () => {
  const denied = mockClient(new S3Client({}));
  denied.rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  const ingest = await ingestOf({
    // The mock's client is the one that it was made of.
    sourceClient: ({ name }) => (name === 'old' ? (denied as unknown as S3Client) : deployment.aws.clients.s3),
  });
  const [first, second] = [below('audit/AWSLogs/'), below(OF_ORGANIZATION)];
  await put(old, first, 'denied');
  await put(landingZone, second, 'read');
  const failed = await deployment.deliver({ s3Bucket: old.bucket, s3ObjectKey: [first] }, { ingest });
  expect(failed.batchItemFailures).toHaveLength(1);
  expect(
    (await deployment.deliver({ s3Bucket: landingZone.bucket, s3ObjectKey: [second] }, { ingest })).batchItemFailures,
  ).toEqual([]);
  expect(await indexedIds()).toEqual(['read']);
});

test('of a bucket that no source names are refused', async () => {
  const ingest = await ingestOf();
  await deployment.deliver({ s3Bucket: 'other-logs', s3ObjectKey: [below('audit/AWSLogs/')] }, { ingest });
  expect(asked).toEqual([]);
  expect(await deployment.indexed()).toEqual([]);
});

describe("a topic's question whether it may send to the queue", () => {
  const question = (topic: string) => ({
    Type: 'SubscriptionConfirmation',
    MessageId: 'm-1',
    Token: 'a-token',
    TopicArn: topic,
    Message: `You have chosen to subscribe to the topic ${topic}.`,
    SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription',
  });

  /** SNS, which the embedded one has no pending subscriptions of. */
  function sns() {
    const client = mockClient(new SNSClient({ region: 'eu-west-1' }));
    const regions: string[] = [];
    const anonymousSns = (region: string) => {
      regions.push(region);
      // The mock's client is the one that it was made of.
      return client as unknown as SNSClient;
    };
    return { client, regions, anonymousSns };
  }

  test('is answered with its token, in the region of the topic, if a source names the topic', async () => {
    const { client, regions, anonymousSns } = sns();
    client.on(ConfirmSubscriptionCommand).resolves({ SubscriptionArn: `${TOPIC}:1` });
    const { batchItemFailures } = await deployment.deliver(question(TOPIC), {
      ingest: await ingestOf({ anonymousSns }),
    });
    expect(batchItemFailures).toEqual([]);
    expect(regions).toEqual(['eu-west-1']);
    expect(client.commandCalls(ConfirmSubscriptionCommand).map(({ args }) => args[0].input)).toEqual([
      { TopicArn: TOPIC, Token: 'a-token' },
    ]);
  });

  test('is kept for a person if no source names the topic, and answered when it is redriven after one does', async () => {
    const { client, anonymousSns } = sns();
    const other = 'arn:aws:sns:eu-west-1:999999999999:somebody';
    await deployment.deliver(question(other), { ingest: await ingestOf({ anonymousSns }) });
    expect(client.calls()).toEqual([]);
    const [letter] = await deployment.deadLetters();
    expect(letter?.attributes.Reason).toBe(`no source names the topic ${other}: its subscription is not confirmed`);

    client.on(ConfirmSubscriptionCommand).resolves({});
    landingZone = { ...landingZone, topic: other };
    await deployment.deliver(letter?.body, { ingest: await ingestOf({ anonymousSns }) });
    expect(client.commandCalls(ConfirmSubscriptionCommand)).toHaveLength(1);
  });

  test('comes back if SNS does not answer now', async () => {
    const { client, anonymousSns } = sns();
    client
      .on(ConfirmSubscriptionCommand)
      .rejects(Object.assign(new Error('later'), { name: 'InternalErrorException' }));
    const { batchItemFailures } = await deployment.deliver(question(TOPIC), {
      ingest: await ingestOf({ anonymousSns }),
    });
    expect(batchItemFailures).toHaveLength(1);
    expect(await deployment.deadLetters()).toEqual([]);
  });
});
