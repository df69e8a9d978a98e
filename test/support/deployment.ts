import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse } from 'aws-lambda';
import { parseRules } from '../../lambda/detection/index.ts';
import type { Ingest } from '../../lambda/ingest/ingest.ts';
import { type IngestWiring, wireIngest } from '../../lambda/ingest/wiring.ts';
import { readIngestEnvironment, readSweepEnvironment } from '../../lambda/runtime/environment.ts';
import type { TableName } from '../../lambda/store/schema.ts';
import type { EventSummary } from '../../lambda/store/segments/summary.ts';
import type { Sweep } from '../../lambda/sweep/sweep.ts';
import { type SweepWiring, wireSweep } from '../../lambda/sweep/wiring.ts';
import { type EmbeddedAws, startEmbeddedAws } from './embedded-aws.ts';
import { indexedEvents } from './indexed-events.ts';

/** A deployment in the embedded AWS with the real handlers over it. */
export interface Deployment {
  readonly aws: EmbeddedAws;
  ingest(overrides?: Partial<IngestWiring>): Ingest;
  sweep(overrides?: Partial<SweepWiring>): Sweep;
  put(key: string, body: Buffer | string): Promise<void>;
  /** Hands one message to a fresh ingest function, as the event source mapping would. */
  deliver(body: unknown, options?: DeliverOptions): Promise<SQSBatchResponse>;
  rows(table: TableName): Promise<Record<string, unknown>[]>;
  /** Every event that the index holds, each once and in order. */
  indexed(): Promise<readonly EventSummary[]>;
  /** Text of every object in the quarantine bucket, uncompressed. */
  quarantined(): Promise<readonly { key: string; body: Buffer }[]>;
  /** The messages in the dead-letter queue of ingest, which are taken out of sight. */
  deadLetters(): Promise<readonly DeadMessage[]>;
  /** What the subscriber of all alert topics has received since the last call. */
  received(): Promise<readonly ReceivedMessage[]>;
}

export interface DeliverOptions {
  readonly ingest?: Ingest;
  readonly remainingMilliseconds?: () => number;
  /** How often the message was received, this time included; once where it is left out. */
  readonly receives?: number;
}

/** A message in a dead-letter queue, and what was said of it. */
export interface DeadMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/** SNS's envelope of a message, as far as tests look at it. */
export interface ReceivedMessage {
  readonly TopicArn: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly MessageAttributes: Record<string, { Type: string; Value: string }>;
}

/** A rule as its author writes it, so that tests read like rule files. */
export async function startDeployment(rules: readonly string[] = []): Promise<Deployment> {
  const { ruleSet, problems } = parseRules(rules.map((text, index) => ({ file: `rule-${index}.yml`, text })));
  if (problems.length > 0) throw new Error(`A rule of the test is broken: ${JSON.stringify(problems)}`);
  const rulesFile = join(await mkdtemp(join(tmpdir(), 'trailwarden-rules-')), 'rules.json');
  await writeFile(rulesFile, JSON.stringify(ruleSet));
  const aws = await startEmbeddedAws({ rulesFile });
  const { clients, resources } = aws;
  const documents = DynamoDBDocumentClient.from(clients.dynamodb);
  const common = {
    dynamodb: clients.dynamodb,
    sns: clients.sns,
    sqs: clients.sqs,
    logger: new Logger({ serviceName: 'test', logLevel: 'SILENT' }),
    metrics: new SilentMetrics({ namespace: 'Test', serviceName: 'test' }),
  };

  const deployment: Deployment = {
    aws,
    ingest: (overrides = {}) =>
      wireIngest({
        environment: readIngestEnvironment(resources.variables.ingest),
        ...common,
        s3: clients.s3,
        ...overrides,
      }),
    sweep: (overrides = {}) =>
      wireSweep({
        environment: readSweepEnvironment(resources.variables.sweep),
        ...common,
        s3: clients.s3,
        ...overrides,
      }),
    put: async (Key, Body) => {
      await clients.s3.send(new PutObjectCommand({ Bucket: resources.buckets.logs, Key, Body: Buffer.from(Body) }));
    },
    deliver: (body, { ingest = deployment.ingest(), remainingMilliseconds = () => 300_000, receives = 1 } = {}) =>
      ingest(sqsEvent(body, receives), { getRemainingTimeInMillis: remainingMilliseconds }),
    indexed: () => indexedEvents(documents, resources.tables.segments),
    rows: async (table) => {
      const rows: Record<string, unknown>[] = [];
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await documents.send(
          new ScanCommand({
            TableName: resources.tables[table],
            ConsistentRead: true,
            ...(ExclusiveStartKey && { ExclusiveStartKey }),
          }),
        );
        rows.push(...(page.Items ?? []));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return rows;
    },
    quarantined: async () => {
      const Bucket = resources.buckets.quarantine;
      const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket }));
      return Promise.all(
        Contents.map(async ({ Key = '' }) => {
          const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
          return { key: Key, body: Buffer.from((await Body?.transformToByteArray()) ?? []) };
        }),
      );
    },
    deadLetters: () => readDeadLetters(clients.sqs, resources.queues.deadLetters.url),
    received: async () => {
      const messages: Message[] = [];
      for (;;) {
        const { Messages = [] } = await clients.sqs.send(
          new ReceiveMessageCommand({ QueueUrl: resources.queues.subscriber.url, MaxNumberOfMessages: 10 }),
        );
        if (Messages.length === 0) break;
        messages.push(...Messages);
      }
      return messages.map(({ Body = '' }): ReceivedMessage => JSON.parse(Body));
    },
  };
  return deployment;
}

/** The messages of a dead-letter queue, which are taken out of sight. */
export async function readDeadLetters(sqs: SQSClient, QueueUrl: string): Promise<readonly DeadMessage[]> {
  const found: DeadMessage[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return found;
    for (const { Body = '', MessageAttributes = {} } of Messages) {
      const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
      found.push({ body: Body, attributes: Object.fromEntries(attributes) });
    }
  }
}

/** Metrics go to standard output as soon as they are published. */
class SilentMetrics extends Metrics {
  override publishStoredMetrics(): this {
    this.clearMetrics();
    return this;
  }
}

/** One message, as the event source mapping hands it over. */
export function sqsEvent(body: unknown, receives: number) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    Records: [
      {
        messageId: 'm-1',
        receiptHandle: 'h-1',
        body: text,
        attributes: {
          ApproximateReceiveCount: String(receives),
          SentTimestamp: '0',
          SenderId: 's',
          ApproximateFirstReceiveTimestamp: '0',
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:logs',
        awsRegion: 'us-east-1',
      },
    ],
  };
}

/** CloudTrail's own message, the shortest of the envelopes. */
export function notificationOf(deployment: Deployment, ...keys: readonly string[]) {
  return { s3Bucket: deployment.aws.resources.buckets.logs, s3ObjectKey: keys };
}
