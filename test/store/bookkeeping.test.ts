import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { PublicationSlotTable } from '../../lambda/store/alerts/publication-slots.ts';
import { FindingDaysWriter } from '../../lambda/store/findings/finding-days.ts';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const mock = mockClient(documents);
const now = new Date('2026-11-21T12:00:00Z');

test('rows of the table of events that are updated are those of the one partition that the functions’ policies allow', async () => {
  mock.reset();
  mock.on(UpdateCommand).resolves({});
  await new FindingDaysWriter({ client: documents, eventsTable: 'events' }).note('high', '2026-11-20T01:00:00Z');
  await new PublicationSlotTable(documents, 'events').claim('high', 'an-alert', 5, now);

  const keys = mock.commandCalls(UpdateCommand).map((call) => call.args[0].input.Key);
  expect(keys.map((key) => key?.eventID)).toEqual(Array.from({ length: 2 }, () => 'trailwarden'));
  expect(new Set(keys.map((key) => key?.part))).toEqual(
    new Set(['finding-day#2026-11-20#high', 'slots#high#2026-11-21T12:00']),
  );
});
