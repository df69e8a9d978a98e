import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { IngestVariables } from '../../lambda/runtime/environment.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketName } from '../config/resource-names.ts';
import type { AlertTopics } from '../stores/alert-topics.ts';
import type { AuditTables } from '../stores/audit-tables.ts';
import { quarantinedRecords } from '../stores/quarantine-bucket.ts';
import { alertingVariables } from './alerting-variables.ts';
import { AuditFunction, type FunctionSettings } from './audit-function.ts';
import { logBucketVariables } from './log-bucket-variables.ts';
import { acknowledgeObjects } from './permissions/acknowledge-objects.ts';
import {
  acknowledgeLogs,
  askSuppressions,
  consume,
  correlate,
  giveUpTo,
  onTable,
  publishTo,
  queueForChannels,
  raisePageShards,
  readLogs,
  readNames,
  updateBookkeeping,
  useAuditKey,
  useTopicKeys,
} from './permissions/permissions.ts';

/** The longest that one call of ingest may take; the queue's visibility timeout is six times this. */
export const INGEST_TIMEOUT = Duration.minutes(5);

export interface IngestProps {
  readonly config: DeploymentConfig;
  readonly settings: FunctionSettings;
  readonly queue: Queue;
  /** The queue for messages that no further try can help. */
  readonly deadLetterQueue: Queue;
  readonly logKey: IKey;
  readonly tables: AuditTables['tables'];
  readonly topics: AlertTopics;
}

/** Reads each new log object, indexes its events, judges them and sends alerts. */
export class Ingest extends AuditFunction {
  constructor(scope: Construct, id: string, props: IngestProps) {
    const { config, queue, deadLetterQueue, tables } = props;
    const environment: IngestVariables = {
      ...alertingVariables(props),
      ...logBucketVariables(config),
      QUARANTINE_BUCKET: bucketName(config.deployment, 'quarantine'),
      LOG_QUEUE_URL: queue.queueUrl,
      DEAD_LETTER_QUEUE_URL: deadLetterQueue.queueUrl,
      SEGMENTS_TABLE: tables.segments.tableName,
      ROWS: config.index.rows,
      ROW_DAYS: String(config.index.rowDays),
      PAGE_SHARDS: String(config.index.pageShards),
      MAX_OBJECT_BYTES: String(config.maxObjectBytes),
    };
    super(scope, id, {
      ...props.settings,
      name: 'ingest',
      description: 'Reads CloudTrail log objects, indexes and judges their events, sends alerts',
      timeout: INGEST_TIMEOUT,
      // One whole vCPU: reading, judging and writing are all one thread's work, and more memory would buy a second
      // core that stays idle.
      memorySize: 1769,
      readsPlaces: true,
      environment,
      statements: permissions(props),
    });
    acknowledgeLogs(this.role, config);
    acknowledgeObjects(
      this.role,
      quarantinedRecords(config.deployment),
      'Rejected records, in the one folder of the bucket that is for nothing else: their keys are those of log objects.',
    );
    this.function.addEventSource(
      new SqsEventSource(queue, {
        // Few messages a call, so that one slow object holds up few others.
        batchSize: 5,
        reportBatchItemFailures: true,
        // Not reserved concurrency, which new accounts have too little of to reserve any.
        maxConcurrency: config.maxConcurrency,
      }),
    );
  }
}

/** The handler's code needs each of these statements; docs/security.md explains them. */
function permissions(props: IngestProps): PolicyStatement[] {
  const { config, queue, deadLetterQueue, logKey, tables, topics, settings } = props;
  return [
    consume(queue),
    giveUpTo(deadLetterQueue),
    ...readLogs(config, logKey),
    new PolicyStatement({
      sid: 'QuarantineRecords',
      actions: ['s3:PutObject'],
      resources: [quarantinedRecords(config.deployment)],
    }),
    new PolicyStatement({
      // For `trailwarden redrive`, once a log object is gone. The name of a bucket that was deleted may become another
      // account's: nothing is ever read from there. No s3:ListBucket: the ledger says which copies there are.
      sid: 'ReadQuarantinedRecords',
      actions: ['s3:GetObject'],
      resources: [quarantinedRecords(config.deployment)],
      conditions: { StringEquals: { 's3:ResourceAccount': Aws.ACCOUNT_ID } },
    }),
    onTable('IndexEvents', tables.events, ['dynamodb:BatchWriteItem', 'dynamodb:PutItem']),
    // In one transaction with the ledger's row, which asks for the rights of its writes.
    onTable('WritePages', tables.segments, ['dynamodb:PutItem']),
    raisePageShards(tables),
    updateBookkeeping(tables),
    onTable('RecordFindings', tables.findings, ['dynamodb:PartiQLInsert', 'dynamodb:PutItem']),
    onTable('OpenAlerts', tables.alerts, ['dynamodb:PutItem', 'dynamodb:UpdateItem']),
    askSuppressions(tables),
    correlate(tables),
    onTable('KeepTheLedger', tables.ledger, ['dynamodb:Query', 'dynamodb:UpdateItem']),
    publishTo(topics.published),
    ...useTopicKeys(topics),
    ...queueForChannels(config),
    ...readNames(config, ['s3:GetObject']),
    useAuditKey(settings.key, config, ['dynamodb', 's3', 'sns']),
  ];
}
