import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { BackfillBatchVariables, BackfillListVariables } from '../../lambda/runtime/environment.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { knowsAnything } from '../config/directory-content.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';
import type { AlertTopics } from '../stores/alert-topics.ts';
import type { AuditTables } from '../stores/audit-tables.ts';
import { backfillFiles } from '../stores/backfill-bucket.ts';
import { quarantinedRecords } from '../stores/quarantine-bucket.ts';
import { alertingVariables } from './alerting-variables.ts';
import { AuditFunction, DIRECTORY_FILE, type FunctionSettings, RULES_FILE } from './audit-function.ts';
import { logBucketVariables } from './log-bucket-variables.ts';
import { acknowledgeObjects } from './permissions/acknowledge-objects.ts';
import {
  acknowledgeLogs,
  askSuppressions,
  correlate,
  keepSeenValues,
  onTable,
  publishTo,
  queueForChannels,
  raisePageShards,
  readLogs,
  readNames,
  updateBookkeeping,
  useAuditKey,
  useKeyThrough,
  useTopicKeys,
  writePages,
} from './permissions/permissions.ts';

export interface BackfillFunctionProps {
  readonly config: DeploymentConfig;
  readonly settings: FunctionSettings;
  readonly logKey: IKey;
  readonly tables: AuditTables['tables'];
  readonly topics: AlertTopics;
}

/** Lists the objects that a backfill asks for, and makes batches of them. */
export class BackfillList extends AuditFunction {
  constructor(scope: Construct, id: string, props: BackfillFunctionProps) {
    const { config, settings, logKey, tables } = props;
    const environment: BackfillListVariables = {
      DEPLOYMENT: config.deployment,
      ...logBucketVariables(config),
      LEDGER_TABLE: tables.ledger.tableName,
      CORRELATIONS_TABLE: tables.correlations.tableName,
      RULES_FILE,
      DIRECTORY_FILE: knowsAnything(config) ? DIRECTORY_FILE : '',
      WORK_BUCKET: bucketName(config.deployment, 'backfill'),
      MAX_OBJECT_BYTES: String(config.maxObjectBytes),
      MAX_CONCURRENCY: String(config.backfill.maxConcurrency),
      TOLERATED_FAILURE_PERCENTAGE: String(config.backfill.toleratedFailurePercentage),
    };
    super(scope, id, {
      ...settings,
      name: 'backfill-list',
      description: 'Lists log objects that were there before, and makes batches of those that nobody has read',
      // As long as a function may run: it lists some thousand objects a second, and the next call goes on.
      timeout: Duration.minutes(15),
      memorySize: 1769,
      readsPlaces: true,
      environment,
      statements: [
        // For a sample of them, by which a backfill is estimated.
        ...readLogs(config, logKey, { latestOnly: true }),
        new PolicyStatement({
          sid: 'AskWhichAreRead',
          actions: ['dynamodb:Query'],
          resources: [`${tables.ledger.tableArn}/index/by-account-region-day`],
        }),
        // What a backfill has taught rules of type first_seen, once it is done.
        keepSeenValues(tables, ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem']),
        ...keepFiles(config.deployment, ['s3:GetObject', 's3:PutObject']),
        useKeyThrough('UseTheAuditKey', settings.key, ['dynamodb', 's3'], ['kms:Decrypt', 'kms:GenerateDataKey']),
      ],
    });
    acknowledgeBackfillFiles(this, config);
    acknowledgeLogs(this.role, config);
  }
}

/** Twice what a batch should take. A child execution ends after five minutes. */
const BATCH_TIMEOUT = Duration.minutes(4);

/** Reads one batch: as ingest would, except that it consumes no queue, and that findings alert only where asked. */
export class BackfillBatch extends AuditFunction {
  constructor(scope: Construct, id: string, props: BackfillFunctionProps) {
    const { config, settings, logKey, tables, topics } = props;
    const environment: BackfillBatchVariables = {
      ...alertingVariables(props),
      ...logBucketVariables(config),
      QUARANTINE_BUCKET: bucketName(config.deployment, 'quarantine'),
      SEGMENTS_TABLE: tables.segments.tableName,
      ROWS: config.index.rows,
      ROW_DAYS: String(config.index.rowDays),
      PAGE_SHARDS: String(config.index.pageShards),
      MAX_OBJECT_BYTES: String(config.maxObjectBytes),
      WORK_BUCKET: bucketName(config.deployment, 'backfill'),
    };
    super(scope, id, {
      ...settings,
      name: 'backfill-batch',
      description: 'Reads a batch of log objects that were there before: indexes and judges their events',
      timeout: BATCH_TIMEOUT,
      // One whole vCPU, as ingest has.
      memorySize: 1769,
      readsPlaces: true,
      environment,
      statements: [
        ...readLogs(config, logKey, { latestOnly: true }),
        new PolicyStatement({
          sid: 'QuarantineRecords',
          actions: ['s3:PutObject'],
          resources: [quarantinedRecords(config.deployment)],
        }),
        ...keepFiles(config.deployment, ['s3:GetObject', 's3:PutObject']),
        ...readNames(config, ['s3:GetObject']),
        // Rows and live correlations are for objects that ingest has only not come to yet.
        onTable('IndexEvents', tables.events, ['dynamodb:BatchWriteItem', 'dynamodb:PutItem']),
        correlate(tables),
        writePages(tables),
        raisePageShards(tables),
        updateBookkeeping(tables),
        onTable('RecordFindings', tables.findings, ['dynamodb:PartiQLInsert', 'dynamodb:PutItem']),
        onTable('OpenAlerts', tables.alerts, ['dynamodb:PutItem', 'dynamodb:UpdateItem']),
        askSuppressions(tables),
        onTable('KeepTheLedger', tables.ledger, ['dynamodb:Query', 'dynamodb:UpdateItem']),
        publishTo(topics.published),
        ...useTopicKeys(topics),
        ...queueForChannels(config),
        useAuditKey(settings.key, config, ['dynamodb', 's3', 'sns']),
      ],
    });
    acknowledgeBackfillFiles(this, config);
    acknowledgeLogs(this.role, config);
    acknowledgeObjects(
      this.role,
      quarantinedRecords(config.deployment),
      'Rejected records, in the one folder of the bucket that is for nothing else: their keys are those of log objects.',
    );
  }
}

function acknowledgeBackfillFiles({ role }: AuditFunction, { deployment }: DeploymentConfig): void {
  acknowledgeObjects(
    role,
    backfillFiles(deployment),
    'The files of all backfills: each has a folder that is named by its time.',
  );
}

function keepFiles(deployment: string, actions: readonly ('s3:GetObject' | 's3:PutObject')[]): PolicyStatement[] {
  const conditions = { StringEquals: { 's3:ResourceAccount': Aws.ACCOUNT_ID } };
  return [
    new PolicyStatement({
      // The name of a bucket that was deleted may become another account's: nothing is read from there, or put there.
      sid: 'KeepListsAndResults',
      actions: [...actions],
      resources: [backfillFiles(deployment)],
      conditions,
    }),
    new PolicyStatement({
      // The lister looks which results there are. And without it S3 answers a file that isn't there with 403: which batch
      // was begun before couldn't be told.
      sid: 'TellNoneFromForbidden',
      actions: ['s3:ListBucket'],
      resources: [bucketArn(bucketName(deployment, 'backfill'))],
      conditions,
    }),
  ];
}
