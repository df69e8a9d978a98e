import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';
import { LogReplication, type ReplicationSettings } from './replication.ts';
import type { TrailIdentity } from './trail-identity.ts';

export interface LogBucketProps {
  readonly deployment: string;
  readonly key: IKey;
  readonly trail: TrailIdentity;
  /** What CloudTrail puts before `AWSLogs/`; empty for nothing. */
  readonly keyPrefix: string;
  readonly settings: DeploymentConfig['logBucket'];
  readonly accessLogBucket: IBucket;
  readonly deliveryTopic: ITopic;
  /**
   * ARNs of the principals that may still change the bucket's own settings. The role that CloudFormation deploys with
   * must be among them. With none, the settings aren't protected.
   */
  readonly administrators: readonly string[];
}

/** The settings without which the bucket would no longer be what an auditor relies on. */
const PROTECTED_SETTINGS = [
  's3:DeleteBucket',
  's3:DeleteBucketPolicy',
  's3:PutBucketAcl',
  's3:PutBucketLogging',
  's3:PutBucketNotification',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketOwnershipControls',
  's3:PutBucketPolicy',
  's3:PutBucketPublicAccessBlock',
  's3:PutBucketVersioning',
  's3:PutEncryptionConfiguration',
  's3:PutLifecycleConfiguration',
  's3:PutReplicationConfiguration',
];

/**
 * CloudTrail's log files and digests. Only CloudTrail puts, only the lifecycle deletes.
 *
 * - ACLs are off (BucketOwnerEnforced). CloudTrail sends `bucket-owner-full-control` with every object, which is the
 *   one ACL that such a bucket accepts, so the condition of its own documents stays.
 * - No statement asks for a certain encryption: CloudTrail encrypts log files with the trail's key, and digests with S3's
 *   own or with that key. A Deny on either would stop the digests. Who reads digests has kms:Decrypt for the second.
 * - A bucket policy doesn't bind the lifecycle ("Bucket policies for Amazon S3"), so the Deny on deletes leaves it
 *   working, and it is never final: the account's root can always replace the policy.
 * - The notification is a property of the bucket and not CDK's custom resource, which would bring a function that may
 *   rewrite the notifications of every bucket.
 */
