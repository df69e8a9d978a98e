import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { RowsUnprocessed, RowWriter } from '../../../lambda/store/dynamo/row-writer.ts';

interface Row {
  id: string;
  value?: number;
}

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const mock = mockClient(documents);
const writer = () => new RowWriter<Row>({ client: documents, table: 't', key: ['id'] });
const rows = (count: number): Row[] => Array.from({ length: count }, (_, index) => ({ id: `r${index}` }));
const refusal = Object.assign(new Error('One or more parameter values are not valid'), { name: 'ValidationException' });

const batches = () =>
  mock
    .commandCalls(BatchWriteItemCommand)
    .map((call) => (call.args[0].input.RequestItems?.t ?? []).map(({ PutRequest }) => PutRequest?.Item));

beforeEach(() => {
  mock.reset();
  mock.on(BatchWriteItemCommand).resolves({});
});

test('rows go in batches of 25', async () => {
  const it = writer();
  for (const row of rows(60)) await it.add(row);
  await it.flush();
  expect(batches().map(({ length }) => length)).toEqual([25, 25, 10]);
});

test('a batch holds a key once, with the later row', async () => {
  const it = writer();
  await it.add({ id: 'a', value: 1 });
  await it.add({ id: 'a', value: 2 });
  await it.flush();
  expect(batches()).toEqual([[{ id: { S: 'a' }, value: { N: '2' } }]]);
});

test('what comes back unprocessed is written again, and nothing else', async () => {
  mock
    .on(BatchWriteItemCommand)
    .resolvesOnce({ UnprocessedItems: { t: [{ PutRequest: { Item: { id: { S: 'r1' } } } }] } })
    .resolves({});
  const it = writer();
  for (const row of rows(3)) await it.add(row);
  expect(await it.flush()).toEqual([]);
  expect(batches()).toEqual([rows(3).map(({ id }) => ({ id: { S: id } })), [{ id: { S: 'r1' } }]]);
});

test('a refused batch is written row by row, and only the bad row is lost, by name', async () => {
  mock.on(BatchWriteItemCommand).rejects(refusal);
  mock.on(PutItemCommand).resolves({});
  mock.on(PutItemCommand, { Item: { id: { S: 'r1' } } }).rejects(refusal);
  const it = writer();
  for (const row of rows(3)) await it.add(row);
  expect(await it.flush()).toEqual([{ row: { id: 'r1' }, reason: refusal.message }]);
});

test('a fault of access is thrown, at the latest by flush', async () => {
  mock.on(BatchWriteItemCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
  const it = writer();
  await it.add({ id: 'a' });
  await expect(it.flush()).rejects.toThrow('no');
});

test('a table that stays throttled is a fault of access', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(0);
  mock.on(BatchWriteItemCommand).resolves({ UnprocessedItems: { t: [{ PutRequest: { Item: { id: { S: 'a' } } } }] } });
  const it = writer();
  await it.add({ id: 'a' });
  await expect(it.flush()).rejects.toBeInstanceOf(RowsUnprocessed);
});

test('at most eight batches are under way at once', async () => {
  let underWay = 0;
  let most = 0;
  mock.on(BatchWriteItemCommand).callsFake(async () => {
    underWay++;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 1));
    underWay--;
    return {};
  });
  const it = writer();
  for (const row of rows(25 * 30)) await it.add(row);
  await it.flush();
  expect(most).toBe(8);
});
