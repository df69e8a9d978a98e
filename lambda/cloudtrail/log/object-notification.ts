import * as z from 'zod';

/** An object that a notification names. */
export interface ObjectReference {
  readonly bucket: string;
  readonly key: string;
  /** Present if the bucket is versioned and the notification names the version. */
  readonly versionId?: string;
  /**
   * The URL-decoded key, if the notification's form leaves open whether the key is encoded (EventBridge). Try it when
   * `key` isn't in the bucket.
   */
  readonly decodedKey?: string;
  /** The time of the notification, ISO 8601. */
  readonly notifiedAt?: string;
}

export type Notification =
  /** Objects to read; empty if S3 reported something other than a new object. */
  | { readonly kind: 'objects'; readonly objects: readonly ObjectReference[] }
  /** A test or validation message: acknowledged without a log line. */
  | { readonly kind: 'acknowledgement' }
  /** SNS asks whether a topic may send to the queue: it does once the token was given back. */
  | { readonly kind: 'subscription'; readonly topic: string; readonly token: string }
  /** A body that has none of the known forms. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** "Event message structure" of the Amazon S3 User Guide. */
const s3Notification = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      eventTime: z.string().optional(),
      s3: z.object({
        bucket: z.object({ name: z.string().min(1) }),
        object: z.object({ key: z.string().min(1), versionId: z.string().optional() }),
      }),
    }),
  ),
});

/** "EventBridge event message structure" of the Amazon S3 User Guide. */
const eventBridgeEvent = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.string(),
  time: z.string().optional(),
  detail: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({ key: z.string().min(1), 'version-id': z.string().optional() }),
  }),
});

/** "Configuring Amazon SNS notifications for CloudTrail" of the AWS CloudTrail User Guide. */
const cloudTrailNotification = z.object({
  s3Bucket: z.string().min(1),
  s3ObjectKey: z.union([
    z.array(z.string().min(1)),
    z
      .string()
      .min(1)
      .transform((key) => [key]),
  ]),
});

/** "Amazon SNS message format" for subscriptions without raw delivery. */
const snsEnvelope = z.object({
  Type: z.literal('Notification'),
  Message: z.string(),
  Timestamp: z.string().optional(),
});

/** "HTTP/HTTPS subscription confirmation JSON format" of SNS: a queue gets the same where its owner hasn't subscribed it. */
const subscriptionConfirmation = z.object({
  Type: z.literal('SubscriptionConfirmation'),
  TopicArn: z.string().min(1),
  Token: z.string().min(1),
});

/** The same, where a subscription was ended. */
const unsubscribeConfirmation = z.object({ Type: z.literal('UnsubscribeConfirmation'), TopicArn: z.string().min(1) });

const CLOUDTRAIL_VALIDATION_MESSAGE = 'CloudTrail validation message.';

/**
 * Reads the body of a queue's message: an S3 notification, CloudTrail's own message, an EventBridge event,
 * each as it is or wrapped by SNS; or SNS's own question about a subscription. Never throws.
 */
export function parseNotification(body: string): Notification {
  return parseText(body, true);
}

function parseText(text: string, mayBeWrapped: boolean): Notification {
  if (text.trim() === CLOUDTRAIL_VALIDATION_MESSAGE) return { kind: 'acknowledgement' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', reason: 'the message is not JSON' };
  }
  const wrapped = snsEnvelope.safeParse(json);
  if (wrapped.success) {
    return mayBeWrapped
      ? parseText(wrapped.data.Message, false)
      : { kind: 'unreadable', reason: 'an SNS message inside an SNS message' };
  }
  const asked = mayBeWrapped ? subscriptionConfirmation.safeParse(json) : undefined;
  if (asked?.success) return { kind: 'subscription', topic: asked.data.TopicArn, token: asked.data.Token };
  const ended = mayBeWrapped ? unsubscribeConfirmation.safeParse(json) : undefined;
  if (ended?.success) return { kind: 'unreadable', reason: `the subscription to ${ended.data.TopicArn} was ended` };
  return parseEnvelope(json);
}

function parseEnvelope(json: unknown): Notification {
  if (isTestEvent(json)) return { kind: 'acknowledgement' };

  const s3 = s3Notification.safeParse(json);
  if (s3.success) {
    const created = s3.data.Records.filter((record) => /^(s3:)?ObjectCreated:/.test(record.eventName));
    const objects: ObjectReference[] = [];
    for (const { eventTime, s3: detail } of created) {
      const key = decodeKey(detail.object.key);
      if (key === undefined) return { kind: 'unreadable', reason: 'an object key that is not URL-encoded UTF-8' };
      objects.push(reference(detail.bucket.name, key, detail.object.versionId, eventTime));
    }
    return { kind: 'objects', objects };
  }

  const cloudTrail = cloudTrailNotification.safeParse(json);
  if (cloudTrail.success) {
    const { s3Bucket, s3ObjectKey } = cloudTrail.data;
    return { kind: 'objects', objects: s3ObjectKey.map((key) => reference(s3Bucket, key)) };
  }

  const eventBridge = eventBridgeEvent.safeParse(json);
  if (eventBridge.success) {
    const { detail, time, 'detail-type': type } = eventBridge.data;
    if (type !== 'Object Created') return { kind: 'objects', objects: [] };
    const { key } = detail.object;
    const decoded = decodeKey(key);
    const object = reference(detail.bucket.name, key, detail.object['version-id'], time);
    return {
      kind: 'objects',
      objects: [decoded !== undefined && decoded !== key ? { ...object, decodedKey: decoded } : object],
    };
  }

  return {
    kind: 'unreadable',
    reason: 'neither an S3 notification nor a message of CloudTrail nor an "Object Created" event of EventBridge',
  };
}

function reference(bucket: string, key: string, versionId?: string, notifiedAt?: string): ObjectReference {
  return {
    bucket,
    key,
    ...(versionId && { versionId }),
    ...(notifiedAt && { notifiedAt }),
  };
}

function isTestEvent(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'Event' in json && json.Event === 's3:TestEvent';
}

function decodeKey(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
