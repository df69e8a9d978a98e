import { randomUUID } from 'node:crypto';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CloudTrailEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { RowWriter } from '../../../lambda/store/dynamo/row-writer.ts';
import { type EventRow, eventRowKey, eventRows, type ResourceRow } from '../../../lambda/store/rows/event-row.ts';
import { type EventIndexName, TABLES } from '../../../lambda/store/schema.ts';

export const NOW = new Date('2026-11-21T12:00:00Z');

/** A table of events of its own, quicker than a whole deployment. */
export async function createEventsTable(
  client: DynamoDBClient,
  without: readonly EventIndexName[] = [],
): Promise<string> {
  const { partitionKey, sortKey } = TABLES.events;
  const indexes = TABLES.events.indexes.filter(({ name }) => !without.includes(name));
  const keys = [partitionKey, sortKey, 'eventTime', ...indexes.map((index) => index.partitionKey)];
  const name = `events-${randomUUID()}`;
  const keySchema = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' as const },
    { AttributeName: sort, KeyType: 'RANGE' as const },
  ];
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema(partitionKey, sortKey),
      AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.partitionKey, index.sortKey),
        Projection: { ProjectionType: 'ALL' },
      })),
    }),
  );
  return name;
}

export interface WriteOptions {
  readonly retentionDays?: number;
  readonly now?: Date;
}

/** Indexes events as ingest does. */
export async function indexEvents(
  client: DynamoDBDocumentClient,
  table: string,
  events: readonly CloudTrailEvent[],
  { retentionDays = 365, now = NOW }: WriteOptions = {},
): Promise<void> {
  const writer = new RowWriter<EventRow | ResourceRow>({ client, table, keyOf: eventRowKey });
  for (const event of events) {
    for (const row of eventRows(event, { rowDays: retentionDays, now })) await writer.add(row);
  }
  const refused = await writer.flush();
  if (refused.length > 0) throw new Error(`The table refused a row: ${refused[0]?.reason}`);
}

/** A client whose answers are cut after so many rows, wherever that is. */
export function cutPages(client: DynamoDBClient, rows: () => number): DynamoDBDocumentClient {
  const documents = DynamoDBDocumentClient.from(client);
  documents.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName !== 'QueryCommand') return next(args);
        // The input of this command, as the name says.
        const input = args.input as { Limit?: number };
        const Limit = Math.min(input.Limit ?? Number.POSITIVE_INFINITY, rows());
        return next({ ...args, input: { ...input, Limit } });
      },
    { step: 'initialize' },
  );
  return documents;
}

/** Counts the read units of all of a client's answers from now on, as the server tells them. */
export function countUnits(client: DynamoDBClient): { units: number } {
  const count = { units: 0 };
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      // Every answer to a read has it, where it was asked for.
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      count.units += ConsumedCapacity?.CapacityUnits ?? 0;
      return result;
    },
    { step: 'initialize' },
  );
  return count;
}
