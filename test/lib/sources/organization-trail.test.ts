import { synthesize } from '../support/deployment.ts';
import { readable, resources, statements } from '../support/template.ts';

/** Deployed by a delegated administrator: the stacks are in another account than the trail. */
const { logArchive, trail, audit } = synthesize(`
sources: [{ name: org, type: organization-trail, organizationId: o-a1b2c3d4e5, managementAccount: '222233334444' }]
trail: { keyPrefix: audit }
glue: { enabled: true }
`);
const TRAIL = 'arn:aws:cloudtrail:eu-central-1:222233334444:trail/trailwarden';

describe('a new trail of an organization', () => {
  test('is one of every account and region', () => {
    expect(resources(trail, 'AWS::CloudTrail::Trail').Trail).toMatchObject({
      IsOrganizationTrail: true,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
      S3KeyPrefix: 'audit',
    });
  });

  test('writes below the organization and the management account, and only as the trail of that account', () => {
    expect(statements(resources(logArchive, 'AWS::S3::BucketPolicy').BucketPolicy?.PolicyDocument)).toMatchObject({
      AWSCloudTrailAclCheck: { Condition: { StringEquals: { 'aws:SourceArn': TRAIL } } },
      AWSCloudTrailWrite: {
        Resource: ['<Bucket.Arn>/audit/AWSLogs/222233334444/*', '<Bucket.Arn>/audit/AWSLogs/o-a1b2c3d4e5/*'],
        Condition: { StringEquals: { 'aws:SourceArn': TRAIL, 's3:x-amz-acl': 'bucket-owner-full-control' } },
      },
    });
  });

  test('encrypts with the key in the name of the management account', () => {
    expect(statements(resources(logArchive, 'AWS::KMS::Key').Key?.KeyPolicy)).toMatchObject({
      AllowCloudTrailToEncryptLogs: {
        Condition: {
          StringEquals: { 'aws:SourceArn': TRAIL },
          StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'arn:aws:cloudtrail:*:222233334444:trail/*' },
        },
      },
      AllowCloudTrailToDescribeTheKey: { Condition: { StringEquals: { 'aws:SourceArn': TRAIL } } },
      AllowCloudTrailToUseTheBucketKey: { Condition: { StringEquals: { 'aws:SourceArn': TRAIL } } },
      AllowTheLogBucketToNotifyTheDeliveryTopic: {
        Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
      },
    });
  });

  test('is read by the functions below AWSLogs/ as a whole, whichever account a file is of', () => {
    expect(statements(resources(audit, 'AWS::IAM::Policy').IngestRoleDefaultPolicy?.PolicyDocument)).toMatchObject({
      ReadLogObjects: { Resource: 'arn:aws:s3:::trailwarden-logs-111122223333-eu-central-1/audit/AWSLogs/*' },
    });
  });

  test('is looked at by doctor as the management account’s, whichever account deploys it', () => {
    expect(statements(resources(audit, 'AWS::IAM::ManagedPolicy').OperatorPolicy?.PolicyDocument)).toMatchObject({
      CheckTheTrail: { Action: ['cloudtrail:GetTrail', 'cloudtrail:GetTrailStatus'], Resource: TRAIL },
    });
    expect(readable(trail.findOutputs('trailArn'))).toMatchObject({ trailArn: { Value: TRAIL } });
  });

  test('has a table for Athena over the folder of the organization, in which a query names the account', () => {
    const [{ TableInput } = { TableInput: undefined }] = Object.values(resources(trail, 'AWS::Glue::Table'));
    expect(TableInput).toMatchObject({
      Name: 'cloudtrail_logs',
      StorageDescriptor: { Location: 's3://<log-archive:Bucket>/audit/AWSLogs/o-a1b2c3d4e5/' },
      Parameters: {
        'projection.account.type': 'injected',
        'storage.location.template':
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena fills these in.
          's3://<log-archive:Bucket>/audit/AWSLogs/o-a1b2c3d4e5/${account}/CloudTrail/${region}/${day}',
      },
    });
  });
});
