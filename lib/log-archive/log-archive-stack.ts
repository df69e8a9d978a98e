import { DefaultStackSynthesizer, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { type CustomerResources, customerKey } from '../customer/customer-resources.ts';
import { meetDemands } from '../customer/demands.ts';
import { AccessLogBucket } from './access-log-bucket.ts';
import { DeliveryTopic } from './delivery-topic.ts';
import { LogBucket } from './log-bucket.ts';
import { LogKey, logKeyStatements } from './log-key.ts';
import { notifyingBuckets } from './notifying-buckets.ts';
import { trailIdentity } from './trail-identity.ts';

export interface LogArchiveStackProps extends StackProps {
  readonly config: DeploymentConfig;
  /** What the app that this stack is in has made itself, in the place of what the stack would make. */
  readonly given?: CustomerResources;
}

/**
 * What CloudTrail writes into and nobody may touch: log bucket, key, and the topic that announces new objects. It doesn't
 * depend on what reads them, so the audit stack can be rebuilt or removed alone; and the trail is in another stack.
 */
export class LogArchiveStack extends Stack {
  /** None if all sources have buckets of their own. */
  readonly bucket?: LogBucket;
  /** The deployment's own, or the customer's. */
  readonly key: IKey;
  readonly deliveryTopic: DeliveryTopic;

  constructor(scope: Construct, id: string, { config, given, ...props }: LogArchiveStackProps) {
    super(scope, id, {
      description: 'Trailwarden: log archive',
      terminationProtection: config.protected,
      ...props,
    });
    const { deployment } = config;
    const trail = trailIdentity(this, config);
    const buckets = notifyingBuckets(config);

    meetDemands(this, config);
    const key = customerKey(this, 'Key', config.keys.logs, given?.logKey);
    for (const statement of logKeyStatements({ trail, buckets })) key?.addToResourcePolicy(statement);
    this.key = key ?? new LogKey(this, 'Key', { deployment, buckets, ...(trail !== undefined && { trail }) });
    this.deliveryTopic = new DeliveryTopic(this, 'DeliveryTopic', {
      deployment,
      key: this.key,
      buckets,
    });
    const accessLogBucket = new AccessLogBucket(this, 'AccessLogBucket', {
      deployment,
      expireDays: config.logBucket.accessLogDays,
    });
    if (trail === undefined) return;
    this.bucket = new LogBucket(this, 'Bucket', {
      deployment,
      key: this.key,
      trail,
      keyPrefix: config.trail.keyPrefix,
      settings: config.logBucket,
      accessLogBucket,
      deliveryTopic: this.deliveryTopic,
      administrators: [...this.deployingRoles(), ...config.logBucket.administrators],
    });
  }

  /** The role that CloudFormation works with; none if the app is deployed with the caller's own credentials. */
  private deployingRoles(): string[] {
    return this.synthesizer instanceof DefaultStackSynthesizer
      ? [Fn.sub(this.synthesizer.cloudFormationExecutionRoleArn)]
      : [];
  }
}
