import { AwsSolutionsChecks } from 'cdk-nag';
import { synthesize, synthesizeLogArchive } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const KEY = 'arn:aws:kms:eu-west-1:444455556666:key/1234abcd';
const REPLICATION = `replication: { bucket: acme-vault, account: '444455556666', region: eu-west-1, key: '${KEY}' }`;

const logBucketOf = (yaml: string) => resources(synthesizeLogArchive(yaml).logArchive, 'AWS::S3::Bucket').Bucket;
const bucketPolicyOf = (yaml: string) =>
  statements(resources(synthesizeLogArchive(yaml).logArchive, 'AWS::S3::BucketPolicy').BucketPolicy?.PolicyDocument);
const replicationPolicyOf = (yaml: string) => {
  const policies = resources(synthesizeLogArchive(yaml).logArchive, 'AWS::IAM::Policy');
  expect(Object.keys(policies)).toEqual(['BucketReplicationRoleDefaultPolicy']);
  return statements(policies.BucketReplicationRoleDefaultPolicy?.PolicyDocument);
};

const SOURCE = 'arn:aws:s3:::trailwarden-logs-111122223333-eu-central-1';

describe('the log bucket', () => {
  test('has no lock, copy or storage class unless they are asked for', () => {
    const bucket = logBucketOf('');
    expect(bucket).not.toHaveProperty('ObjectLockEnabled');
    expect(bucket).not.toHaveProperty('ReplicationConfiguration');
    expect(JSON.stringify(bucket)).not.toContain('Transitions');
  });

  test.each(['governance', 'compliance'])('locks each new object in the mode %s, over its versions', (mode) => {
    expect(logBucketOf(`logBucket: { objectLock: { mode: ${mode}, days: 400 } }`)).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: mode.toUpperCase(), Days: 400 } },
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  test('lets nobody end a lock before its time, and none but its administrators change it', () => {
    const policy = bucketPolicyOf('logBucket: { objectLock: { mode: governance, days: 400 } }');
    expect(policy.DenyDeletingToAll).toMatchObject({
      Effect: 'Deny',
      Action: ['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'],
      Principal: { AWS: '*' },
    });
    expect(policy.DenyDeletingToAll).not.toHaveProperty('Condition');
    expect(policy.DenyWeakeningToAllButTheDeployment?.Action).toContain('s3:PutBucketObjectLockConfiguration');
  });

  test('moves objects into other storage classes, in order', () => {
    const yaml =
      'logBucket: { transitions: [{ storageClass: GLACIER_IR, afterDays: 90 }, { storageClass: DEEP_ARCHIVE, afterDays: 400 }] }';
    expect(logBucketOf(yaml)?.LifecycleConfiguration).toMatchObject({
      Rules: [
        {
          Id: 'expire',
          Transitions: [
            { StorageClass: 'GLACIER_IR', TransitionInDays: 90 },
            { StorageClass: 'DEEP_ARCHIVE', TransitionInDays: 400 },
          ],
        },
        {},
      ],
    });
  });
});

describe('the copy in another account', () => {
  const yaml = `logBucket: { ${REPLICATION} }`;

  test('is of every object, also of encrypted ones, and becomes the other account’s', () => {
    expect(logBucketOf(yaml)?.ReplicationConfiguration).toEqual({
      Role: '<BucketReplicationRole.Arn>',
      Rules: [
        {
          Id: 'to-another-account',
          Status: 'Enabled',
          Priority: 1,
          Filter: { Prefix: '' },
          DeleteMarkerReplication: { Status: 'Disabled' },
          SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
          Destination: {
            Bucket: 'arn:aws:s3:::acme-vault',
            Account: '444455556666',
            AccessControlTranslation: { Owner: 'Destination' },
            EncryptionConfiguration: { ReplicaKmsKeyID: KEY },
            Metrics: { Status: 'Enabled' },
          },
        },
      ],
    });
  });

  test('is made by a role that may do nothing else', () => {
    expect(replicationPolicyOf(yaml)).toEqual({
      SeeWhatToReplicate: {
        Effect: 'Allow',
        Action: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
        Resource: SOURCE,
      },
      ReadLogObjects: {
        Effect: 'Allow',
        Action: ['s3:GetObjectVersionAcl', 's3:GetObjectVersionForReplication', 's3:GetObjectVersionTagging'],
        Resource: `${SOURCE}/*`,
      },
      WriteReplicas: {
        Effect: 'Allow',
        Action: ['s3:ObjectOwnerOverrideToBucketOwner', 's3:ReplicateObject', 's3:ReplicateTags'],
        Resource: 'arn:aws:s3:::acme-vault/*',
        Condition: { StringEquals: { 's3:ResourceAccount': '444455556666' } },
      },
      DecryptLogObjects: {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: '<Key.Arn>',
        Condition: {
          StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' },
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [SOURCE, `${SOURCE}/*`] },
        },
      },
      EncryptReplicas: {
        Effect: 'Allow',
        Action: ['kms:Encrypt', 'kms:GenerateDataKey'],
        Resource: KEY,
        Condition: {
          StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
          StringLike: {
            'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::acme-vault', 'arn:aws:s3:::acme-vault/*'],
          },
        },
      },
    });
  });

  test('keeps the locks of locked objects, which the role may see', () => {
    const locked = replicationPolicyOf(`logBucket: { ${REPLICATION}, objectLock: { mode: compliance, days: 30 } }`);
    expect(locked.ReadLogObjects?.Action).toEqual(
      expect.arrayContaining(['s3:GetObjectRetention', 's3:GetObjectLegalHold']),
    );
  });

  test('rings when an object could not be copied', () => {
    const alarms = Object.values(resources(synthesize(yaml).audit, 'AWS::CloudWatch::Alarm'));
    expect(alarms.find(({ AlarmName }) => AlarmName === 'trailwarden-replication-failing')).toMatchObject({
      Namespace: 'AWS/S3',
      MetricName: 'OperationsFailedReplication',
      Dimensions: [
        { Name: 'DestinationBucket', Value: 'acme-vault' },
        { Name: 'RuleId', Value: 'to-another-account' },
        { Name: 'SourceBucket', Value: 'trailwarden-logs-111122223333-eu-central-1' },
      ],
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('leaves nothing for cdk-nag to find', () => {
    const { stacks } = synthesize(`logBucket: { ${REPLICATION}, objectLock: { mode: compliance, days: 30 } }`);
    for (const stack of stacks) expect(new AwsSolutionsChecks().validateScope(stack).violations).toEqual([]);
  });
});
