import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { isConditionFailure } from '../../lambda/store/dynamo/condition-failure.ts';
import { TABLES, type TableName, type TableSchema } from '../../lambda/store/schema.ts';

const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/**
 * Deletes what DynamoDB's time to live would have deleted by a time: rows whose epoch second of expiry lies before it.
 * No emulator does that. DynamoDB takes up to some days for it; here it is done at once, so a test decides when.
 *
 * @param names the physical names of the tables
 * @param only the tables to look into; all that have a time to live unless given
 * @returns how many rows were deleted
 * @throws the SDK's errors
 */
export async function expireRows(
  client: DynamoDBClient,
  names: Readonly<Record<TableName, string>>,
  at: Date,
  only: readonly TableName[] = TABLE_NAMES,
): Promise<number> {
  const documents = DynamoDBDocumentClient.from(client);
  let deleted = 0;
  for (const table of only) {
    const schema: TableSchema = TABLES[table];
    if (schema.timeToLiveAttribute === undefined) continue;
    deleted += await expireTable(documents, names[table], schema, schema.timeToLiveAttribute, at);
  }
  return deleted;
}

async function expireTable(
  documents: DynamoDBDocumentClient,
  TableName: string,
  { partitionKey, sortKey }: TableSchema,
  attribute: string,
  at: Date,
): Promise<number> {
  const isOver = {
    ExpressionAttributeNames: { '#expiry': attribute },
    ExpressionAttributeValues: { ':now': Math.floor(at.getTime() / 1000) },
  };
  const pages = paginateScan(
    { client: documents },
    { TableName, FilterExpression: '#expiry < :now', ConsistentRead: true, ...isOver },
  );
  let deleted = 0;
  for await (const { Items = [] } of pages) {
    for (const item of Items) {
      const Key = Object.fromEntries(
        [partitionKey, ...(sortKey === undefined ? [] : [sortKey])].map((name) => [name, item[name]]),
      );
      try {
        // A row that was renewed since it was found stays.
        await documents.send(new DeleteCommand({ TableName, Key, ConditionExpression: '#expiry < :now', ...isOver }));
        deleted++;
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
      }
    }
  }
  return deleted;
}
