import { Aws } from 'aws-cdk-lib';
import type { DeploymentConfig } from '../config/config.ts';
import { existingSources, newTrail } from '../config/existing-sources.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';

/** A bucket that tells the delivery topic of new objects. */
export interface NotifyingBucket {
  /** A part of the ids of statements: letters and digits. */
  readonly name: string;
  readonly arn: string;
  /** That owns it: the name of a bucket that was deleted may become another account's. */
  readonly account: string;
}

/** The log bucket, where the deployment makes a trail, and the buckets of sources that S3 announces. */
export function notifyingBuckets(config: DeploymentConfig): readonly NotifyingBucket[] {
  const own = { name: 'TheLogBucket', arn: bucketArn(bucketName(config.deployment, 'logs')), account: Aws.ACCOUNT_ID };
  return [
    ...(newTrail(config) === undefined ? [] : [own]),
    ...existingSources(config)
      .filter((source) => source.type === 'bucket' && source.notification === 's3')
      .map(({ name, bucket, account }) => ({ name: `Source${inCamelCase(name)}`, arn: bucketArn(bucket), account })),
  ];
}

function inCamelCase(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
