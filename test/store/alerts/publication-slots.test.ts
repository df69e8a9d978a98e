import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { PublicationSlotTable } from '../../../lambda/store/alerts/publication-slots.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

const MINUTE = new Date('2026-11-20T14:03:10Z');
const SAME_MINUTE = new Date('2026-11-20T14:03:59Z');
const NEXT_MINUTE = new Date('2026-11-20T14:04:00Z');

let aws: EmbeddedAws;
let slots: PublicationSlotTable;

beforeEach(async () => {
  aws = await startEmbeddedAws();
  slots = new PublicationSlotTable(DynamoDBDocumentClient.from(aws.clients.dynamodb), aws.resources.tables.events);
});

afterEach(() => aws.stop());

test('of many that ask at once as many get a place as there are', async () => {
  const claims = Array.from({ length: 30 }, (_, index) => slots.claim('high', `alert-${index}`, 5, MINUTE));
  expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(5);
});

test('who has a place keeps it, however often it asks, and takes no second one', async () => {
  for (let time = 0; time < 3; time++) expect(await slots.claim('high', 'a', 2, SAME_MINUTE)).toBe(true);
  expect(await slots.claim('high', 'b', 2, MINUTE)).toBe(true);
  expect(await slots.claim('high', 'c', 2, MINUTE)).toBe(false);
  expect(await slots.claim('high', 'a', 2, MINUTE)).toBe(true);
});

test('every minute and every series has places of its own', async () => {
  await slots.claim('high', 'a', 1, MINUTE);
  expect(await slots.claim('high', 'b', 1, SAME_MINUTE)).toBe(false);
  expect(await slots.claim('high', 'b', 1, NEXT_MINUTE)).toBe(true);
  expect(await slots.claim('low', 'b', 1, MINUTE)).toBe(true);
});

test('a minute whose places another version keeps in another form keeps no alert back', async () => {
  const { clients, resources } = aws;
  const row = { eventID: 'trailwarden', part: 'slots#high#2026-11-20T14:03', slots: 30 };
  const documents = DynamoDBDocumentClient.from(clients.dynamodb);
  await documents.send(new PutCommand({ TableName: resources.tables.events, Item: row }));
  expect(await slots.claim('high', 'a', 1, MINUTE)).toBe(true);
});
