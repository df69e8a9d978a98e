import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { QUARANTINE_FOLDER } from '../../lambda/ingest/quarantine-key.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';

export interface QuarantineBucketProps {
  readonly deployment: string;
  readonly key: IKey;
  readonly expireDays: number;
}

/**
 * Records that couldn't be read, each with its reason and receipt. Ingest puts them, and reads them again where a person
 * redrives them; it lists and deletes nothing.
 */
export class QuarantineBucket extends Bucket {
  constructor(scope: Construct, id: string, { deployment, key, expireDays }: QuarantineBucketProps) {
    super(scope, id, {
      bucketName: bucketName(deployment, 'quarantine'),
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      serverAccessLogsBucket: Bucket.fromBucketName(scope, `${id}AccessLogs`, bucketName(deployment, 'access-logs')),
      serverAccessLogsPrefix: 'quarantine/',
      lifecycleRules: [
        {
          id: 'expire',
          expiration: Duration.days(expireDays),
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
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

/** The ARN of every rejected record, made of names alone. */
export function quarantinedRecords(deployment: string): string {
  return `${bucketArn(bucketName(deployment, 'quarantine'))}/${QUARANTINE_FOLDER}/*`;
}
