import {
  type AttributeDefinition,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type Projection,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  DEFAULT_EVENT_INDEXES,
  type IndexSchema,
  TABLES,
  type TableName,
  type TableSchema,
  tableName,
} from '../../lambda/store/schema.ts';
import { InputError } from './input-error.ts';

interface Key {
  readonly partitionKey: string;
  readonly sortKey?: string;
}

/**
 * Creates the tables of a deployment as the schema has them; those that exist stay as they are. Time to live isn't
 * switched on: no emulator deletes expired rows, and reads leave them out anyway. `expireRows` deletes them where a test
 * wants it.
 *
 * @returns their physical names
 * @throws InputError if a table exists with other keys or indexes, which an older version has left
 */
export async function createTables(client: DynamoDBClient, deployment: string): Promise<Record<TableName, string>> {
  const create = async (table: TableName) => {
    const name = tableName(deployment, table);
    await createTable(client, name, table === 'events' ? ROWS : TABLES[table]);
    return name;
  };
  return {
    // The first: `refuseOldFolder` takes tables without it for those of an older version.
    segments: await create('segments'),
    events: await create('events'),
    findings: await create('findings'),
    alerts: await create('alerts'),
    suppressions: await create('suppressions'),
    ledger: await create('ledger'),
    correlations: await create('correlations'),
  };
}

/** As a deployment has it by default. */
const ROWS: TableSchema = {
  ...TABLES.events,
  indexes: TABLES.events.indexes.filter(({ name }) => DEFAULT_EVENT_INDEXES.includes(name)),
};

async function createTable(client: DynamoDBClient, name: string, schema: TableSchema): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keySchema(schema),
        AttributeDefinitions: attributeDefinitions(schema),
        ...(schema.indexes.length > 0 && {
          GlobalSecondaryIndexes: schema.indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: keySchema(index),
            Projection: projectionOf(index),
          })),
        }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    await assertSameSchema(client, name, schema);
  }
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName: name });
}

async function assertSameSchema(client: DynamoDBClient, name: string, schema: TableSchema): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  const found = [
    describe('table', Table?.KeySchema),
    ...(Table?.GlobalSecondaryIndexes ?? []).map((index) =>
      describe(index.IndexName, index.KeySchema, index.Projection),
    ),
  ];
  const wanted = [
    describe('table', keySchema(schema)),
    ...schema.indexes.map((index) => describe(index.name, keySchema(index), projectionOf(index))),
  ];
  if (found.toSorted().join() !== wanted.toSorted().join()) {
    throw new InputError(
      `The table ${name} was made by another version: its keys or indexes differ. Use another folder.`,
    );
  }
}

function describe(
  name: string | undefined,
  keys: readonly KeySchemaElement[] | undefined,
  projection?: Projection,
): string {
  const held = projection?.NonKeyAttributes?.toSorted() ?? [];
  return `${name}(${(keys ?? []).map((key) => `${key.KeyType}:${key.AttributeName}`).join(' ')}) ${held.join(' ')}`;
}

function projectionOf({ attributes }: IndexSchema): Projection {
  return attributes === undefined
    ? { ProjectionType: 'ALL' }
    : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...attributes] };
}

function keySchema({ partitionKey, sortKey }: Key): KeySchemaElement[] {
  const partition: KeySchemaElement = { AttributeName: partitionKey, KeyType: 'HASH' };
  return sortKey === undefined ? [partition] : [partition, { AttributeName: sortKey, KeyType: 'RANGE' }];
}

function attributeDefinitions(schema: TableSchema): AttributeDefinition[] {
  const keys = [schema, ...schema.indexes].flatMap((key: Key) => [key.partitionKey, key.sortKey ?? key.partitionKey]);
  return [...new Set(keys)].map((name) => ({ AttributeName: name, AttributeType: 'S' }));
}
