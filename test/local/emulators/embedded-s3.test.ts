import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

describe('the embedded S3', () => {
  let aws: EmbeddedAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await startEmbeddedAws();
    Bucket = aws.resources.buckets.logs;
  });
  afterAll(() => aws.stop());

  /** What has been notified since the last call. */
  const notified = async () => {
    const QueueUrl = aws.resources.queues.logs.url;
    const { Messages = [] } = await aws.clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    for (const { ReceiptHandle } of Messages) {
      await aws.clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    return Messages.map(({ Body = '' }) => {
      const [record] = JSON.parse(Body).Records ?? [];
      return record === undefined ? JSON.parse(Body).Event : `${record.eventName} ${record.s3.object.key}`;
    });
  };

  test('notifies a put once, before the upload is answered', async () => {
    await aws.clients.s3.send(new PutObjectCommand({ Bucket, Key: 'a b/+(1).json', Body: 'text' }));
    expect(await notified()).toEqual(['ObjectCreated:Put a+b/%2B%281%29.json']);
  });

  test('notifies a copy', async () => {
    await aws.clients.s3.send(
      new PutObjectCommand({ Bucket: aws.resources.buckets.quarantine, Key: 'from', Body: 'x' }),
    );
    const CopySource = `${aws.resources.buckets.quarantine}/from`;
    await aws.clients.s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource }));
    expect(await notified()).toEqual(['ObjectCreated:Copy to']);
  });

  test('notifies an upload in parts when it is completed, not its parts', async () => {
    const Key = 'big';
    const { UploadId } = await aws.clients.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { ETag } = await aws.clients.s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'part' }),
    );
    expect(await notified()).toEqual([]);
    await aws.clients.s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
    expect(await notified()).toEqual(['ObjectCreated:CompleteMultipartUpload big']);
  });

  test('sends its test event to a topic that is configured', async () => {
    await aws.clients.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          TopicConfigurations: [{ TopicArn: aws.resources.topics.delivery, Events: ['s3:ObjectCreated:*'] }],
        },
      }),
    );
    expect(await notified()).toEqual(['s3:TestEvent']);
  });

  test('refuses a tagging, which would overwrite the object', async () => {
    await aws.clients.s3.send(new PutObjectCommand({ Bucket, Key: 'tagged', Body: 'content' }));
    await expect(
      aws.clients.s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet: [] } })),
    ).rejects.toThrow(/doesn't know tagging/);
    const { Body } = await aws.clients.s3.send(new GetObjectCommand({ Bucket, Key: 'tagged' }));
    expect(await Body?.transformToString()).toBe('content');
    expect(await notified()).toEqual(['ObjectCreated:Put tagged']);
  });

  test('refuses a key that would leave its folder', async () => {
    const response = await fetch(`${aws.endpoints.s3}/${Bucket}/a/%2e%2e/%2e%2e/b`, { method: 'PUT', body: 'x' });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await notified()).toEqual([]);
  });
});
