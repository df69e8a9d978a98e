import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type {
  BackfillBatchVariables,
  BackfillListVariables,
  IngestVariables,
  PackVariables,
  SweepVariables,
  VerifyVariables,
} from '../../lambda/runtime/environment.ts';
import type { TableName } from '../../lambda/store/schema.ts';
import { createTables } from './create-tables.ts';
import type { Clients } from './local-clients.ts';

export interface Queue {
  readonly url: string;
  readonly arn: string;
}

/** What `cdk deploy` makes, as far as the embedded AWS supports it. */
export interface Resources {
  readonly deployment: string;
  /** Names. */
  readonly buckets: { readonly logs: string; readonly quarantine: string; readonly backfill: string };
  /** ARNs. */
  readonly topics: Readonly<Record<'delivery' | 'alerts' | 'critical' | 'high' | 'medium' | 'low', string>>;
  readonly queues: {
    readonly logs: Queue;
    readonly deadLetters: Queue;
    readonly digests: Queue;
    readonly digestDeadLetters: Queue;
    /** Subscribed to every alert topic, as a person and a program would be. Messages come in SNS's envelope. */
    readonly subscriber: Queue;
  };
  /** Physical names. */
  readonly tables: Readonly<Record<TableName, string>>;
  /** The environments of the functions. */
  readonly variables: {
    readonly ingest: IngestVariables;
    readonly verify: VerifyVariables;
    readonly sweep: SweepVariables;
    readonly pack: PackVariables;
    readonly backfillList: BackfillListVariables;
    readonly backfillBatch: BackfillBatchVariables;
  };
}

export interface ProvisionOptions {
  /** The prefix of every name. */
  readonly deployment: string;
  /** The normalised rule set that the functions read. */
  readonly rulesFile: string;
  /** What is known beside the records; empty if that is nothing. */
  readonly directoryFile?: string;
  /** Further buckets to read from: those that digests name, which were made for another bucket than ours. */
  readonly trailBuckets?: readonly string[];
  /** Seconds until a message that failed comes back. */
  readonly visibilityTimeout?: number;
}

/** Days after which what lies in the bucket isn't missed: nothing expires here. */
const NEVER_EXPIRES = '36500';

/**
 * After so many receives a message goes to the dead-letter queue: a person waits here, and nobody restores access in
 * the meantime.
 */
const MAX_RECEIVE_COUNT = 5;

/**
 * Creates buckets, topics, queues, subscriptions and tables. What exists already stays, with all that it holds, so it
 * may run over the same data again and again.
 *
 * @throws InputError if a table was made by another version
 */
