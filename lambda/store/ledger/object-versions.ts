import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';

/** The partition key of the ledger. */
export function objectName(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}

/** The ledger's rows of every version of an object, read consistently. */
export async function readVersions(
  client: DynamoDBDocumentClient,
  table: string,
  { bucket, key }: { bucket: string; key: string },
): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: '#object = :object',
      ExpressionAttributeNames: { '#object': 'object' },
      ExpressionAttributeValues: { ':object': objectName(bucket, key) },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) rows.push(...Items);
  return rows;
}
