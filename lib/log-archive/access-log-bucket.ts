import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { bucketArn, bucketName } from '../config/resource-names.ts';

export interface AccessLogBucketProps {
  readonly deployment: string;
  readonly expireDays: number;
}

/**
 * Who read or tried to change the log, quarantine and backfill buckets: S3's own server access logs, which CloudTrail's
 * management events don't hold. S3 can't write them into a bucket that is encrypted with a KMS key.
 */
export class AccessLogBucket extends Bucket {
  constructor(scope: Construct, id: string, { deployment, expireDays }: AccessLogBucketProps) {
    super(scope, id, {
      bucketName: bucketName(deployment, 'access-logs'),
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        {
          id: 'expire',
          expiration: Duration.days(expireDays),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // CDK adds the log bucket's statement by itself; these are in another stack.
    for (const bucket of ['quarantine', 'backfill'] as const) {
      this.addToResourcePolicy(
        new PolicyStatement({
          sid: `AllowAccessLogsOfThe${bucket === 'quarantine' ? 'Quarantine' : 'Backfill'}Bucket`,
          principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
          actions: ['s3:PutObject'],
          resources: [this.arnForObjects(`${bucket}/*`)],
          conditions: {
            StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
            ArnEquals: {
              'aws:SourceArn': bucketArn(bucketName(deployment, bucket)),
            },
          },
        }),
      );
    }
    // Without it, S3 could log no more accesses to the buckets that stay when the stack is deleted.
    this.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'This is the bucket that access logs are written to: logging its own accesses would never end.',
    });
  }
}
