import { Aws, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { NAMES_KEY } from '../../../lambda/directory/names-object.ts';
import { SEEN_PARTITIONS } from '../../../lambda/store/correlations/seen-row.ts';
import { EVENT_BOOKKEEPING } from '../../../lambda/store/schema.ts';
import { PAGE_PARTITIONS, STATE_KEY } from '../../../lambda/store/segments/table/keys.ts';
import type { DeploymentConfig } from '../../config/config.ts';
import { existingSources, newTrail } from '../../config/existing-sources.ts';
import { fetchesNames } from '../../config/names-settings.ts';
import { bucketArn, bucketName, channelQueueArn } from '../../config/resource-names.ts';
import { logObjects } from '../../log-archive/log-bucket.ts';
import type { AlertTopics } from '../../stores/alert-topics.ts';
import type { AuditTables } from '../../stores/audit-tables.ts';
import { acknowledgeObjects } from './acknowledge-objects.ts';
import { acknowledgeSources, readObjects, readSources, type SourceUses } from './source-permissions.ts';

/** The statements that more than one role has, written once. Actions are named one by one, with no wildcard. */

type DynamoDbAction =
  | 'dynamodb:BatchGetItem'
  | 'dynamodb:BatchWriteItem'
  | 'dynamodb:ConditionCheckItem'
  | 'dynamodb:GetItem'
  | 'dynamodb:PartiQLInsert'
  | 'dynamodb:PutItem'
  | 'dynamodb:Query'
  | 'dynamodb:UpdateItem';

/** Certain actions on a table's rows, and a query of the indexes that are named. */
export function onTable(
  sid: string,
  table: TableV2,
  actions: readonly DynamoDbAction[],
  indexes: readonly string[] = [],
): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [table.tableArn, ...indexes.map((index) => `${table.tableArn}/index/${index}`)],
  });
}

/** The state of correlations, which functions share. A transaction asks for the rights of its writes. */
export function correlate(tables: AuditTables['tables'], indexes: readonly string[] = []): PolicyStatement {
  return onTable(
    'Correlate',
    tables.correlations,
    [
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PartiQLInsert',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    indexes,
  );
}

/** The values of rules of type first_seen, and none of the groups of other correlations. */
export function keepSeenValues(tables: AuditTables['tables'], actions: readonly DynamoDbAction[]): PolicyStatement {
  const statement = onTable('KeepSeenValues', tables.correlations, actions);
  statement.addCondition('ForAllValues:StringLike', { 'dynamodb:LeadingKeys': [`${SEEN_PARTITIONS}*`] });
  return statement;
}

/** The suppressions of a rule, before its finding is recorded. */
export function askSuppressions(tables: AuditTables['tables']): PolicyStatement {
  return new PolicyStatement({
    sid: 'AskSuppressions',
    actions: ['dynamodb:Query'],
    resources: [`${tables.suppressions.tableArn}/index/by-rule`],
  });
}

/**
 * The only rows of the events table that are ever updated, in a partition of their own: the days that have findings, and
 * how many alerts are sent in a minute.
 */
export function updateBookkeeping(tables: AuditTables['tables']): PolicyStatement {
  return onPartition(onTable('UpdateBookkeeping', tables.events, ['dynamodb:UpdateItem']), EVENT_BOOKKEEPING.partition);
}

/** The state of the segments, for the number of page shards alone that it holds. */
export function raisePageShards(tables: AuditTables['tables']): PolicyStatement {
  return onPartition(onTable('RaisePageShards', tables.segments, ['dynamodb:UpdateItem']), STATE_KEY.partition);
}

/** Adds pages to the segments, and touches none of their other items. */
export function writePages(tables: AuditTables['tables']): PolicyStatement {
  const statement = onTable('WritePages', tables.segments, ['dynamodb:PutItem']);
  statement.addCondition('ForAllValues:StringLike', { 'dynamodb:LeadingKeys': [`${PAGE_PARTITIONS}*`] });
  return statement;
}

function onPartition(statement: PolicyStatement, partition: string): PolicyStatement {
  statement.addCondition('ForAllValues:StringEquals', { 'dynamodb:LeadingKeys': [partition] });
  return statement;
}

/** Takes messages from a queue, sets when they come back, and queues again what needs another call. */
export function consume(queue: Queue): PolicyStatement {
  return new PolicyStatement({
    sid: 'ReadTheQueueAndQueueAgain',
    actions: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ChangeMessageVisibility',
      'sqs:SendMessage',
    ],
    resources: [queue.queueArn],
  });
}

/** Gives up on a message before SQS would: it goes to the dead-letter queue with the reason. */
export function giveUpTo(deadLetterQueue: Queue): PolicyStatement {
  return new PolicyStatement({
    sid: 'GiveUpMessages',
    actions: ['sqs:SendMessage'],
    resources: [deadLetterQueue.queueArn],
  });
}

