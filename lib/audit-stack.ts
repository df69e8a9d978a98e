import { join } from 'node:path';
import { Annotations, ArnFormat, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { AlertTopics } from './alert-topics.ts';
import type { FunctionSettings } from './audit-function.ts';
import { AuditKey } from './audit-key.ts';
import { AuditTables } from './audit-tables.ts';
import type { DeploymentConfig } from './config.ts';
import { INGEST_TIMEOUT, Ingest } from './ingest.ts';
import type { LogArchiveStack } from './log-archive-stack.ts';
import { topicName } from './names.ts';
import { NotificationQueue } from './notification-queue.ts';
import { QuarantineBucket } from './quarantine-bucket.ts';
import { QueryPolicy } from './query-policy.ts';
import { RulesLayer } from './rules-layer.ts';
import { Sweep } from './sweep.ts';
import { VERIFY_TIMEOUT, Verify } from './verify.ts';

export interface AuditStackProps extends StackProps {
  readonly config: DeploymentConfig;
  readonly logArchive: LogArchiveStack;
  /** The folder of the default rules; the project's own unless said. */
  readonly defaultRules?: string;
}

const DEFAULT_RULES = join(import.meta.dirname, '..', 'rules');

/** What reads the log archive: queue, functions, tables, topics, alarms. It may write nothing into the archive. */
export class AuditStack extends Stack {
  constructor(scope: Construct, id: string, { config, logArchive, defaultRules, ...props }: AuditStackProps) {
    super(scope, id, {
      description: 'Trailwarden: audit index, detection and alerts',
      terminationProtection: true,
      ...props,
    });
    const { deployment } = config;
    const key = new AuditKey(this, 'Key', {
      deployment,
      operationsTopicArn: this.formatArn({
        service: 'sns',
        resource: topicName(deployment, 'operations'),
        arnFormat: ArnFormat.NO_RESOURCE_NAME,
      }),
    });
    const { tables } = new AuditTables(this, 'Tables', {
      deployment,
      key,
      billing: config,
      disabledIndexes: config.disabledIndexes,
    });
    const topics = new AlertTopics(this, 'Topics', { deployment, key, alerts: config.alerts });
    const { deliveryTopic } = logArchive;
    const logQueue = new NotificationQueue(this, 'LogQueue', {
      deployment,
      name: 'logs',
      deliveryTopic,
      functionTimeout: INGEST_TIMEOUT,
    });
    const digestQueue = new NotificationQueue(this, 'DigestQueue', {
      deployment,
      name: 'digests',
      deliveryTopic,
      functionTimeout: VERIFY_TIMEOUT,
    });
    new QuarantineBucket(this, 'Quarantine', {
      deployment,
      key,
      expireDays: config.logBucket.expireDays,
    });
    const rulesLayer = new RulesLayer(this, 'Rules', {
      deployment,
      folders: [defaultRules ?? DEFAULT_RULES, ...config.rules.folders],
      rules: config.rules,
    });
    const settings: FunctionSettings = { deployment, key, rulesLayer, logDays: config.functionLogDays };
    const ingest = new Ingest(this, 'Ingest', {
      config,
      settings,
      queue: logQueue.queue,
      deadLetterQueue: logQueue.deadLetterQueue,
      logKey: logArchive.key,
      tables,
      topics,
    });
    const verify = new Verify(this, 'Verify', {
      config,
      settings,
      queue: digestQueue.queue,
      deadLetterQueue: digestQueue.deadLetterQueue,
      logQueue: logQueue.queue,
      logKey: logArchive.key,
      tables,
      topics,
    });
    const sweep = new Sweep(this, 'Sweep', { config, settings, tables, topics });
    new Alarms(this, 'Alarms', {
      deployment,
      queue: logQueue,
      digestQueue,
      ingest: ingest.function,
      verify: verify.function,
      sweep: sweep.function,
      topics,
    });
    const queryPolicy = new QueryPolicy(this, 'QueryPolicy', {
      config,
      tables,
      key,
      logKey: logArchive.key,
    });
    this.tellOfDisabledIndexes(config.disabledIndexes);
    for (const [level, topic] of Object.entries({ ...topics.byLevel, operations: topics.operations })) {
      new CfnOutput(this, `${level}Topic`, { value: topic.topicArn, description: `Subscribe people to it: ${level}` });
    }
    new CfnOutput(this, 'alertsTopic', { value: topics.programs.topicArn, description: 'Subscribe programs to it' });
    if (topics.chat !== undefined) {
      new CfnOutput(this, 'chatTopic', { value: topics.chat.topicArn, description: 'Subscribe chat channels to it' });
    }
    new CfnOutput(this, 'auditorPolicy', { value: queryPolicy.managedPolicyArn, description: "For auditors' roles" });
  }

  private tellOfDisabledIndexes(disabled: readonly string[]): void {
    if (disabled.length > 0) {
      Annotations.of(this).addInfo(
        `Switched off in the events table: ${disabled.join(', ')}. CloudFormation creates or deletes one index an ` +
          'update: deploy each change of disabledIndexes by itself.',
      );
    }
  }
}
