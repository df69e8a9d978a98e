import { Aws } from 'aws-cdk-lib';
import type { ServiceName } from '../../lambda/shared/metric-names.ts';

import { queueName } from './plain-names.ts';

export { queueName, TOPICS, topicName } from './plain-names.ts';

/**
 * The physical names of what is deployed, all of them with the deployment's name in front, so that an operator knows
 * them without looking them up and policies can name each other's resources without a cycle between them.
 */

/** A bucket: names are shared by the whole world, so account and region are a part of them. */
export function bucketName(deployment: string, bucket: 'logs' | 'access-logs' | 'quarantine' | 'backfill'): string {
  return `${deployment}-${bucket}-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
}

export function functionName(deployment: string, name: ServiceName): string {
  return `${deployment}-${name}`;
}

/** Where a function's log lines go. */
export function logGroupName(deployment: string, name: ServiceName): string {
  return `/aws/lambda/${functionName(deployment, name)}`;
}

/** The state machine that reads the past. */
export function stateMachineName(deployment: string): string {
  return `${deployment}-backfill`;
}

/** A bucket's ARN from its name, for the policies that stand before the bucket does. */
export function bucketArn(name: string): string {
  return `arn:${Aws.PARTITION}:s3:::${name}`;
}

/** A role or policy: IAM knows no regions, so the region is a part of the name. */
export function iamName(
  deployment: string,
  name:
    | ServiceName
    | 'sweep-schedule'
    | 'pack-schedule'
    | 'sources-schedule'
    | 'backfill'
    | 'auditor'
    | 'operator'
    | 'backfill-operator'
    | 'sources'
    | 'replication',
): string {
  return `${deployment}-${name}-${Aws.REGION}`;
}

/** The ARN of a channel's queue from its name, for policies of functions that stand before the queue does. */
export function channelQueueArn(deployment: string, channel: string): string {
  return `arn:${Aws.PARTITION}:sqs:${Aws.REGION}:${Aws.ACCOUNT_ID}:${queueName(deployment, `channel-${channel}`)}`;
}
