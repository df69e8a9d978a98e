import { AsyncLocalStorage } from 'node:async_hooks';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

/** A right that a call asks for: an action on a resource, named as a policy's template names it. */
export interface AskedRight {
  readonly action: string;
  /** A table's name, with `/index/NAME` behind it for an index; a bucket, or `BUCKET/KEY`; a queue's or topic's name. */
  readonly resource: string;
  /** Partition keys of the rows, where they are known. */
  readonly leadingKeys?: readonly string[];
}

const inputSchema = z.looseObject({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  Bucket: z.string().optional(),
  Key: z.unknown().optional(),
  VersionId: z.string().optional(),
  QueueName: z.string().optional(),
  QueueUrl: z.string().optional(),
  TopicArn: z.string().optional(),
  RequestItems: z.record(z.string(), z.unknown()).optional(),
  TransactItems: z
    .array(z.record(z.string(), z.looseObject({ TableName: z.string(), Item: z.looseObject({}).optional() })))
    .optional(),
});
type Input = z.infer<typeof inputSchema>;

const CLIENTS = [S3Client, SNSClient, SQSClient, DynamoDBClient, DynamoDBDocumentClient];

/** What a function does that a command has called: those are no calls of the command, though this process makes them. */
export const ofFunctions = new AsyncLocalStorage<true>();

/** Records the rights that every call of the AWS SDK asks for, until `stop`. */
export function recordCalls(): { readonly asked: AskedRight[]; stop(): void } {
  const asked: AskedRight[] = [];
  const prototypes = new Set<{ send: unknown }>(CLIENTS.map((client) => sendingPrototype(client.prototype)));
  const spies = [...prototypes].map((prototype) => {
    const original = prototype.send as (...args: unknown[]) => unknown;
    return jest.spyOn(prototype as { send(...args: unknown[]): unknown }, 'send').mockImplementation(function (
      this: unknown,
      ...args: unknown[]
    ) {
      if (ofFunctions.getStore()) return original.apply(this, args);
      const [command] = args as [{ readonly constructor: { readonly name: string }; readonly input: unknown }];
      asked.push(...rightsOf(command.constructor.name, inputSchema.parse(command.input)));
      return original.apply(this, args);
    });
  });
  return {
    asked,
    stop: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

/** Where `send` is defined: all clients of a version of the SDK share it. */
function sendingPrototype(prototype: object): { send: unknown } {
  let at: object | null = prototype;
  while (at !== null && !Object.hasOwn(at, 'send')) at = Object.getPrototypeOf(at);
  if (at === null) throw new Error('This client of the SDK has no method "send".');
  return at as { send: unknown };
}

/** AWS, "Actions, resources, and condition keys" of each service. @throws Error for a call that isn't known here. */
function rightsOf(commandName: string, input: Input): AskedRight[] {
  const name = commandName.replace(/Command$/, '');
  const table = `${input.TableName}${input.IndexName === undefined ? '' : `/index/${input.IndexName}`}`;
  switch (name) {
    case 'Query':
    case 'PutItem':
    case 'GetItem':
    case 'UpdateItem':
    case 'DeleteItem':
    case 'Scan':
    case 'DescribeTable':
    case 'UpdateTable':
      return [{ action: `dynamodb:${name}`, resource: table }];
    case 'Put':
    case 'Get':
    case 'Update':
    case 'Delete':
      return [{ action: `dynamodb:${name}Item`, resource: table }];
    case 'BatchGet':
    case 'BatchGetItem':
    case 'BatchWrite':
    case 'BatchWriteItem':
      return Object.keys(input.RequestItems ?? {}).map((resource) => ({
        action: `dynamodb:${name.replace(/Item$/, '')}Item`,
        resource,
      }));
    case 'TransactWrite':
    case 'TransactWriteItems':
      // A transaction asks for the rights of its writes, and for none of its own.
      return (input.TransactItems ?? []).flatMap((item) =>
        Object.entries(item).map(([kind, { TableName, Item }]) => ({
          action: kind === 'ConditionCheck' ? 'dynamodb:ConditionCheckItem' : `dynamodb:${kind}Item`,
          resource: TableName,
          ...(typeof Item?.partition === 'string' && { leadingKeys: [Item.partition] }),
        })),
      );
    case 'GetObject':
    case 'HeadObject':
      return [
        {
          action: input.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion',
          resource: `${input.Bucket}/${String(input.Key)}`,
        },
        // S3 tells a missing object from a forbidden one only to whoever may list.
        { action: 's3:ListBucket', resource: String(input.Bucket) },
      ];
    case 'GetBucketNotificationConfiguration':
      return [{ action: 's3:GetBucketNotification', resource: String(input.Bucket) }];
    case 'PutBucketNotificationConfiguration':
      return [{ action: 's3:PutBucketNotification', resource: String(input.Bucket) }];
    case 'ListObjectsV2':
      return [{ action: 's3:ListBucket', resource: String(input.Bucket) }];
    case 'GetBucketPolicy':
      return [{ action: 's3:GetBucketPolicy', resource: String(input.Bucket) }];
    case 'Publish':
    case 'GetTopicAttributes':
    case 'ListSubscriptionsByTopic':
      return [{ action: `sns:${name}`, resource: lastPart(input.TopicArn) }];
    case 'GetQueueUrl':
      return [{ action: 'sqs:GetQueueUrl', resource: String(input.QueueName) }];
    case 'GetQueueAttributes':
    case 'ReceiveMessage':
    case 'SendMessage':
    case 'DeleteMessage':
      return [{ action: `sqs:${name}`, resource: lastPart(input.QueueUrl) }];
    default:
      throw new Error(`Which rights does ${commandName} ask for? Say it in test/cli/support/recorded-calls.ts.`);
  }
}

const lastPart = (name = ''): string => name.split(/[:/]/).at(-1) ?? '';
