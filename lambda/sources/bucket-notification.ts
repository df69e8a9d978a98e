import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type LogSource, sourceKeyPrefix } from './log-source.ts';
import {
  announcesTo,
  overlapping,
  type WantedNotification,
  withNotification,
  withoutNotification,
} from './notification-overlap.ts';

/** Why a notification isn't set: the message says what stands in the way, and what to do. */
export class NotificationRefused extends Error {
  override readonly name = 'NotificationRefused';
}

export interface NotifyingBucket {
  /** A source that the bucket itself announces. */
  readonly source: Pick<LogSource, 'name' | 'bucket' | 'account' | 'keyPrefix' | 'notification'>;
  readonly deployment: string;
  /** ARN of the delivery topic. */
  readonly topic: string;
  /** Waits before a bucket is read once more. Default: a second. */
  readonly wait?: () => Promise<void>;
}

/** Readings after a write: S3 may answer with what was there before. */
const READINGS = 4;

/** In the bucket's region, with the rights of its account. */
type BucketClient = Pick<S3Client, 'send'>;

/**
 * Whether a bucket still announces its new objects to the deployment. The owner's next deploy may have removed that, as
 * CloudFormation sets all notifications of a bucket at once.
 * @throws the SDK's errors.
 */
export async function isNotifying(s3: BucketClient, bucket: NotifyingBucket): Promise<boolean> {
  return announces(await read(s3, bucket), bucket);
}

/**
 * Adds the notification of a source to what its bucket announces already: PutBucketNotificationConfiguration replaces
 * everything, so all is read, written with the addition, and read again.
 * @returns false if it was there already, and nothing was written.
 * @throws NotificationRefused where another notification overlaps, or where the bucket doesn't hold afterwards what was
 *   written because somebody else wrote at the same time; the SDK's errors.
 */
export async function connectBucket(s3: BucketClient, bucket: NotifyingBucket): Promise<boolean> {
  const before = await read(s3, bucket);
  if (announces(before, bucket)) return false;
  const { source } = bucket;
  if (source.notification === 'eventbridge') {
    await replace(s3, bucket, { ...before, EventBridgeConfiguration: {} });
    return true;
  }
  const wanted = wantedOf(bucket);
  const other = overlapping(before, wanted);
  if (other !== undefined) {
    throw new NotificationRefused(
      `The bucket ${source.bucket} announces new objects to ${other} already, and S3 refuses notifications that overlap. ` +
        `Nothing was changed. Set notification: eventbridge for the source ${source.name}, which gets in the way of no ` +
        'other, or let that destination pass the messages on.',
    );
  }
  await replace(s3, bucket, withNotification(before, wanted));
  return true;
}

/**
 * Takes the notification of a source out of what its bucket announces. EventBridge stays on: others may listen too.
 * @returns false if there was none.
 * @throws NotificationRefused, and the SDK's errors, as `connectBucket` does.
 */
export async function disconnectBucket(s3: BucketClient, bucket: NotifyingBucket): Promise<boolean> {
  const before = await read(s3, bucket);
  const after = withoutNotification(before, wantedOf(bucket).id);
  if (isDeepStrictEqual(after, before)) return false;
  await replace(s3, bucket, after);
  return true;
}

function announces(configuration: NotificationConfiguration, bucket: NotifyingBucket): boolean {
  if (bucket.source.notification === 'eventbridge') return configuration.EventBridgeConfiguration !== undefined;
  return announcesTo(configuration, wantedOf(bucket));
}

function wantedOf({ source, deployment, topic }: NotifyingBucket): WantedNotification {
  return { id: `${deployment}-${source.name}`, topic, prefix: sourceKeyPrefix(source) };
}

async function read(s3: BucketClient, { source }: NotifyingBucket): Promise<NotificationConfiguration> {
  const { $metadata: _, ...configuration } = await s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: source.bucket, ExpectedBucketOwner: source.account }),
  );
  return configuration;
}

async function replace(s3: BucketClient, bucket: NotifyingBucket, wanted: NotificationConfiguration): Promise<void> {
  const { bucket: Bucket, account } = bucket.source;
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      ExpectedBucketOwner: account,
      NotificationConfiguration: wanted,
    }),
  );
  const { wait = () => setTimeout(1000) } = bucket;
  for (let reading = 1; reading <= READINGS; reading++) {
    if (isDeepStrictEqual(comparable(await read(s3, bucket)), comparable(wanted))) return;
    if (reading < READINGS) await wait();
  }
  throw new NotificationRefused(
    `The bucket ${Bucket} holds other notifications now than those that were written: somebody else has changed them at ` +
      'the same time. Look at them with aws s3api get-bucket-notification-configuration, then run this again.',
  );
}

/** S3 keeps no order of what it lists, and writes the names of filter rules with a capital letter. */
function comparable(configuration: NotificationConfiguration): readonly string[] {
  const {
    TopicConfigurations: topics = [],
    QueueConfigurations: queues = [],
    LambdaFunctionConfigurations: functions = [],
    EventBridgeConfiguration: bus,
  } = configuration;
  return [
    ...[...topics, ...queues, ...functions].map(({ Events = [], Filter, ...rest }) =>
      JSON.stringify({
        ...Object.fromEntries(Object.entries(rest).toSorted()),
        Events: Events.toSorted(),
        Filter: (Filter?.Key?.FilterRules ?? []).map(({ Name, Value }) => `${Name?.toLowerCase()}=${Value}`).toSorted(),
      }),
    ),
    ...(bus === undefined ? [] : ['EventBridge']),
  ].toSorted();
}
