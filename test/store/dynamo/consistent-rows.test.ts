import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { ConsistentRows } from '../../../lambda/store/dynamo/consistent-rows.ts';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const mock = mockClient(documents);
const rows = () => new ConsistentRows<{ id: string }>(documents, 't');

beforeEach(() => {
  mock.reset();
  mock.on(GetCommand).callsFake(({ Key }) => ({ Item: { ...Key, alone: true } }));
});

test('rows that are asked for at the same time are read in one call, consistently', async () => {
  mock.on(BatchGetCommand).resolves({
    Responses: {
      t: [
        { id: 'b', value: 2 },
        { id: 'a', value: 1 },
      ],
    },
  });
  const it = rows();
  expect(await Promise.all(['a', 'b', 'c'].map((id) => it.get({ id })))).toEqual([
    { id: 'a', value: 1 },
    { id: 'b', value: 2 },
    undefined,
  ]);
  expect(mock.commandCalls(BatchGetCommand).map((call) => call.args[0].input)).toEqual([
    { RequestItems: { t: { Keys: [{ id: 'a' }, { id: 'b' }, { id: 'c' }], ConsistentRead: true } } },
  ]);
  expect(mock.commandCalls(GetCommand)).toHaveLength(0);
});

test('a row that is asked for alone is read consistently', async () => {
  expect(await rows().get({ id: 'a' })).toEqual({ id: 'a', alone: true });
  expect(mock.commandCalls(GetCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
});

test('keys that a throttled table left out are asked for again', async () => {
  mock
    .on(BatchGetCommand)
    .resolves({ Responses: { t: [{ id: 'a' }] }, UnprocessedKeys: { t: { Keys: [{ id: 'b' }] } } });
  const it = rows();
  expect(await Promise.all(['a', 'b'].map((id) => it.get({ id })))).toEqual([{ id: 'a' }, { id: 'b', alone: true }]);
});

test('a call that fails is made up for by one for each row', async () => {
  mock.on(BatchGetCommand).rejects(new Error('throttled'));
  const it = rows();
  expect(await Promise.all(['a', 'b'].map((id) => it.get({ id })))).toEqual([
    { id: 'a', alone: true },
    { id: 'b', alone: true },
  ]);
});