export class LogBucket extends Bucket {
  constructor(scope: Construct, id: string, props: LogBucketProps) {
    const { expireDays, transitions, objectLock, replication } = props.settings;
    super(scope, id, {
      bucketName: bucketName(props.deployment, 'logs'),
      encryption: BucketEncryption.KMS,
      encryptionKey: props.key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      serverAccessLogsBucket: props.accessLogBucket,
      serverAccessLogsPrefix: 'logs/',
      lifecycleRules: [
        {
          id: 'expire',
          expiration: Duration.days(expireDays),
          ...(transitions.length > 0 && {
            transitions: transitions.map(({ storageClass, afterDays }) => ({
              storageClass: new StorageClass(storageClass),
              transitionAfter: Duration.days(afterDays),
            })),
          }),
          // CloudTrail writes a key once. Where one is written again, the first version is evidence for this long.
          noncurrentVersionExpiration: Duration.days(90),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
        { id: 'remove-delete-markers', expiredObjectDeleteMarker: true },
      ],
      ...(objectLock !== undefined && {
        objectLockEnabled: true,
        objectLockDefaultRetention: lockOf(objectLock),
      }),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    for (const statement of [
      ...this.cloudTrailWrites(props),
      ...this.nobodyElse(objectLock !== undefined),
      ...this.settingsStay(props),
    ]) {
      this.addToResourcePolicy(statement);
    }
    // Without it, a deleted stack would leave the logs behind with nothing that protects them.
    this.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    this.notify(props.deliveryTopic);
    if (replication !== undefined) this.replicate(props, replication);
  }

  /** "Amazon S3 bucket policy for CloudTrail", for this one trail: of an account, or of an organization. */
  private cloudTrailWrites({ trail, keyPrefix }: LogBucketProps): PolicyStatement[] {
    const cloudTrail = new ServicePrincipal('cloudtrail.amazonaws.com');
    // Should an organization's trail become one of the management account alone, it writes below that one's id.
    const writers = [trail.account, ...(trail.organizationId === undefined ? [] : [trail.organizationId])];
    return [
      new PolicyStatement({
        sid: 'AWSCloudTrailAclCheck',
        principals: [cloudTrail],
        actions: ['s3:GetBucketAcl'],
        resources: [this.bucketArn],
        conditions: { StringEquals: { 'aws:SourceArn': trail.arn } },
      }),
      new PolicyStatement({
        sid: 'AWSCloudTrailWrite',
        principals: [cloudTrail],
        actions: ['s3:PutObject'],
        resources: writers.map((writer) => this.arnForObjects(`${logKeyPrefix(keyPrefix)}${writer}/*`)),
        conditions: {
          StringEquals: { 'aws:SourceArn': trail.arn, 's3:x-amz-acl': 'bucket-owner-full-control' },
        },
      }),
    ];
  }

  private nobodyElse(isLocked: boolean): PolicyStatement[] {
    return [
      new PolicyStatement({
        // `aws:PrincipalServiceName` is in a request only when a service makes it with its own principal: it is absent
        // for people, for roles and for a service that acts for a person, and StringNotEquals holds for an absent key.
        // Replication writes with actions of its own, past s3:PutObject.
        sid: 'DenyWritingToAllButCloudTrail',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [
          's3:PutObject',
          's3:PutObjectAcl',
          's3:PutObjectTagging',
          's3:PutObjectVersionAcl',
          's3:PutObjectVersionTagging',
          's3:ReplicateDelete',
          's3:ReplicateObject',
          's3:ReplicateTags',
        ],
        resources: [this.arnForObjects('*')],
        conditions: { StringNotEquals: { 'aws:PrincipalServiceName': 'cloudtrail.amazonaws.com' } },
      }),
      new PolicyStatement({
        sid: 'DenyDeletingToAll',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        // The third would end a lock before its time.
        actions: ['s3:DeleteObject', 's3:DeleteObjectVersion', ...(isLocked ? ['s3:BypassGovernanceRetention'] : [])],
        resources: [this.arnForObjects('*')],
      }),
    ];
  }

  private settingsStay({ administrators }: LogBucketProps): PolicyStatement[] {
    if (administrators.length === 0) {
      return [];
    }
    return [
      new PolicyStatement({
        sid: 'DenyWeakeningToAllButTheDeployment',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: PROTECTED_SETTINGS,
        resources: [this.bucketArn],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': [...administrators] } },
      }),
    ];
  }

  private replicate({ deployment, key, settings }: LogBucketProps, to: ReplicationSettings): void {
    const isLocked = settings.objectLock !== undefined;
    const replication = new LogReplication(this, 'Replication', { deployment, key, to, isLocked });
    const resource = this.resource();
    resource.replicationConfiguration = replication.configuration;
    // S3 begins to copy at once, and gives up what the role may not copy yet.
    resource.node.addDependency(replication);
  }

  private resource(): CfnBucket {
    const resource = this.node.defaultChild;
    if (!CfnBucket.isCfnBucket(resource)) throw new Error('The log bucket has no CloudFormation resource.');
    return resource;
  }

  private notify(topic: ITopic): void {
    const resource = this.resource();
    resource.notificationConfiguration = {
      topicConfigurations: [{ event: 's3:ObjectCreated:*', topic: topic.topicArn }],
    };
    // S3 tests the topic when the notification is set, so the topic's policy must exist by then.
    resource.node.addDependency(topic.node.findChild('Policy'));
  }
}

function lockOf({ mode, days }: NonNullable<DeploymentConfig['logBucket']['objectLock']>): ObjectLockRetention {
  const duration = Duration.days(days);
  return mode === 'compliance' ? ObjectLockRetention.compliance(duration) : ObjectLockRetention.governance(duration);
}

/** Where CloudTrail's keys begin: `AWSLogs/`, or `PREFIX/AWSLogs/`. */
export function logKeyPrefix(keyPrefix: string): string {
  return keyPrefix === '' ? 'AWSLogs/' : `${keyPrefix}/AWSLogs/`;
}

/** The ARN of every file that CloudTrail delivers, made of names alone: the audit stack needs no reference for it. */
export function logObjects({ deployment, trail }: Pick<DeploymentConfig, 'deployment' | 'trail'>): string {
  return `${bucketArn(bucketName(deployment, 'logs'))}/${logKeyPrefix(trail.keyPrefix)}*`;
}
