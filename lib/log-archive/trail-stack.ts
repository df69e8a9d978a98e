import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { meetDemands } from '../customer/demands.ts';
import type { LogArchiveStack } from './log-archive-stack.ts';
import { LogTables, tablesOf } from './log-table.ts';
import { Trail } from './trail.ts';
import { trailIdentity } from './trail-identity.ts';

export interface TrailStackProps extends StackProps {
  readonly config: DeploymentConfig;
  readonly logArchive: LogArchiveStack;
}

/**
 * The trail, and the table for Athena. Not with the log bucket: a trail writes into the bucket as soon as it is created, so
 * a deploy that failed afterwards could remove the bucket no more, and the next one would find its name taken.
 */
export class TrailStack extends Stack {
  constructor(scope: Construct, id: string, { config, logArchive, ...props }: TrailStackProps) {
    super(scope, id, {
      description: 'Trailwarden: CloudTrail trail',
      terminationProtection: config.protected,
      ...props,
    });
    meetDemands(this, config);
    const { deployment, glue } = config;
    const { bucket, key } = logArchive;
    const identity = trailIdentity(this, config);
    if (bucket !== undefined && identity !== undefined) {
      new Trail(this, 'Trail', { config, bucket, key });
      new CfnOutput(this, 'trailName', { value: config.trail.name, description: 'Who writes into the log bucket' });
      // Of an organization's trail, a delegated administrator finds no settings by the name alone.
      new CfnOutput(this, 'trailArn', { value: identity.arn, description: 'The same, with the account it belongs to' });
    }
    if (glue.enabled) new LogTables(this, 'LogTable', { deployment, tables: tablesOf(config, bucket) });
    // The bucket's policy isn't referred to, and CloudTrail tries it when the trail is created.
    this.addStackDependency(logArchive, 'CloudTrail tries the bucket and the key');
  }
}
