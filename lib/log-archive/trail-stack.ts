import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { meetDemands } from '../customer/demands.ts';
import type { LogArchiveStack } from './log-archive-stack.ts';
import { LogTables, tablesOf } from './log-table.ts';
import { Trail } from './trail.ts';

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
    if (bucket !== undefined) {
      new Trail(this, 'Trail', { config, bucket, key });
      new CfnOutput(this, 'trailName', { value: config.trail.name, description: 'Who writes into the log bucket' });
    }
    if (glue.enabled) new LogTables(this, 'LogTable', { deployment, tables: tablesOf(config, bucket) });
    // The bucket's policy isn't referred to, and CloudTrail tries it when the trail is created.
    this.addStackDependency(logArchive, 'CloudTrail tries the bucket and the key');
  }
}
