import { DefaultStackSynthesizer, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';
import { AccessLogBucket } from './access-log-bucket.ts';
import { DeliveryTopic } from './delivery-topic.ts';
import { LogBucket } from './log-bucket.ts';
import { LogKey } from './log-key.ts';
import { LogTable } from './log-table.ts';
import { Trail } from './trail.ts';

export interface LogArchiveStackProps extends StackProps {
  readonly config: DeploymentConfig;
}

/**
 * What CloudTrail writes and nobody may touch: trail, log bucket, key, and the topic that announces new objects. It
 * doesn't depend on what reads them, so the audit stack can be rebuilt or removed alone.
 */
export class LogArchiveStack extends Stack {
  readonly bucket: LogBucket;
  readonly key: LogKey;
  readonly deliveryTopic: DeliveryTopic;

  constructor(scope: Construct, id: string, { config, ...props }: LogArchiveStackProps) {
    super(scope, id, {
      description: 'Trailwarden: CloudTrail trail and log archive',
      terminationProtection: true,
      ...props,
    });
    const { deployment } = config;
    const trailArn = this.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: config.trail.name });
    const logBucketArn = bucketArn(bucketName(deployment, 'logs'));

    this.key = new LogKey(this, 'Key', { deployment, trailArn, bucketArn: logBucketArn });
    this.deliveryTopic = new DeliveryTopic(this, 'DeliveryTopic', {
      deployment,
      key: this.key,
      bucketArn: logBucketArn,
    });
    const accessLogBucket = new AccessLogBucket(this, 'AccessLogBucket', {
      deployment,
      expireDays: config.logBucket.accessLogDays,
    });
    this.bucket = new LogBucket(this, 'Bucket', {
      deployment,
      key: this.key,
      trailArn,
      keyPrefix: config.trail.keyPrefix,
      expireDays: config.logBucket.expireDays,
      accessLogBucket,
      deliveryTopic: this.deliveryTopic,
      administrators: [...this.deployingRoles(), ...config.logBucket.administrators],
    });
    new Trail(this, 'Trail', { deployment, trail: config.trail, bucket: this.bucket, key: this.key });
    if (config.glue.enabled) {
      new LogTable(this, 'LogTable', { deployment, bucket: this.bucket, keyPrefix: config.trail.keyPrefix });
    }
  }

  /** The role that CloudFormation works with; none if the app is deployed with the caller's own credentials. */
  private deployingRoles(): string[] {
    return this.synthesizer instanceof DefaultStackSynthesizer
      ? [Fn.sub(this.synthesizer.cloudFormationExecutionRoleArn)]
      : [];
  }
}
