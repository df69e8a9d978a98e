import { readEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { RECEIPT, record } from '../../support/records.ts';

const read = (value: unknown) => readEvent(value, RECEIPT);
const without = (name: string) => Object.fromEntries(Object.entries(record()).filter(([member]) => member !== name));

test('a record keeps its receipt and everything that it holds', () => {
  const written = record({ somethingNew: { nested: [1, null] } });
  expect(read(written)).toMatchObject({ ok: true, event: { receipt: RECEIPT, record: written } });
});

test('an account that came as a number gets its leading zeros back', () => {
  expect(read(record({ recipientAccountId: 11122223333 }))).toMatchObject({ event: { account: '011122223333' } });
});

test('without recipientAccountId the caller’s account counts', () => {
  expect(read(without('recipientAccountId'))).toMatchObject({ event: { account: '111122223333' } });
});

test('an empty access key is none', () => {
  const { event } = {
    event: read(record({ userIdentity: { type: 'Root', accountId: '111122223333', accessKeyId: '' } })),
  };
  expect(event).toMatchObject({ event: { credential: { lifetime: 'none' } } });
  expect(event).not.toHaveProperty('event.credential.accessKeyId');
});

test.each([
  ['2026-11-20T14:03:00Z', '2026-11-20T14:03:00Z'],
  ['2026-11-20T14:03:00.250Z', '2026-11-20T14:03:00Z'],
  ['2026-11-20T15:03:00+01:00', '2026-11-20T14:03:00Z'],
])('the time %s is %s', (eventTime, expected) => {
  expect(read(record({ eventTime }))).toMatchObject({ event: { eventTime: expected } });
});

test('an Insights event is read by what its details name', () => {
  const insight = {
    eventVersion: '1.08',
    eventTime: '2026-11-20T14:03:00Z',
    awsRegion: 'eu-west-1',
    eventID: 'e1',
    eventType: 'AwsCloudTrailInsight',
    recipientAccountId: '111122223333',
    sharedEventID: 's1',
    insightDetails: { state: 'Start', eventSource: 'ssm.amazonaws.com', eventName: 'UpdateInstanceInformation' },
    eventCategory: 'Insight',
  };
  expect(read(insight)).toMatchObject({
    event: { action: 'ssm:UpdateInstanceInformation', category: 'insight', actor: { kind: 'unknown' } },
  });
});

test('a network activity event has its category', () => {
  const activity = record({ eventType: 'AwsVpceEvent', eventCategory: 'NetworkActivity', managementEvent: false });
  expect(read(activity)).toMatchObject({ event: { category: 'network-activity' } });
});

test('keys that are JavaScript’s own are members like any other', () => {
  const hostile: unknown = JSON.parse(
    JSON.stringify(record()).replace(
      '"requestParameters":null',
      '"requestParameters":{"__proto__":{"bucketName":"b"},"constructor":1}',
    ),
  );
  expect(read(hostile)).toMatchObject({ ok: true });
  expect({}).not.toHaveProperty('bucketName');
});

describe('a record that can’t be read says why, and never repeats a value', () => {
  test.each<[string, unknown, string]>([
    ['null', null, 'the record is null, not an object'],
    ['a list', [], 'the record is a list, not an object'],
    ['a number', 7, 'the record is a number, not an object'],
    ['no eventID', without('eventID'), 'eventID is missing'],
    ['an empty eventID', record({ eventID: '' }), 'eventID is empty'],
    ['no time', without('eventTime'), 'eventTime is missing'],
    ['a time that is none', record({ eventTime: '20You 19-10-23T22:50:05Z' }), 'eventTime is not a time in ISO 8601'],
    ['a day that doesn’t exist', record({ eventTime: '2026-13-45T14:03:00Z' }), 'eventTime is not a time in ISO 8601'],
    ['no source', without('eventSource'), 'eventSource is missing'],
    ['no name', record({ eventName: '' }), 'eventName is missing'],
    ['an object for a name', record({ eventName: { secret: 'hunter2' } }), 'eventName has a type'],
    ['an identity that is text', record({ userIdentity: 'hunter2' }), 'userIdentity is not object'],
  ])('%s', (_, value, reason) => {
    const result = read(value);
    expect(result).toEqual({ ok: false, reason: expect.stringContaining(reason) });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});
