import { parseNotification } from '../../../lambda/cloudtrail/log/object-notification.ts';

const s3Notification = (key: string, object = {}) => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventTime: '2026-11-20T14:05:00.000Z',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'logs', arn: 'arn:aws:s3:::logs' }, object: { key, size: 10, ...object } },
    },
  ],
});

const eventBridge = (key: string, type = 'Object Created') => ({
  version: '0',
  source: 'aws.s3',
  'detail-type': type,
  time: '2026-11-20T14:05:00Z',
  detail: { bucket: { name: 'logs' }, object: { key, 'version-id': 'v7' } },
});

const wrapped = (message: unknown) => ({
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:delivery',
  Message: typeof message === 'string' ? message : JSON.stringify(message),
});

const parse = (body: unknown) => parseNotification(typeof body === 'string' ? body : JSON.stringify(body));

describe("S3's own notification", () => {
  test('names a URL-encoded key, in which a plus is a space', () => {
    expect(parse(s3Notification('a+b/%C3%BC%2B.json.gz'))).toEqual({
      kind: 'objects',
      objects: [{ bucket: 'logs', key: 'a b/ü+.json.gz', notifiedAt: '2026-11-20T14:05:00.000Z' }],
    });
  });

  test('keeps the version that it names', () => {
    expect(parse(s3Notification('k', { versionId: 'v1' }))).toMatchObject({ objects: [{ versionId: 'v1' }] });
  });

  test('is understood inside an SNS message', () => {
    expect(parse(wrapped(s3Notification('k')))).toMatchObject({ objects: [{ bucket: 'logs', key: 'k' }] });
  });

  test('of a removal names nothing to read', () => {
    const removal = s3Notification('k');
    for (const entry of removal.Records) entry.eventName = 'ObjectRemoved:Delete';
    expect(parse(removal)).toEqual({ kind: 'objects', objects: [] });
  });

  test('with a key that is no URL encoding is unreadable', () => {
    expect(parse(s3Notification('%E0%A4%A'))).toMatchObject({ kind: 'unreadable' });
  });

  test('of a test is acknowledged', () => {
    expect(parse({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' })).toEqual({ kind: 'acknowledgement' });
  });
});

describe("CloudTrail's own message", () => {
  test('names several objects, whose keys are verbatim', () => {
    expect(parse({ s3Bucket: 'logs', s3ObjectKey: ['a+b', 'c%20d'] })).toEqual({
      kind: 'objects',
      objects: [
        { bucket: 'logs', key: 'a+b' },
        { bucket: 'logs', key: 'c%20d' },
      ],
    });
  });

  test('is understood inside an SNS message', () => {
    expect(parse(wrapped({ s3Bucket: 'logs', s3ObjectKey: ['k'] }))).toMatchObject({ objects: [{ key: 'k' }] });
  });

  test('that only validates the topic is acknowledged, as it is and wrapped', () => {
    expect(parse('CloudTrail validation message.')).toEqual({ kind: 'acknowledgement' });
    expect(parse(wrapped('CloudTrail validation message.'))).toEqual({ kind: 'acknowledgement' });
  });
});

describe("EventBridge's event", () => {
  test('names a verbatim key and, where it could be encoded, the decoded one beside it', () => {
    expect(parse(eventBridge('a+b'))).toEqual({
      kind: 'objects',
      objects: [{ bucket: 'logs', key: 'a+b', decodedKey: 'a b', versionId: 'v7', notifiedAt: '2026-11-20T14:05:00Z' }],
    });
    expect(parse(eventBridge('plain'))).toMatchObject({ objects: [{ key: 'plain' }] });
  });

  test('of a deletion names nothing to read', () => {
    expect(parse(eventBridge('k', 'Object Deleted'))).toEqual({ kind: 'objects', objects: [] });
  });
});

describe('anything else is unreadable', () => {
  test.each([
    ['', 'the message is not JSON'],
    ['hello', 'the message is not JSON'],
    ['null', 'neither an S3 notification'],
    ['{"s3Bucket":"logs"}', 'neither an S3 notification'],
    ['{"Records":"none"}', 'neither an S3 notification'],
    [JSON.stringify(wrapped(wrapped('x'))), 'an SNS message inside an SNS message'],
  ])('%s', (body, reason) => {
    expect(parse(body)).toEqual({ kind: 'unreadable', reason: expect.stringContaining(reason) });
  });
});

describe("SNS's own question", () => {
  const asked = {
    Type: 'SubscriptionConfirmation',
    MessageId: 'm-1',
    Token: 'a-token',
    TopicArn: 'arn:aws:sns:eu-west-1:666677778888:logs',
    Message: 'You have chosen to subscribe to the topic.',
    SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription',
  };

  test('whether a topic may send to the queue names the topic and the token, and never the URL', () => {
    expect(parse(asked)).toEqual({
      kind: 'subscription',
      topic: 'arn:aws:sns:eu-west-1:666677778888:logs',
      token: 'a-token',
    });
  });

  test('inside a message that a topic has passed on is none', () => {
    expect(parse(wrapped(asked))).toMatchObject({ kind: 'unreadable' });
  });

  test('without a token is unreadable', () => {
    const { Token: _, ...rest } = asked;
    expect(parse(rest)).toMatchObject({ kind: 'unreadable' });
  });

  test('about a subscription that was ended says so', () => {
    expect(parse({ ...asked, Type: 'UnsubscribeConfirmation' })).toEqual({
      kind: 'unreadable',
      reason: 'the subscription to arn:aws:sns:eu-west-1:666677778888:logs was ended',
    });
  });
});
