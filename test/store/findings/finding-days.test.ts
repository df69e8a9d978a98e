import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { FindingDaysWriter } from '../../../lambda/store/findings/finding-days.ts';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const mock = mockClient(documents);
const writer = () => new FindingDaysWriter({ client: documents, eventsTable: 'events' });
const written = () => mock.commandCalls(UpdateCommand).map((call) => call.args[0].input.Key?.part);

beforeEach(() => {
  mock.reset();
  mock.on(UpdateCommand).resolves({});
});

test('a day and level is noted once, however many findings it has', async () => {
  const days = writer();
  await Promise.all([1, 2, 3].map((hour) => days.note('high', `2026-11-20T0${hour}:00:00Z`)));
  await days.note('high', '2026-11-19T00:00:00Z');
  await days.note('low', '2026-11-20T00:00:00Z');
  expect(written()).toEqual([
    'finding-day#2026-11-20#high',
    'finding-day#2026-11-19#high',
    'finding-day#2026-11-20#low',
  ]);
});

test('what couldn’t be noted fails the finding, and is tried again with the next', async () => {
  mock.on(UpdateCommand).rejectsOnce(new Error('throttled')).resolves({});
  const days = writer();
  await expect(days.note('high', '2026-11-20T00:00:00Z')).rejects.toThrow('throttled');
  await days.note('high', '2026-11-20T00:00:00Z');
  expect(written()).toHaveLength(2);
});
