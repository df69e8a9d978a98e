/**
 * S3's event notifications, as "Amazon S3 Event Notifications" in the S3 User Guide documents them.
 * The embedded S3 has none of its own; here is what it needs to configure them and to write them.
 */

/** What PutBucketNotificationConfiguration asked for: topics that hear of every object created in the bucket. */
export interface NotificationConfiguration {
  readonly topics: readonly { readonly id: string; readonly topicArn: string; readonly prefix: string }[];
  /** As it came: what GetBucketNotificationConfiguration answers. */
  readonly xml: string;
}

export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
  /** Bytes as stored. */
  readonly size: number;
  /** With or without its quotes. */
  readonly etag: string;
  readonly eventName: 'ObjectCreated:Put' | 'ObjectCreated:Copy' | 'ObjectCreated:CompleteMultipartUpload';
  readonly at: Date;
}

/** The subject that S3 gives to what it publishes to a topic. */
export const NOTIFICATION_SUBJECT = 'Amazon S3 Notification';

/**
 * Reads the body of PutBucketNotificationConfiguration.
 *
 * @throws Error for what this emulator can't keep its promise on: other targets than topics, other events than
 *   `s3:ObjectCreated:*`, filters by suffix
 */
export function parseNotificationConfiguration(xml: string): NotificationConfiguration {
  for (const element of ['QueueConfiguration', 'CloudFunctionConfiguration', 'EventBridgeConfiguration']) {
    if (xml.includes(`<${element}>`) || xml.includes(`<${element}/>`)) {
      throw new Error(`The embedded S3 doesn't know ${element}`);
    }
  }
  const topics = [...xml.matchAll(/<TopicConfiguration>(.*?)<\/TopicConfiguration>/gs)].map(([, body = ''], index) => {
    const topicArn = element(body, 'Topic');
    const event = element(body, 'Event');
    if (topicArn === undefined) throw new Error('A TopicConfiguration needs a Topic');
    if (event !== 's3:ObjectCreated:*') throw new Error(`The embedded S3 doesn't know the event ${event}`);
    if (/<Name>suffix<\/Name>/i.test(body)) throw new Error("The embedded S3 doesn't know filters by suffix");
    return { id: element(body, 'Id') ?? `topic-${index}`, topicArn, prefix: element(body, 'Value') ?? '' };
  });
  return { topics, xml };
}

/** The message that S3 sends to each target once, when the notifications of a bucket are configured. */
export function testEvent(bucket: string, at: Date): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: at.toISOString(),
    Bucket: bucket,
    RequestId: 'EMBEDDED00000000',
    HostId: 'embedded',
  });
}

let sequence = 0;

/** The message about one created object, JSON. Its key is URL-encoded, with `+` for a space, as S3 does it. */
export function objectCreatedEvent(object: CreatedObject, configurationId: string, region: string): string {
  sequence += 1;
  return JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: object.at.toISOString(),
        eventName: object.eventName,
        userIdentity: { principalId: 'EMBEDDED' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': 'EMBEDDED00000000', 'x-amz-id-2': 'embedded' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: {
            name: object.bucket,
            ownerIdentity: { principalId: 'EMBEDDED' },
            arn: `arn:aws:s3:::${object.bucket}`,
          },
          object: {
            key: encodeKey(object.key),
            size: object.size,
            eTag: object.etag.replaceAll('"', ''),
            sequencer: sequencer(object.at, sequence),
          },
        },
      },
    ],
  });
}

/** Form encoding that leaves `/`, `*`, `-`, `.` and `_` as they are. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A hexadecimal number that grows from one change of a key to the next. */
function sequencer(at: Date, number: number): string {
  return (BigInt(at.getTime()) * 0x1000000n + BigInt(number % 0x1000000)).toString(16).toUpperCase().padStart(18, '0');
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
