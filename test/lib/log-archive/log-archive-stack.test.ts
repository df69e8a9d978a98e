import { Match } from 'aws-cdk-lib/assertions';
import { synthesize } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const TRAIL_ARN = 'arn:aws:cloudtrail:eu-central-1:111122223333:trail/trailwarden';
const BUCKET_NAME = 'trailwarden-logs-111122223333-eu-central-1';
const CLOUDTRAIL = { Service: 'cloudtrail.amazonaws.com' };
const EVERYBODY = { AWS: '*' };

const { audit, data, logArchive, trail } = synthesize();

describe('the log key', () => {
  const { Key } = resources(logArchive, 'AWS::KMS::Key');

  test('is rotated, kept when the stack goes, and known by an alias', () => {
    expect(Key).toMatchObject({ EnableKeyRotation: true });
    logArchive.hasResource('AWS::KMS::Key', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    logArchive.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/trailwarden-logs' });
  });

  test('lets CloudTrail encrypt for the one trail, and S3 notify from the one bucket', () => {
    expect(statements(Key?.KeyPolicy)).toEqual({
      0: {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:root' },
        Action: 'kms:*',
        Resource: '*',
      },
      AllowCloudTrailToEncryptLogs: {
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Action: 'kms:GenerateDataKey*',
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:SourceArn': TRAIL_ARN },
          StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'arn:aws:cloudtrail:*:111122223333:trail/*' },
        },
      },
      AllowCloudTrailToDescribeTheKey: {
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Action: 'kms:DescribeKey',
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
      },
      AllowCloudTrailToUseTheBucketKey: {
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
      },
      AllowTheLogBucketToNotifyTheDeliveryTopic: {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
        Condition: {
          ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${BUCKET_NAME}` },
          StringEquals: { 'aws:SourceAccount': '111122223333' },
        },
      },
    });
  });
});

describe('the log bucket', () => {
  const { Bucket } = resources(logArchive, 'AWS::S3::Bucket');

  test('is private, versioned, encrypted with the log key, and has no ACLs', () => {
    expect(Bucket).toMatchObject({
      BucketName: BUCKET_NAME,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { KMSMasterKeyID: '<Key.Arn>', SSEAlgorithm: 'aws:kms' },
          },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      VersioningConfiguration: { Status: 'Enabled' },
      LoggingConfiguration: { DestinationBucketName: '<AccessLogBucket>', LogFilePrefix: 'logs/' },
    });
  });

  test('is emptied by its lifecycle alone', () => {
    expect(Bucket?.LifecycleConfiguration).toEqual({
      Rules: [
        {
          Id: 'expire',
          Status: 'Enabled',
          ExpirationInDays: 1095,
          NoncurrentVersionExpiration: { NoncurrentDays: 90 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        },
        { Id: 'remove-delete-markers', Status: 'Enabled', ExpiredObjectDeleteMarker: true },
      ],
    });
  });

  test('tells the delivery topic of every new object, once the topic lets it', () => {
    expect(Bucket?.NotificationConfiguration).toEqual({
      TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Topic: '<DeliveryTopic>' }],
    });
    logArchive.hasResource('AWS::S3::Bucket', {
      Properties: { BucketName: Match.anyValue(), NotificationConfiguration: Match.anyValue() },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^DeliveryTopicPolicy')]),
    });
    logArchive.resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('stays with its policy when the stack goes', () => {
    logArchive.allResources('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    logArchive.hasResource('AWS::S3::BucketPolicy', {
      Properties: { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'DenyDeletingToAll' })]) } },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('takes objects from CloudTrail for the one trail, and from nobody else; nobody deletes', () => {
    expect(statements(resources(logArchive, 'AWS::S3::BucketPolicy').BucketPolicy?.PolicyDocument)).toEqual({
      0: {
        Effect: 'Deny',
        Principal: EVERYBODY,
        Action: 's3:*',
        Resource: ['<Bucket.Arn>', '<Bucket.Arn>/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      AWSCloudTrailAclCheck: {
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Action: 's3:GetBucketAcl',
        Resource: '<Bucket.Arn>',
        Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
      },
      AWSCloudTrailWrite: {
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Action: 's3:PutObject',
        Resource: '<Bucket.Arn>/AWSLogs/111122223333/*',
        Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN, 's3:x-amz-acl': 'bucket-owner-full-control' } },
      },
      DenyWritingToAllButCloudTrail: {
        Effect: 'Deny',
        Principal: EVERYBODY,
        Action: [
          's3:PutObject',
          's3:PutObjectAcl',
          's3:PutObjectTagging',
          's3:PutObjectVersionAcl',
          's3:PutObjectVersionTagging',
          's3:ReplicateDelete',
          's3:ReplicateObject',
          's3:ReplicateTags',
        ],
        Resource: '<Bucket.Arn>/*',
        Condition: { StringNotEquals: { 'aws:PrincipalServiceName': 'cloudtrail.amazonaws.com' } },
      },
      DenyDeletingToAll: {
        Effect: 'Deny',
        Principal: EVERYBODY,
        Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        Resource: '<Bucket.Arn>/*',
      },
      DenyWeakeningToAllButTheDeployment: {
        Effect: 'Deny',
        Principal: EVERYBODY,
        Action: [
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
        ],
        Resource: '<Bucket.Arn>',
        Condition: {
          ArnNotEquals: {
            'aws:PrincipalArn': [
              'arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-central-1',
            ],
          },
        },
      },
    });
  });
});

describe('digests, which CloudTrail may encrypt with S3’s own key or with the log key,', () => {
  test('are refused by no statement for how they are encrypted', () => {
    const { BucketPolicy } = resources(logArchive, 'AWS::S3::BucketPolicy');
    expect(JSON.stringify(BucketPolicy)).not.toMatch(/server-side-encryption/i);
  });

  test('can be decrypted by verify and auditors', () => {
    const decrypt = {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '<log-archive:Key.Arn>',
      Condition: { StringEquals: { 'kms:ViaService': ['s3.eu-central-1.amazonaws.com'] } },
    };
    const policies = { ...resources(audit, 'AWS::IAM::Policy'), ...resources(audit, 'AWS::IAM::ManagedPolicy') };
    for (const id of ['VerifyRoleDefaultPolicy', 'QueryPolicy']) {
      expect(statements(policies[id]?.PolicyDocument).DecryptLogObjects).toEqual(decrypt);
    }
  });
});

describe('the access log bucket', () => {
  test('stays with its policy when the stack goes, and so does the quarantine bucket', () => {
    for (const template of [logArchive, data]) {
      template.allResources('AWS::S3::BucketPolicy', {
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      });
    }
  });

  test('takes access logs of the log, quarantine and backfill buckets of this account alone', () => {
    expect(statements(resources(logArchive, 'AWS::S3::BucketPolicy').AccessLogBucketPolicy?.PolicyDocument)).toEqual({
      0: {
        Effect: 'Deny',
        Principal: EVERYBODY,
        Action: 's3:*',
        Resource: ['<AccessLogBucket.Arn>', '<AccessLogBucket.Arn>/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      AllowAccessLogsOfTheQuarantineBucket: {
        Effect: 'Allow',
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: '<AccessLogBucket.Arn>/quarantine/*',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::trailwarden-quarantine-111122223333-eu-central-1' },
        },
      },
      AllowAccessLogsOfTheBackfillBucket: {
        Effect: 'Allow',
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: '<AccessLogBucket.Arn>/backfill/*',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::trailwarden-backfill-111122223333-eu-central-1' },
        },
      },
      3: {
        Effect: 'Allow',
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: '<AccessLogBucket.Arn>/logs/*',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnLike: { 'aws:SourceArn': '<Bucket.Arn>' },
        },
      },
    });
  });
});

describe('the delivery topic', () => {
  test('is encrypted with the log key, and takes messages over TLS and from the log bucket alone', () => {
    expect(resources(logArchive, 'AWS::SNS::Topic')).toEqual({
      DeliveryTopic: {
        TopicName: 'trailwarden-delivery',
        DisplayName: 'trailwarden: CloudTrail delivered a file',
        KmsMasterKeyId: '<Key.Arn>',
      },
    });
    expect(statements(resources(logArchive, 'AWS::SNS::TopicPolicy').DeliveryTopicPolicy?.PolicyDocument)).toEqual({
      AllowPublishThroughSSLOnly: {
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Resource: '<DeliveryTopic>',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      AllowTheLogBucketToPublish: {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: '<DeliveryTopic>',
        Condition: {
          ArnEquals: { 'aws:SourceArn': `arn:aws:s3:::${BUCKET_NAME}` },
          StringEquals: { 'aws:SourceAccount': '111122223333' },
        },
      },
    });
  });
});

describe('the trail', () => {
  test('records management events of every region, validated and encrypted', () => {
    expect(resources(trail, 'AWS::CloudTrail::Trail').Trail).toEqual({
      TrailName: 'trailwarden',
      S3BucketName: '<log-archive:Bucket>',
      KMSKeyId: '<log-archive:Key.Arn>',
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
      AdvancedEventSelectors: [
        { Name: 'Management events', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
      ],
    });
  });

  test('is in a stack that is deployed after the log archive, and can fail without it', () => {
    const { stacks } = synthesize();
    const [archive, , , trailStack] = stacks;
    expect(trailStack?.dependencies).toContain(archive);
    logArchive.resourceCountIs('AWS::CloudTrail::Trail', 0);
  });
});
