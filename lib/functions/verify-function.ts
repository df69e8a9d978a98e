import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { VerifyVariables } from '../../lambda/runtime/environment.ts';
import type { DeploymentConfig } from '../config/config.ts';
import type { AlertTopics } from '../stores/alert-topics.ts';
import type { AuditTables } from '../stores/audit-tables.ts';
import { alertingVariables } from './alerting-variables.ts';
import { AuditFunction, type FunctionSettings } from './audit-function.ts';
import { logBucketVariables } from './log-bucket-variables.ts';
import {
  acknowledgeLogs,
  acknowledgePublicKeys,
  askSuppressions,
  consume,
  giveUpTo,
  listPublicKeys,
  onTable,
  publishTo,
  queueForChannels,
  readLogs,
  updateBookkeeping,
  useAuditKey,
  useTopicKeys,
} from './permissions/permissions.ts';

/** The longest that one call of verify may take; the queue's visibility timeout is six times this, and the batching window. */
export const VERIFY_TIMEOUT = Duration.minutes(5);

/** How long Lambda gathers messages for one call of verify. */
export const VERIFY_BATCHING_WINDOW = Duration.minutes(1);

export interface VerifyProps {
  readonly config: DeploymentConfig;
  readonly settings: FunctionSettings;
  /** The queue that announces digests to verify. */
  readonly queue: Queue;
  /** The queue for messages that no further try can help. */
  readonly deadLetterQueue: Queue;
  /** Where it queues log objects that a digest names and nobody has read. */
  readonly logQueue: Queue;
  readonly logKey: IKey;
  /** What the buckets of sources must notify. */
  readonly deliveryTopic: ITopic;
  readonly tables: AuditTables['tables'];
  readonly topics: AlertTopics;
}

/** Checks each digest, its chain and what it names, and queues delivered objects again that nobody has read. */
export class Verify extends AuditFunction {
  constructor(scope: Construct, id: string, props: VerifyProps) {
    const { config, queue, deadLetterQueue, logQueue, deliveryTopic } = props;
    const environment: VerifyVariables = {
      ...alertingVariables(props),
      ...logBucketVariables(config),
      DELIVERY_TOPIC_ARN: deliveryTopic.topicArn,
      LOG_QUEUE_URL: logQueue.queueUrl,
      DIGEST_QUEUE_URL: queue.queueUrl,
      DEAD_LETTER_QUEUE_URL: deadLetterQueue.queueUrl,
      MAX_OBJECT_BYTES: String(config.maxObjectBytes),
      LOG_EXPIRE_DAYS: String(config.logBucket.expireDays),
    };
    super(scope, id, {
      ...props.settings,
      name: 'verify',
      description: 'Checks CloudTrail digests, and that every log object they name was read as it was written',
      timeout: VERIFY_TIMEOUT,
      memorySize: 1024,
      environment,
      statements: permissions(props),
    });
    acknowledgeLogs(this.role, config);
    acknowledgePublicKeys(this.role);
    this.function.addEventSource(
      new SqsEventSource(queue, {
        // Most messages tell of log objects and are acknowledged unread; digests come once an hour and can wait.
        batchSize: 100,
        maxBatchingWindow: VERIFY_BATCHING_WINDOW,
        reportBatchItemFailures: true,
        maxConcurrency: 2,
      }),
    );
  }
}

function permissions(props: VerifyProps): PolicyStatement[] {
  const { config, queue, deadLetterQueue, logQueue, logKey, tables, topics, settings } = props;
  return [
    consume(queue),
    giveUpTo(deadLetterQueue),
    new PolicyStatement({
      sid: 'QueueUnreadLogObjects',
      actions: ['sqs:SendMessage'],
      resources: [logQueue.queueArn],
    }),
    ...readLogs(config, logKey, { notification: true }),
    listPublicKeys(),
    onTable(
      'KeepTheLedger',
      tables.ledger,
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      ['by-account-region-day'],
    ),
    onTable('RecordFindings', tables.findings, ['dynamodb:PartiQLInsert', 'dynamodb:PutItem']),
    onTable('OpenAlerts', tables.alerts, ['dynamodb:PutItem', 'dynamodb:UpdateItem']),
    updateBookkeeping(tables),
    askSuppressions(tables),
    publishTo(topics.published),
    ...useTopicKeys(topics),
    ...queueForChannels(config),
    useAuditKey(settings.key, config, ['dynamodb', 'sns']),
  ];
}
