import { Aws, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketArn, bucketName, iamName } from '../config/resource-names.ts';

export type ReplicationSettings = NonNullable<DeploymentConfig['logBucket']['replication']>;

export interface LogReplicationProps {
  readonly deployment: string;
  /** The key of the log bucket. */
  readonly key: IKey;
  readonly to: ReplicationSettings;
  readonly isLocked: boolean;
}

/** Of the one rule: CloudWatch's metrics about it are told apart by this name. */
export const REPLICATION_RULE = 'to-another-account';

/**
 * Copies each new log object and digest into a bucket of another account, to which they then belong. What is deleted here
 * is not deleted there. The owner of the other bucket and key allows it: `replicaGrants` has the statements.
 */
export class LogReplication extends Construct {
  readonly configuration: CfnBucket.ReplicationConfigurationProperty;

  constructor(scope: Construct, id: string, props: LogReplicationProps) {
    super(scope, id);
    const { deployment, to } = props;
    const role = new Role(this, 'Role', {
      roleName: iamName(deployment, 'replication'),
      description: `${deployment}: copies log objects to ${to.account}`,
      // No condition: "Setting up permissions for live replication" knows none, and S3 would copy nothing and say nothing.
      assumedBy: new ServicePrincipal('s3.amazonaws.com'),
    });
    for (const statement of permissions(props)) role.addToPrincipalPolicy(statement);
    const reason = 'Every object of the log bucket is copied, to one bucket: their keys hold times.';
    for (const bucket of [`${deployment}-logs-<AWS::AccountId>-<AWS::Region>`, to.bucket]) {
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${bucket}/*]`,
        reason,
      });
    }
    this.configuration = {
      role: role.roleArn,
      rules: [
        {
          id: REPLICATION_RULE,
          status: 'Enabled',
          priority: 1,
          filter: { prefix: '' },
          deleteMarkerReplication: { status: 'Disabled' },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } },
          destination: {
            bucket: bucketArn(to.bucket),
            account: to.account,
            accessControlTranslation: { owner: 'Destination' },
            encryptionConfiguration: { replicaKmsKeyId: to.key },
            metrics: { status: 'Enabled' },
            ...(to.storageClass !== undefined && { storageClass: to.storageClass }),
          },
        },
      ],
    };
  }
}

/** "Setting up permissions for live replication", and "Replicating encrypted objects". */
function permissions({ deployment, key, to, isLocked }: LogReplicationProps): PolicyStatement[] {
  const source = bucketArn(bucketName(deployment, 'logs'));
  const through = (region: string, bucket: string) => ({
    StringEquals: { 'kms:ViaService': `s3.${region}.${Aws.URL_SUFFIX}` },
    // The bucket of a bucket key, or else the object.
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, `${bucket}/*`] },
  });
  return [
    new PolicyStatement({
      sid: 'SeeWhatToReplicate',
      actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
      resources: [source],
    }),
    new PolicyStatement({
      sid: 'ReadLogObjects',
      actions: [
        's3:GetObjectVersionForReplication',
        's3:GetObjectVersionAcl',
        's3:GetObjectVersionTagging',
        ...(isLocked ? ['s3:GetObjectRetention', 's3:GetObjectLegalHold'] : []),
      ],
      resources: [`${source}/*`],
    }),
    new PolicyStatement({
      sid: 'WriteReplicas',
      actions: ['s3:ReplicateObject', 's3:ReplicateTags', 's3:ObjectOwnerOverrideToBucketOwner'],
      resources: [`${bucketArn(to.bucket)}/*`],
      conditions: { StringEquals: { 's3:ResourceAccount': to.account } },
    }),
    new PolicyStatement({
      sid: 'DecryptLogObjects',
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: through(Aws.REGION, source),
    }),
    new PolicyStatement({
      sid: 'EncryptReplicas',
      actions: ['kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [to.key],
      conditions: through(to.region, bucketArn(to.bucket)),
    }),
  ];
}
