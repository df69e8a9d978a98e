import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { PutCommand, paginateScan, QueryCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { objectName } from '../../../lambda/store/ledger/object-versions.ts';
import {
  LEDGER_BOOKKEEPING,
  TABLES,
  type TableName,
  type TableSchema,
  tableName,
} from '../../../lambda/store/schema.ts';
import { descriptorPartition } from '../../../lambda/store/segments/table/keys.ts';
import { SignedTrail } from '../../support/signed-trail.ts';
import { eventually } from './expect.ts';
import { ACCOUNT, REGION, type World } from './world.ts';

/** What CloudTrail would deliver, and S3 keep. */
export interface LogFile {
  readonly key: string;
  readonly body: Buffer;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A deployment in the emulator, and what stands for CloudTrail before it. */
export class Deployed {
  readonly world: World;
  readonly name: string;
  readonly bucket: string;
  readonly trail: SignedTrail;

  constructor(world: World, name: string, now = new Date(), bucket = `${name}-logs-${ACCOUNT}-${REGION}`) {
    this.world = world;
    this.name = name;
    this.bucket = bucket;
    this.trail = new SignedTrail({
      bucket: this.bucket,
      account: ACCOUNT,
      trail: name,
      homeRegion: REGION,
      // Its first hour ended five minutes ago.
      start: new Date(now.getTime() - 65 * 60_000),
    });
  }

  table(name: TableName): string {
    return tableName(this.name, name);
  }

  topic(name: string): string {
    return `arn:aws:sns:${REGION}:${ACCOUNT}:${this.name}-${name}`;
  }

  /** Verify vouches for nothing that came before the deployment began, and there is no hour to wait for. */
  async beginEarlier(): Promise<void> {
    const startedAt = new Date(Date.now() - 3 * 3_600_000).toISOString();
    await this.world.clients.documents.send(
      new PutCommand({
        TableName: this.table('ledger'),
        Item: { object: LEDGER_BOOKKEEPING.deployment, version: 'start', startedAt },
      }),
    );
  }

  /** Sends a message to one of the deployment's queues. */
  async queue(name: string, message: object): Promise<void> {
    const { sqs } = this.world.clients;
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `${this.name}-${name}` }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
  }

  /** How many messages wait in one of the deployment's queues. */
  async waiting(name: string): Promise<number> {
    const { sqs } = this.world.clients;
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `${this.name}-${name}` }));
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return Number(Attributes?.ApproximateNumberOfMessages);
  }

  /** Sets an attribute of every row of a table that has it. */
  async setEverywhere(name: TableName, attribute: string, value: string): Promise<void> {
    const { documents } = this.world.clients;
    const TableName = this.table(name);
    const { partitionKey, sortKey }: TableSchema = TABLES[name];
    const { Items = [] } = await documents.send(new ScanCommand({ TableName }));
    for (const item of Items.filter((it) => attribute in it)) {
      const Key = { [partitionKey]: item[partitionKey], ...(sortKey !== undefined && { [sortKey]: item[sortKey] }) };
      await documents.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: 'SET #attribute = :value',
          ExpressionAttributeNames: { '#attribute': attribute },
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    }
  }

  async put({ key, body, metadata }: LogFile): Promise<void> {
    const { s3 } = this.world.clients;
    await s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, Metadata: metadata }));
  }

  /** The ledger's row of an object. */
  async ledgerRow(key: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const { Items = [] } = await this.world.clients.documents.send(
      new QueryCommand({
        TableName: this.table('ledger'),
        KeyConditionExpression: '#object = :object',
        ExpressionAttributeNames: { '#object': 'object' },
        ExpressionAttributeValues: { ':object': objectName(this.bucket, key) },
      }),
    );
    return Items[0];
  }

  /** Every row of a table. */
  async rows(name: TableName): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const found: Record<string, unknown>[] = [];
    const client = this.world.clients.documents;
    for await (const { Items = [] } of paginateScan({ client }, { TableName: this.table(name) })) found.push(...Items);
    return found;
  }

  /** How many segments there are of events of this month. */
  async segments(): Promise<number> {
    const { Count = 0 } = await this.world.clients.documents.send(
      new QueryCommand({
        TableName: this.table('segments'),
        KeyConditionExpression: '#partition = :month',
        ExpressionAttributeNames: { '#partition': 'partition' },
        ExpressionAttributeValues: { ':month': descriptorPartition(new Date().toISOString().slice(0, 7)) },
      }),
    );
    return Count;
  }

  /** Waits until the ledger's row of an object has these values. */
  async untilLedgerSays(key: string, wanted: Readonly<Record<string, unknown>>): Promise<void> {
    let found: unknown;
    await eventually(
      `the ledger says ${JSON.stringify(wanted)} of ${key}`,
      async () => {
        const row = await this.ledgerRow(key);
        found = row;
        return row !== undefined && Object.entries(wanted).every(([name, value]) => row[name] === value)
          ? true
          : undefined;
      },
      { withinSeconds: 90 },
    ).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : error}\nIt says ${JSON.stringify(found)}.`);
    });
  }
}

/** A queue of the test's own that is subscribed to a topic, as somebody's program is. */
export class Subscriber {
  readonly #world: World;
  readonly #url: string;
  readonly #received: string[] = [];

  private constructor(world: World, url: string) {
    this.#world = world;
    this.#url = url;
  }

  static async to(world: World, topicArn: string): Promise<Subscriber> {
    const { sqs, sns } = world.clients;
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: `test-${topicArn.split(':').at(-1)}` }),
    );
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    await sns.send(
      new SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'sqs',
        Endpoint: Attributes?.QueueArn,
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
    return new Subscriber(world, QueueUrl);
  }

  /** The message that holds a text: one that came already, or that still comes. */
  message(text: string): Promise<string> {
    return eventually(
      `a message with ${text}`,
      async () => {
        await this.#receive();
        return this.#received.find((body) => body.includes(text));
      },
      { withinSeconds: 60 },
    );
  }

  async #receive(): Promise<void> {
    const { sqs } = this.#world.clients;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: this.#url, MaxNumberOfMessages: 10 }),
    );
    for (const { Body = '', ReceiptHandle } of Messages) {
      this.#received.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: this.#url, ReceiptHandle }));
    }
  }
}
