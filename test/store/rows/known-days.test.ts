import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { KnownDaysWriter } from '../../../lambda/store/rows/known-days.ts';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const mock = mockClient(documents);
let now = new Date('2026-11-21T12:00:00Z');
const writer = () =>
  new KnownDaysWriter({ client: documents, eventsTable: 'events', retentionDays: 30, now: () => now });
const written = () => mock.commandCalls(UpdateCommand).map((call) => call.args[0].input.Key?.part);

beforeEach(() => {
  mock.reset();
  mock.on(UpdateCommand).resolves({});
  now = new Date('2026-11-21T12:00:00Z');
});

test('a day of an account is noted once, however many events it has', async () => {
  const days = writer();
  await Promise.all([1, 2, 3].map((hour) => days.noteEvent('111122223333', `2026-11-20T0${hour}:00:00Z`)));
  await days.noteEvent('111122223333', '2026-11-19T00:00:00Z');
  await days.noteEvent('444455556666', '2026-11-20T00:00:00Z');
  await days.noteFinding('high', '2026-11-20T00:00:00Z');
  expect(written()).toEqual([
    'day#2026-11-20#111122223333',
    'day#2026-11-19#111122223333',
    'day#2026-11-20#444455556666',
    'finding-day#2026-11-20#high',
  ]);
});

test('a day expires after every event that is indexed on the same day, and is noted again on the next', async () => {
  const days = writer();
  await days.noteEvent('111122223333', '2026-11-20T00:00:00Z');
  const values = mock.commandCalls(UpdateCommand)[0]?.args[0].input.ExpressionAttributeValues;
  expect(values?.[':expires']).toBeGreaterThan(Date.parse('2026-12-21T23:59:59Z') / 1000);
  now = new Date('2026-11-22T00:00:01Z');
  await days.noteEvent('111122223333', '2026-11-20T00:00:00Z');
  expect(written()).toHaveLength(2);
});

test('what couldn’t be noted fails the event, and is tried again with the next', async () => {
  mock.on(UpdateCommand).rejectsOnce(new Error('throttled')).resolves({});
  const days = writer();
  await expect(days.noteEvent('111122223333', '2026-11-20T00:00:00Z')).rejects.toThrow('throttled');
  await days.noteEvent('111122223333', '2026-11-20T00:00:00Z');
  expect(written()).toHaveLength(2);
});
