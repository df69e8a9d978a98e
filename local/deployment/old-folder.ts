import { DescribeTableCommand, type DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { tableName } from '../../lambda/store/schema.ts';
import { InputError } from './input-error.ts';

/**
 * Refuses a folder of a version that kept events in rows alone: no question of this one would find them.
 *
 * @param data the folder, as the user named it
 * @throws InputError that says what to do
 */
export async function refuseOldFolder(client: DynamoDBClient, deployment: string, data: string): Promise<void> {
  // The segments table is made before the others: where it is missing, an older version has made them.
  if (await hasTable(client, tableName(deployment, 'segments'))) return;
  if (!(await hasTable(client, tableName(deployment, 'events')))) return;
  throw new InputError(
    `${data} was made by an older version of Trailwarden, whose index this one can't read. ` +
      'Delete the folder, or name another one with --data, and read the log files again.',
  );
}

async function hasTable(client: DynamoDBClient, TableName: string): Promise<boolean> {
  try {
    await client.send(new DescribeTableCommand({ TableName }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}