export async function provision(clients: Clients, options: ProvisionOptions): Promise<Resources> {
  const { deployment, rulesFile, directoryFile = '', trailBuckets = [], visibilityTimeout = 30 } = options;
  const { s3, sns } = clients;
  const topic = (name: string) => createTopic(sns, `${deployment}-${name}`);
  const topics = {
    delivery: await topic('delivery'),
    alerts: await topic('alerts'),
    critical: await topic('critical'),
    high: await topic('high'),
    medium: await topic('medium'),
    low: await topic('low'),
  };
  const buckets = {
    logs: `${deployment}-logs`,
    quarantine: `${deployment}-quarantine`,
    backfill: `${deployment}-backfill`,
  };
  const logBuckets = [...new Set([buckets.logs, ...trailBuckets])];
  for (const bucket of [...logBuckets, buckets.quarantine, buckets.backfill]) {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  }
  for (const bucket of logBuckets) await notify(s3, bucket, topics.delivery);

  const consumed = (name: string, { arn }: Queue) =>
    createQueue(clients, `${deployment}-${name}`, {
      VisibilityTimeout: String(visibilityTimeout),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: MAX_RECEIVE_COUNT }),
    });
  const deadLetters = await createQueue(clients, `${deployment}-logs-dead-letter`, {});
  const logs = await consumed('logs', deadLetters);
  const digestDeadLetters = await createQueue(clients, `${deployment}-digests-dead-letter`, {});
  const digests = await consumed('digests', digestDeadLetters);
  const subscriber = await createQueue(clients, `${deployment}-subscriber`, {});
  for (const queue of [logs, digests]) await subscribe(sns, topics.delivery, queue, true);
  for (const level of ['alerts', 'critical', 'high', 'medium', 'low'] as const) {
    await subscribe(sns, topics[level], subscriber, false);
  }

  const tables = await createTables(clients.dynamodb, deployment);
  const sweep: SweepVariables = {
    EVENTS_TABLE: tables.events,
    FINDINGS_TABLE: tables.findings,
    ALERTS_TABLE: tables.alerts,
    LEDGER_TABLE: tables.ledger,
    CORRELATIONS_TABLE: tables.correlations,
    SUPPRESSIONS_TABLE: tables.suppressions,
    ALERTS_TOPIC_ARN: topics.alerts,
    CRITICAL_TOPIC_ARN: topics.critical,
    HIGH_TOPIC_ARN: topics.high,
    MEDIUM_TOPIC_ARN: topics.medium,
    LOW_TOPIC_ARN: topics.low,
    CHAT_TOPIC_ARN: '',
    MINIMUM_LEVEL: 'low',
    ALERT_WINDOW_MINUTES: '15',
    MAX_ALERTS_PER_MINUTE: '30',
    RULES_FILE: rulesFile,
    DIRECTORY_FILE: directoryFile,
    // Nothing here reaches AWS.
    NAMES_BUCKET: '',
    DEPLOYMENT: deployment,
    CHANNELS_FILE: '',
    CHANNEL_QUEUE_PREFIX: '',
  };
  const ingest: IngestVariables = {
    ...sweep,
    LOG_BUCKETS: logBuckets.join(','),
    SOURCES_FILE: '',
    QUARANTINE_BUCKET: buckets.quarantine,
    LOG_QUEUE_URL: logs.url,
    DEAD_LETTER_QUEUE_URL: deadLetters.url,
    SEGMENTS_TABLE: tables.segments,
    ROWS: 'notable',
    ROW_DAYS: '30',
    PAGE_SHARDS: '1',
    MAX_OBJECT_BYTES: String(1024 ** 3),
  };
  const verify: VerifyVariables = {
    ...sweep,
    LOG_BUCKETS: ingest.LOG_BUCKETS,
    SOURCES_FILE: '',
    DELIVERY_TOPIC_ARN: topics.delivery,
    LOG_QUEUE_URL: logs.url,
    DIGEST_QUEUE_URL: digests.url,
    DEAD_LETTER_QUEUE_URL: digestDeadLetters.url,
    MAX_OBJECT_BYTES: ingest.MAX_OBJECT_BYTES,
    LOG_EXPIRE_DAYS: NEVER_EXPIRES,
  };
  const pack: PackVariables = { DEPLOYMENT: deployment, SEGMENTS_TABLE: tables.segments, RETENTION_DAYS: '365' };
  const backfillList: BackfillListVariables = {
    DEPLOYMENT: deployment,
    LOG_BUCKETS: ingest.LOG_BUCKETS,
    SOURCES_FILE: '',
    LEDGER_TABLE: tables.ledger,
    CORRELATIONS_TABLE: tables.correlations,
    RULES_FILE: rulesFile,
    DIRECTORY_FILE: directoryFile,
    WORK_BUCKET: buckets.backfill,
    MAX_OBJECT_BYTES: ingest.MAX_OBJECT_BYTES,
    // The embedded DynamoDB does one thing after the other.
    MAX_CONCURRENCY: '2',
    TOLERATED_FAILURE_PERCENTAGE: '5',
  };
  const backfillBatch: BackfillBatchVariables = {
    ...sweep,
    LOG_BUCKETS: ingest.LOG_BUCKETS,
    SOURCES_FILE: '',
    QUARANTINE_BUCKET: buckets.quarantine,
    SEGMENTS_TABLE: tables.segments,
    ROWS: ingest.ROWS,
    ROW_DAYS: ingest.ROW_DAYS,
    PAGE_SHARDS: ingest.PAGE_SHARDS,
    MAX_OBJECT_BYTES: ingest.MAX_OBJECT_BYTES,
    WORK_BUCKET: buckets.backfill,
  };
  const queues = { logs, deadLetters, digests, digestDeadLetters, subscriber };
  const variables = { ingest, verify, sweep, pack, backfillList, backfillBatch };
  return { deployment, buckets, topics, queues, tables, variables };
}

async function createTopic(sns: SNSClient, name: string): Promise<string> {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name }));
  if (TopicArn === undefined) throw new Error(`SNS gave no ARN for the topic ${name}.`);
  return TopicArn;
}

async function createQueue(
  { sqs, endpoints }: Clients,
  name: string,
  attributes: Record<string, string>,
): Promise<Queue> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const arn = Attributes?.QueueArn;
  if (QueueUrl === undefined || arn === undefined) throw new Error(`SQS gave no URL and ARN for the queue ${name}.`);
  // A queue that was kept still has the port of the run that made it, and a host name that not every resolver knows.
  return { url: new URL(new URL(QueueUrl).pathname, endpoints.sqs).href, arn };
}

async function notify(s3: S3Client, bucket: string, topicArn: string): Promise<void> {
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: {
        TopicConfigurations: [{ Id: 'log-objects', TopicArn: topicArn, Events: ['s3:ObjectCreated:*'] }],
      },
    }),
  );
}

async function subscribe(sns: SNSClient, topicArn: string, queue: Queue, raw: boolean): Promise<void> {
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queue.arn,
      Attributes: { RawMessageDelivery: String(raw) },
    }),
  );
}
