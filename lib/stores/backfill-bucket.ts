import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { RUNS_FOLDER } from '../../lambda/backfill/work-bucket.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';

export interface BackfillBucketProps {
  readonly deployment: string;
  readonly key: IKey;
}

/** A report of a backfill can be asked for so long. */
const EXPIRE_DAYS = 90;

/**
 * The lists and results of backfills: names of log objects, and counts. A Distributed Map reads its list from a bucket of its
 * own account and region only.
 */
export class BackfillBucket extends Bucket {
  constructor(scope: Construct, id: string, { deployment, key }: BackfillBucketProps) {
    super(scope, id, {
      bucketName: bucketName(deployment, 'backfill'),
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      serverAccessLogsBucket: Bucket.fromBucketName(scope, `${id}AccessLogs`, bucketName(deployment, 'access-logs')),
      serverAccessLogsPrefix: 'backfill/',
      lifecycleRules: [
        {
          id: 'expire',
          expiration: Duration.days(EXPIRE_DAYS),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        { id: 'remove-delete-markers', expiredObjectDeleteMarker: true },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // The bucket stays when the stack is deleted, and its policy with it.
    this.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    Validations.of(this).acknowledge({
      id: '@aws-cdk/aws-s3:accessLogsPolicyNotAdded',
      reason: 'The access log bucket is in the log archive stack, and its policy there lets this bucket log to it.',
    });
  }
}

/** The ARN of everything that backfills keep, made of names alone. */
export function backfillFiles(deployment: string): string {
  return `${bucketArn(bucketName(deployment, 'backfill'))}/${RUNS_FOLDER}/*`;
}
