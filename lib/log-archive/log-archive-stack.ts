import { DefaultStackSynthesizer, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';
import { AccessLogBucket } from './access-log-bucket.ts';
import { DeliveryTopic } from './delivery-topic.ts';
import { LogBucket } from './log-bucket.ts';
import { LogKey } from './log-key.ts';

export interface LogArchiveStackProps extends StackProps {
  readonly config: DeploymentConfig;
}

/**
 * What CloudTrail writes into and nobody may touch: log bucket, key, and the topic that announces new objects. It doesn't
 * depend on what reads them, so the audit stack can be rebuilt or removed alone; and the trail is in another stack.
 */
export class LogArchiveStack extends Stack {
  readonly bucket: LogBucket;
  readonly key: LogKey;
  readonly deliveryTopic: DeliveryTopic;

  constructor(scope: Construct, id: string, { config, ...props }: LogArchiveStackProps) {
    super(scope, id, {
      description: 'Trailwarden: log archive',
      terminationProtection: config.protected,
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
  }

  /** The role that CloudFormation works with; none if the app is deployed with the caller's own credentials. */
  private deployingRoles(): string[] {
    return this.synthesizer instanceof DefaultStackSynthesizer
      ? [Fn.sub(this.synthesizer.cloudFormationExecutionRoleArn)]
      : [];
  }
}
