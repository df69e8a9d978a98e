import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchExecuteStatementCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { NewRows } from '../../../lambda/store/dynamo/new-rows.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

describe('over a table', () => {
  let aws: EmbeddedAws;
  let documents: DynamoDBDocumentClient;
  let table: string;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
    table = aws.resources.tables.findings;
  });
  afterAll(() => aws.stop());

  const stored = async (findingId: string) =>
    (await documents.send(new GetCommand({ TableName: table, Key: { findingId } }))).Item;

  test('rows are put as they are, whatever their texts hold', async () => {
    const rows = new NewRows(documents, table, ['findingId']);
    const odd = {
      findingId: `it's "so"} VALUE {'findingId': ?`,
      list: ['a', { deep: [1, null, true] }],
      number: -1.5,
      absent: undefined,
    };
    expect(await Promise.all([rows.put(odd), rows.put({ findingId: 'plain' })])).toEqual([true, true]);
    const { absent: _, ...present } = odd;
    expect(await stored(odd.findingId)).toEqual(present);
  });

  test('a row that is there stays, and the others of its call are put', async () => {
    const rows = new NewRows(documents, table, ['findingId']);
    await Promise.all([rows.put({ findingId: 'there', value: 1 }), rows.put({ findingId: 'other' })]);
    expect(await Promise.all([rows.put({ findingId: 'there', value: 2 }), rows.put({ findingId: 'new' })])).toEqual([
      false,
      true,
    ]);
    expect(await stored('there')).toEqual({ findingId: 'there', value: 1 });
    expect(await stored('new')).toEqual({ findingId: 'new' });
  });

  test('of two rows with one key that are asked for at once one is put', async () => {
    const rows = new NewRows(documents, table, ['findingId']);
    const put = await Promise.all(
      [1, 2].map((value) => rows.put({ findingId: 'twice', value })).concat(rows.put({ findingId: 'third' })),
    );
    expect(put.filter((is) => is).length).toBeGreaterThanOrEqual(1);
    expect(await stored('third')).toEqual({ findingId: 'third' });
    expect((await stored('twice'))?.value).toBe(1);
  });
});

test('a name that a statement would have to escape is left to PutItem', async () => {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const mock = mockClient(documents);
  mock.on(BatchExecuteStatementCommand).resolves({ Responses: [{}, {}] });
  const rows = new NewRows(documents, 't', ['id']);
  expect(
    await Promise.all([rows.put({ id: 'a', "x': 1, 'y": 1 }), rows.put({ id: 'b' }), rows.put({ id: 'c' })]),
  ).toEqual([false, true, true]);
});

test('where the answers say nothing of a row, it counts as not put', async () => {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const mock = mockClient(documents);
  mock.on(BatchExecuteStatementCommand).resolves({});
  const rows = new NewRows(documents, 't', ['id']);
  expect(await Promise.all([rows.put({ id: 'a' }), rows.put({ id: 'b' })])).toEqual([false, false]);
});
