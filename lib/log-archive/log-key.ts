import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { NotifyingBucket } from './notifying-buckets.ts';
import type { TrailIdentity } from './trail-identity.ts';

export interface LogKeyProps {
  readonly deployment: string;
  /** The trail whose files it encrypts; none if the deployment makes no trail. */
  readonly trail?: TrailIdentity;
  /** The buckets that notify the delivery topic. */
  readonly buckets: readonly NotifyingBucket[];
}

/**
 * The key of the log archive: the trail's log objects and the delivery topic's messages.
 *
 * Separate from the audit stack's key, so that who may read an alert or the index can't read the trail's raw objects
 * by that. Statements as "Configure AWS KMS key policies for CloudTrail" has them, each bound to the one trail.
 */
export class LogKey extends Key {
  constructor(scope: Construct, id: string, { deployment, trail, buckets }: LogKeyProps) {
    super(scope, id, {
      alias: `${deployment}-logs`,
      description: `${deployment}: CloudTrail's log objects and their delivery notifications`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    for (const statement of logKeyStatements({ trail, buckets })) {
      this.addToResourcePolicy(statement);
    }
  }
}

/** What the policy of the log archive's key allows beside the use by IAM's policies, also if a customer made the key. */
export function logKeyStatements({ trail, buckets }: Pick<LogKeyProps, 'trail' | 'buckets'>): PolicyStatement[] {
  return [...(trail === undefined ? [] : encryptLogs(trail)), ...notifyTopic(buckets)];
}

function encryptLogs({ arn, account }: TrailIdentity): PolicyStatement[] {
  const cloudTrail = new ServicePrincipal('cloudtrail.amazonaws.com');
  const ofTheTrail = { 'aws:SourceArn': arn };
  return [
    new PolicyStatement({
      sid: 'AllowCloudTrailToEncryptLogs',
      principals: [cloudTrail],
      actions: ['kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: {
        StringEquals: ofTheTrail,
        StringLike: {
          'kms:EncryptionContext:aws:cloudtrail:arn': `arn:${Aws.PARTITION}:cloudtrail:*:${account}:trail/*`,
        },
      },
    }),
    new PolicyStatement({
      sid: 'AllowCloudTrailToDescribeTheKey',
      principals: [cloudTrail],
      actions: ['kms:DescribeKey'],
      resources: ['*'],
      conditions: { StringEquals: ofTheTrail },
    }),
    new PolicyStatement({
      // The bucket has an S3 Bucket Key, with which CloudTrail must be able to decrypt too.
      sid: 'AllowCloudTrailToUseTheBucketKey',
      principals: [cloudTrail],
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions: { StringEquals: ofTheTrail },
    }),
  ];
}

function notifyTopic(buckets: readonly NotifyingBucket[]): PolicyStatement[] {
  return buckets.map(
    ({ name, arn, account }) =>
      new PolicyStatement({
        // The two conditions that "Amazon SNS key management" shows. An encryption context is documented nowhere for S3's
        // notifications: where S3 sent none, no object would be announced any more.
        sid: `Allow${name}ToNotifyTheDeliveryTopic`,
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        resources: ['*'],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': arn },
        },
      }),
  );
}
