import fc from 'fast-check';
import {
  type CreatedObject,
  objectCreatedEvent,
  parseNotificationConfiguration,
  testEvent,
} from '../../../local/emulators/bucket-notifications.ts';

const object: CreatedObject = {
  bucket: 'logs',
  key: 'AWSLogs/111122223333/CloudTrail/one.json.gz',
  size: 42,
  etag: '"0123456789abcdef0123456789abcdef"',
  eventName: 'ObjectCreated:Put',
  at: new Date('2026-11-20T10:00:00.000Z'),
};

const topicConfiguration = (inner: string) =>
  `<NotificationConfiguration><TopicConfiguration>${inner}</TopicConfiguration></NotificationConfiguration>`;

describe('the notification of a created object', () => {
  test('has the documented members', () => {
    expect(JSON.parse(objectCreatedEvent(object, 'log-objects', 'eu-west-1'))).toEqual({
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'eu-west-1',
          eventTime: '2026-11-20T10:00:00.000Z',
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: expect.any(String) },
          requestParameters: { sourceIPAddress: '127.0.0.1' },
          responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: 'log-objects',
            bucket: { name: 'logs', ownerIdentity: { principalId: expect.any(String) }, arn: 'arn:aws:s3:::logs' },
            object: {
              key: 'AWSLogs/111122223333/CloudTrail/one.json.gz',
              size: 42,
              eTag: '0123456789abcdef0123456789abcdef',
              sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
            },
          },
        },
      ],
    });
  });

  const keyOf = (key: string): string =>
    JSON.parse(objectCreatedEvent({ ...object, key }, 'id', 'us-east-1')).Records[0].s3.object.key;

  test.each([
    ['a b', 'a+b'],
    ['a+b', 'a%2Bb'],
    ['a/b', 'a/b'],
    ["(1)'!", '%281%29%27%21'],
    ['é', '%C3%A9'],
    ['100%', '100%25'],
  ])('writes the key %j as %j', (key, encoded) => {
    expect(keyOf(key)).toBe(encoded);
  });

  test('any key comes back when + is read as a space and the rest is percent-decoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        expect(decodeURIComponent(keyOf(key).replaceAll('+', ' '))).toBe(key);
      }),
    );
  });

  test('later changes have greater sequencers, at the same instant too', () => {
    const sequencers = Array.from(
      { length: 20 },
      () => JSON.parse(objectCreatedEvent(object, 'id', 'us-east-1')).Records[0].s3.object.sequencer,
    );
    expect(sequencers).toEqual([...new Set(sequencers)].toSorted());
  });
});

test('the test event names the bucket', () => {
  expect(JSON.parse(testEvent('logs', object.at))).toMatchObject({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Bucket: 'logs',
    Time: '2026-11-20T10:00:00.000Z',
  });
});

describe('a notification configuration', () => {
  test('names the topics', () => {
    const xml = topicConfiguration('<Id>all</Id><Topic>arn:topic</Topic><Event>s3:ObjectCreated:*</Event>');
    expect(parseNotificationConfiguration(xml)).toEqual({
      topics: [{ id: 'all', topicArn: 'arn:topic', prefix: '' }],
      xml,
    });
  });

  test('names the prefix of a filter', () => {
    const filter =
      '<Filter><S3Key><FilterRule><Name>Prefix</Name><Value>AWSLogs/</Value></FilterRule></S3Key></Filter>';
    const xml = topicConfiguration(`<Topic>arn:topic</Topic><Event>s3:ObjectCreated:*</Event>${filter}`);
    expect(parseNotificationConfiguration(xml).topics).toEqual([
      { id: 'topic-0', topicArn: 'arn:topic', prefix: 'AWSLogs/' },
    ]);
  });

  test('may be empty, which switches notifications off', () => {
    expect(parseNotificationConfiguration('<NotificationConfiguration/>')).toMatchObject({ topics: [] });
  });

  test.each([
    ['another event', topicConfiguration('<Topic>arn:topic</Topic><Event>s3:ObjectRemoved:*</Event>')],
    ['no topic', topicConfiguration('<Event>s3:ObjectCreated:*</Event>')],
    [
      'a filter by suffix',
      topicConfiguration(
        '<Topic>t</Topic><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>suffix</Name></FilterRule></S3Key></Filter>',
      ),
    ],
    ['a queue', '<NotificationConfiguration><QueueConfiguration></QueueConfiguration></NotificationConfiguration>'],
  ])('with %s is refused rather than half kept', (_what, xml) => {
    expect(() => parseNotificationConfiguration(xml)).toThrow();
  });
});
