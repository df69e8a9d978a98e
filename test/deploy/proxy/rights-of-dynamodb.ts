import * as z from 'zod';
import { TABLES } from '../../../lambda/store/schema.ts';
import type { AskedRight, AwsCall } from './asked-right.ts';

const row = z.record(z.string(), z.unknown());
const requestSchema = z.looseObject({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  Key: row.optional(),
  Item: row.optional(),
  ReturnValues: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: row.optional(),
  KeyConditionExpression: z.string().optional(),
});
type Request = z.infer<typeof requestSchema>;

const keysSchema = z.looseObject({ Keys: z.array(row) });
const writesSchema = z.array(
  z.union([
    z.object({ PutRequest: z.object({ Item: row }) }).transform(({ PutRequest }) => PutRequest.Item),
    z.object({ DeleteRequest: z.object({ Key: row }) }).transform(({ DeleteRequest }) => DeleteRequest.Key),
  ]),
);
const batchSchema = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const transactionSchema = z.object({ TransactItems: z.array(z.record(z.string(), requestSchema)) });

const statementsSchema = z.object({
  Statements: z.array(z.object({ Statement: z.string(), Parameters: z.array(row) })),
});
/** The only form that the functions use: `INSERT INTO "table" VALUE {'name': ?, …}`. */
const INSERT = /^INSERT INTO "([^"]+)" VALUE \{(.*)\}$/;

const OF_ONE_TABLE = ['DescribeTable', 'GetItem', 'PutItem', 'Query', 'UpdateItem', 'UpdateTable'];

/** @throws Error for an operation that isn't known here. */
export function rightsOfDynamoDb(call: AwsCall, operation: string): readonly AskedRight[] {
  const body: unknown = JSON.parse(call.body.toString('utf8'));
  if (OF_ONE_TABLE.includes(operation)) return [onTable(call, operation, requestSchema.parse(body))];
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    return Object.entries(batchSchema.parse(body).RequestItems).map(([TableName, asked]) => {
      const rows = operation === 'BatchGetItem' ? keysSchema.parse(asked).Keys : writesSchema.parse(asked);
      return {
        action: `dynamodb:${operation}`,
        resource: arnOf(call, TableName),
        context: leadingKeys(TableName, rows),
      };
    });
  }
  if (operation === 'BatchExecuteStatement') {
    return statementsSchema.parse(body).Statements.map(({ Statement, Parameters }) => {
      const [, TableName, members = ''] = INSERT.exec(Statement) ?? [];
      if (TableName === undefined) throw new Error(`Which rights does this statement ask for: ${Statement}?`);
      const names = [...members.matchAll(/'(\w+)': \?/g)].map(([, name = '']) => name);
      return onTable(call, 'PartiQLInsert', {
        TableName,
        Item: Object.fromEntries(names.map((name, place) => [name, Parameters[place]])),
      });
    });
  }
  if (operation === 'TransactWriteItems') {
    // A transaction asks for the rights of its writes, and for none of its own.
    return transactionSchema
      .parse(body)
      .TransactItems.flatMap((item) =>
        Object.entries(item).map(([kind, request]) =>
          onTable(call, kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`, request),
        ),
      );
  }
  throw new Error(
    `Which rights does dynamodb:${operation} ask for? Say it in test/deploy/proxy/rights-of-dynamodb.ts.`,
  );
}

function onTable(call: AwsCall, operation: string, request: Request): AskedRight {
  const { TableName = '', IndexName, Key, Item, ExpressionAttributeNames = {}, ReturnValues } = request;
  const rows = [Key, Item].filter((it) => it !== undefined);
  const attributes = [...rows.flatMap(Object.keys), ...Object.values(ExpressionAttributeNames)];
  return {
    action: `dynamodb:${operation}`,
    resource: `${arnOf(call, TableName)}${IndexName === undefined ? '' : `/index/${IndexName}`}`,
    context: {
      ...leadingKeys(TableName, rows),
      ...(attributes.length > 0 && { 'dynamodb:Attributes': [...new Set(attributes)] }),
      ...(ReturnValues !== undefined && { 'dynamodb:ReturnValues': [ReturnValues] }),
    },
  };
}

function leadingKeys(tableName: string, rows: readonly Record<string, unknown>[]): Record<string, readonly string[]> {
  const schema = Object.entries(TABLES).find(([name]) => tableName.endsWith(`-${name}`))?.[1];
  if (schema === undefined || rows.length === 0) return {};
  const keys = rows.map((it) => z.object({ S: z.string() }).parse(it[schema.partitionKey]).S);
  return { 'dynamodb:LeadingKeys': [...new Set(keys)] };
}

function arnOf({ region, account }: AwsCall, table: string): string {
  return table.startsWith('arn:') ? table : `arn:aws:dynamodb:${region}:${account}:table/${table}`;
}
