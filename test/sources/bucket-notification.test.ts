import {
  CreateBucketCommand,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { connectBucket, disconnectBucket, isNotifying } from '../../lambda/sources/bucket-notification.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:trailwarden-delivery';
const OTHER = 'arn:aws:sqs:eu-central-1:444455556666:other';

const bucketOf = (notification: 's3' | 'eventbridge', topic = TOPIC) => ({
  source: { name: 'old', bucket: 'old-logs', account: '444455556666', keyPrefix: '', notification },
  deployment: 'trailwarden',
  topic,
  wait: async () => {},
});

/**
 * A bucket that keeps its notifications as S3 does.
 * @param onPut what it holds after a write of the given configuration.
 */
function bucketWith(before: NotificationConfiguration, onPut = (written: NotificationConfiguration) => written) {
  let held = before;
  const s3 = mockClient(new S3Client({ region: 'eu-central-1' }));
  s3.on(GetBucketNotificationConfigurationCommand).callsFake(async () => held);
  s3.on(PutBucketNotificationConfigurationCommand).callsFake(async ({ NotificationConfiguration: written }) => {
    held = onPut(written);
  });
  return {
    s3,
    held: () => held,
    writes: () => s3.commandCalls(PutBucketNotificationConfigurationCommand).length,
  };
}

const own = {
  Id: 'trailwarden-old',
  TopicArn: TOPIC,
  Events: ['s3:ObjectCreated:*' as const],
  Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'AWSLogs/' }] } },
};
const deletions = { Id: 'deletions', QueueArn: OTHER, Events: ['s3:ObjectRemoved:*' as const] };

describe('connecting a bucket', () => {
  test('adds the notification to what is there', async () => {
    const { s3, held } = bucketWith({ QueueConfigurations: [deletions], EventBridgeConfiguration: {} });
    expect(await connectBucket(s3 as unknown as S3Client, bucketOf('s3'))).toBe(true);
    expect(held()).toEqual({
      QueueConfigurations: [deletions],
      EventBridgeConfiguration: {},
      TopicConfigurations: [own],
    });
    expect(await isNotifying(s3 as unknown as S3Client, bucketOf('s3'))).toBe(true);
  });

  test('writes nothing where it is there already', async () => {
    const { s3, writes } = bucketWith({ TopicConfigurations: [own] });
    expect(await connectBucket(s3 as unknown as S3Client, bucketOf('s3'))).toBe(false);
    expect(writes()).toBe(0);
  });

  test('writes nothing where another notification overlaps, and names its destination', async () => {
    const { s3, writes } = bucketWith({ QueueConfigurations: [{ QueueArn: OTHER, Events: ['s3:ObjectCreated:Put'] }] });
    await expect(connectBucket(s3 as unknown as S3Client, bucketOf('s3'))).rejects.toThrow(
      `The bucket old-logs announces new objects to ${OTHER} already`,
    );
    expect(writes()).toBe(0);
  });

  test('to EventBridge keeps every notification, also one of the same objects', async () => {
    const all = { QueueConfigurations: [{ Id: 'all', QueueArn: OTHER, Events: ['s3:ObjectCreated:*' as const] }] };
    const { s3, held } = bucketWith(all);
    expect(await connectBucket(s3 as unknown as S3Client, bucketOf('eventbridge'))).toBe(true);
    expect(held()).toEqual({ ...all, EventBridgeConfiguration: {} });
  });

  test('fails where somebody else has written at the same time', async () => {
    const { s3 } = bucketWith({}, () => ({ QueueConfigurations: [deletions] }));
    await expect(connectBucket(s3 as unknown as S3Client, bucketOf('s3'))).rejects.toThrow(
      'The bucket old-logs holds other notifications now than those that were written',
    );
  });

  test('waits for S3, which may answer with what was there before', async () => {
    const before: NotificationConfiguration = {};
    const answers: NotificationConfiguration[] = [before, before, { TopicConfigurations: [own] }];
    const s3 = mockClient(new S3Client({ region: 'eu-central-1' }));
    s3.on(GetBucketNotificationConfigurationCommand).callsFake(async () => answers.shift());
    s3.on(PutBucketNotificationConfigurationCommand).resolves({});
    expect(await connectBucket(s3 as unknown as S3Client, bucketOf('s3'))).toBe(true);
    expect(answers).toEqual([]);
  });

  test('names the account that must own the bucket, at every call', async () => {
    const { s3 } = bucketWith({});
    await connectBucket(s3 as unknown as S3Client, bucketOf('s3'));
    expect(s3.calls()).toHaveLength(3);
    for (const { args } of s3.calls()) {
      expect(args[0].input).toMatchObject({ Bucket: 'old-logs', ExpectedBucketOwner: '444455556666' });
    }
  });
});

describe('disconnecting a bucket', () => {
  test('takes out what was added, and nothing else', async () => {
    const { s3, held } = bucketWith({ TopicConfigurations: [own], QueueConfigurations: [deletions] });
    expect(await disconnectBucket(s3 as unknown as S3Client, bucketOf('s3'))).toBe(true);
    expect(held()).toEqual({ QueueConfigurations: [deletions] });
    expect(await disconnectBucket(s3 as unknown as S3Client, bucketOf('s3'))).toBe(false);
  });

  test('leaves EventBridge switched on', async () => {
    const { s3, writes } = bucketWith({ EventBridgeConfiguration: {} });
    expect(await disconnectBucket(s3 as unknown as S3Client, bucketOf('eventbridge'))).toBe(false);
    expect(writes()).toBe(0);
  });
});

describe('over the embedded S3', () => {
  let aws: EmbeddedAws;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
  });

  afterAll(() => aws.stop());

  test('a bucket that was connected announces its objects, and no longer once it is disconnected', async () => {
    const { s3 } = aws.clients;
    const Bucket = `${aws.resources.deployment}-old`;
    await s3.send(new CreateBucketCommand({ Bucket }));
    const bucket = bucketOf('s3', aws.resources.topics.delivery);
    const named = { ...bucket, source: { ...bucket.source, bucket: Bucket } };
    expect(await isNotifying(s3, named)).toBe(false);
    expect(await connectBucket(s3, named)).toBe(true);
    expect(await isNotifying(s3, named)).toBe(true);
    expect(await connectBucket(s3, named)).toBe(false);
    expect(await disconnectBucket(s3, named)).toBe(true);
    expect(await isNotifying(s3, named)).toBe(false);
  });
});