/** The names that are fetched from Organizations and Identity Center: statements where the settings say so. */
export function readNames(
  config: DeploymentConfig,
  actions: readonly ('s3:GetObject' | 's3:PutObject')[],
): PolicyStatement[] {
  if (!fetchesNames(config.names)) return [];
  // The name of a bucket that was deleted may become another account's: nothing is read from there, or put there.
  const conditions = { StringEquals: { 's3:ResourceAccount': Aws.ACCOUNT_ID } };
  const bucket = bucketArn(bucketName(config.deployment, 'backfill'));
  return [
    new PolicyStatement({
      sid: 'KeepNames',
      actions: [...actions],
      resources: [`${bucket}/${NAMES_KEY}`],
      conditions,
    }),
    new PolicyStatement({
      // Without it S3 answers an object that isn't there yet with 403.
      sid: 'TellNoNamesFromForbidden',
      actions: ['s3:ListBucket'],
      resources: [bucket],
      conditions,
    }),
  ];
}

/** The log bucket and its key, where the deployment makes a trail, and the buckets of its other sources. */
export function readLogs(config: DeploymentConfig, logKey: IKey, uses: SourceUses = {}): PolicyStatement[] {
  return [...(newTrail(config) === undefined ? [] : readLogBucket(config, logKey, uses)), ...readSources(config, uses)];
}

/** The reasons for the wildcards of `readLogs`, for cdk-nag. */
export function acknowledgeLogs(scope: IConstruct, config: DeploymentConfig): void {
  if (newTrail(config) !== undefined) {
    acknowledgeObjects(scope, logObjects(config), 'Files of CloudTrail, below AWSLogs/ only: their keys hold times.');
  }
  acknowledgeSources(scope, existingSources(config));
}

/** The log bucket that the deployment makes, and its key. */
export function readLogBucket(config: DeploymentConfig, logKey: IKey, uses: SourceUses = {}): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'ReadLogObjects',
      actions: readObjects(uses),
      resources: [logObjects(config)],
    }),
    new PolicyStatement({
      // Without it S3 answers a missing object with 403, like a forbidden one. Ingest tries a key that isn't there in its
      // decoded form, verify must know what is missing, and an operator must see whether an object is gone or out of
      // reach. No condition on s3:prefix: a GetObject carries none, and would be answered with 403 again. It shows key
      // names alone (accounts, regions and times), all of which the functions read anyway.
      sid: 'TellMissingFromForbidden',
      actions: ['s3:ListBucket'],
      resources: [bucketArn(bucketName(config.deployment, 'logs'))],
    }),
    useKeyThrough('DecryptLogObjects', logKey, ['s3'], ['kms:Decrypt']),
  ];
}

/** The keys that digests are checked with. */
export function listPublicKeys(): PolicyStatement {
  return new PolicyStatement({
    // Public keys are nobody's resource: the action knows no other. Each region has its own, so no region is named.
    sid: 'ListPublicKeys',
    actions: ['cloudtrail:ListPublicKeys'],
    resources: ['*'],
  });
}

/** The reason for the wildcard of `listPublicKeys`, for cdk-nag. */
export function acknowledgePublicKeys(scope: IConstruct): void {
  Validations.of(scope).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'cloudtrail:ListPublicKeys alone, which knows no resource.',
  });
}

export function publishTo(topics: readonly ITopic[]): PolicyStatement {
  return new PolicyStatement({
    sid: 'PublishAlerts',
    actions: ['sns:Publish'],
    resources: [...new Set(topics.map((topic) => topic.topicArn))],
  });
}

/** The keys of topics that are the customer's: a statement if there are any. */
export function useTopicKeys({ customerKeys }: Pick<AlertTopics, 'customerKeys'>): PolicyStatement[] {
  if (customerKeys.length === 0) return [];
  return [
    new PolicyStatement({
      sid: 'UseTheTopicKeys',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [...customerKeys],
      conditions: { StringEquals: { 'kms:ViaService': `sns.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
    }),
  ];
}

/** Hands alerts over to the channels of `alerts.channels`: a statement if there are any. */
export function queueForChannels(config: DeploymentConfig): PolicyStatement[] {
  const { channels } = config.alerts;
  if (channels.length === 0) return [];
  return [
    new PolicyStatement({
      sid: 'QueueForChannels',
      actions: ['sqs:SendMessage'],
      resources: channels.map(({ name }) => channelQueueArn(config.deployment, name)),
    }),
  ];
}

/** The audit key, for the services through which alerts go. */
export function useAuditKey(
  key: IKey,
  config: DeploymentConfig,
  services: readonly ('dynamodb' | 's3' | 'sns')[],
): PolicyStatement {
  const queues = config.alerts.channels.length === 0 ? [] : (['sqs'] as const);
  return useKeyThrough('UseTheAuditKey', key, [...services, ...queues], ['kms:Decrypt', 'kms:GenerateDataKey']);
}

/** A key is never used by hand: only through the services that hold what it encrypts. */
export function useKeyThrough(
  sid: string,
  key: IKey,
  services: readonly ('dynamodb' | 's3' | 'sns' | 'sqs')[],
  actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[],
): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [key.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': services.map((service) => `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}`) },
    },
  });
}
