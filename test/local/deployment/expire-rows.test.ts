import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expireRows } from '../../../local/deployment/expire-rows.ts';
import { rowsOf } from '../../support/correlating.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

const AT = new Date('2026-11-20T14:00:00Z');

let aws: EmbeddedAws;

beforeAll(async () => {
  aws = await startEmbeddedAws();
});

afterAll(() => aws.stop());

test('rows whose time to live lies before a time are deleted, and no others', async () => {
  const { tables } = aws.resources;
  const documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
  const at = AT.getTime() / 1000;
  const put = (table: keyof typeof tables, Item: Record<string, unknown>) =>
    documents.send(new PutCommand({ TableName: tables[table], Item }));
  await put('correlations', { group: 'g', member: 'over', expiresAt: at - 1 });
  await put('correlations', { group: 'g', member: 'ends now', expiresAt: at });
  await put('correlations', { group: 'g', member: 'for ever' });
  await put('events', { eventID: 'e', part: 'over', expiresAt: at - 1 });

  expect(await expireRows(aws.clients.dynamodb, tables, AT, ['correlations'])).toBe(1);
  const left = await rowsOf(aws.clients.dynamodb, tables.correlations);
  expect(left.map(({ member }) => member).toSorted()).toEqual(['ends now', 'for ever']);
  expect(await expireRows(aws.clients.dynamodb, tables, AT)).toBe(1);
  expect(await rowsOf(aws.clients.dynamodb, tables.events)).toEqual([]);
});
