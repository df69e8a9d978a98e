import type { Event, NotificationConfiguration } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import {
  announcesTo,
  overlapping,
  withNotification,
  withoutNotification,
} from '../../lambda/sources/notification-overlap.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:trailwarden-delivery';
const OTHER = 'arn:aws:sqs:eu-central-1:444455556666:other';
const wanted = { id: 'trailwarden-old', topic: TOPIC, prefix: 'org/AWSLogs/' };

const toOther = (events: readonly Event[], prefix?: string, suffix?: string): NotificationConfiguration => ({
  QueueConfigurations: [
    {
      Id: 'other',
      QueueArn: OTHER,
      Events: [...events],
      Filter: {
        Key: {
          FilterRules: [
            ...(prefix === undefined ? [] : [{ Name: 'Prefix' as 'prefix', Value: prefix }]),
            ...(suffix === undefined ? [] : [{ Name: 'suffix' as const, Value: suffix }]),
          ],
        },
      },
    },
  ],
});

describe('a notification that is there', () => {
  test.each<[string, NotificationConfiguration]>([
    ['of everything', toOther(['s3:ObjectCreated:*'])],
    ['of one way of creating', toOther(['s3:ObjectCreated:Put'])],
    ['of a prefix above ours', toOther(['s3:ObjectCreated:*'], 'org/')],
    ['of a prefix below ours', toOther(['s3:ObjectCreated:*'], 'org/AWSLogs/111122223333/')],
    ['of a suffix, which keys of ours may have', toOther(['s3:ObjectCreated:*'], 'org/AWSLogs/', '.json.gz')],
    ['to a function', { LambdaFunctionConfigurations: [{ LambdaFunctionArn: OTHER, Events: ['s3:ObjectCreated:*'] }] }],
    ['to another topic', { TopicConfigurations: [{ TopicArn: OTHER, Events: ['s3:ObjectCreated:*'] }] }],
  ])('%s stands in the way, by its destination', (_, configuration) => {
    expect(overlapping(configuration, wanted)).toBe(OTHER);
  });

  test.each<[string, NotificationConfiguration]>([
    ['of deletions', toOther(['s3:ObjectRemoved:*'])],
    ['of another prefix', toOther(['s3:ObjectCreated:*'], 'config/')],
    ['to EventBridge', { EventBridgeConfiguration: {} }],
    ['of an earlier prefix of ours, which is replaced', withNotification({}, { ...wanted, prefix: 'AWSLogs/' })],
  ])('%s does not', (_, configuration) => {
    expect(overlapping(configuration, wanted)).toBeUndefined();
  });
});

describe('a bucket announces every object of ours', () => {
  test('also under another id, and with a wider prefix', () => {
    const own = { Id: 'by-hand', TopicArn: TOPIC, Events: ['s3:ObjectCreated:*' as const] };
    expect(announcesTo({ TopicConfigurations: [own] }, wanted)).toBe(true);
  });

  test.each<[string, NotificationConfiguration]>([
    ['nothing', {}],
    ['the objects to another topic', { TopicConfigurations: [{ TopicArn: OTHER, Events: ['s3:ObjectCreated:*'] }] }],
    ['only some ways of creating', { TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectCreated:Copy'] }] }],
    [
      'only keys that end in some way',
      {
        TopicConfigurations: [
          {
            TopicArn: TOPIC,
            Events: ['s3:ObjectCreated:*'],
            Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: '.gz' }] } },
          },
        ],
      },
    ],
    ['only a part of our prefix', withNotification({}, { ...wanted, prefix: 'org/AWSLogs/111122223333/' })],
  ])('but not where it announces %s', (_, configuration) => {
    expect(announcesTo(configuration, wanted)).toBe(false);
  });
});

const someEvents = fc.subarray<Event>(['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectRestore:*'], {
  minLength: 1,
});
const someTopics = fc.array(
  fc.record({ Id: fc.constantFrom('a', 'b', wanted.id), TopicArn: fc.constantFrom(TOPIC, OTHER), Events: someEvents }),
);

test('adding keeps what is there, twice is once, and removing leaves the rest', () => {
  fc.assert(
    fc.property(someTopics, (topics) => {
      const before = { ...toOther(['s3:ObjectRemoved:*']), TopicConfigurations: topics };
      const after = withNotification(before, wanted);
      expect(announcesTo(after, wanted)).toBe(true);
      expect(after.QueueConfigurations).toBe(before.QueueConfigurations);
      const others = topics.filter(({ Id }) => Id !== wanted.id);
      expect(after.TopicConfigurations?.slice(0, -1)).toEqual(others);
      expect(withNotification(after, wanted)).toEqual(after);
      expect(withoutNotification(after, wanted.id).TopicConfigurations ?? []).toEqual(others);
    }),
  );
});
