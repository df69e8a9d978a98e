import type { Template } from 'aws-cdk-lib/assertions';
import { readIngestEnvironment, readVerifyEnvironment } from '../../../lambda/runtime/environment.ts';
import { parseConfig } from '../../../lib/config/config-file.ts';
import { logSourcesOf } from '../../../lib/config/existing-sources.ts';
import { synthesize } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const HOME = "account: '111122223333'\nregion: eu-central-1\nsources:\n";
const KEY = 'arn:aws:kms:eu-central-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const NEAR = `${HOME}  - { name: near, type: bucket, bucket: near-logs, keyPrefix: org }`;
const FAR = `${HOME}  - { name: far-away, type: bucket, bucket: far-logs, account: '444455556666', key: '${KEY}' }`;
const BY_ROLE = `${HOME}  - { name: vault, type: bucket, bucket: vault-logs, account: '444455556666', access: role }`;

const policyOf = (yaml: string, role: string) =>
  statements(resources(synthesize(yaml).audit, 'AWS::IAM::Policy')[`${role}RoleDefaultPolicy`]?.PolicyDocument);

function variablesOf(audit: Template, name: string): Record<string, string> {
  // Its shape is that of every function of the template.
  const { Environment } = resources(audit, 'AWS::Lambda::Function')[`${name}Function`] as {
    Environment: { Variables: Record<string, string> };
  };
  return Environment.Variables;
}

describe('a bucket that a trail writes to already', () => {
  test('takes the place of the trail and of the log bucket', () => {
    const { logArchive, trail, audit } = synthesize(NEAR);
    trail.resourceCountIs('AWS::CloudTrail::Trail', 0);
    expect(Object.keys(resources(logArchive, 'AWS::S3::Bucket'))).toEqual(['AccessLogBucket']);
    expect(readIngestEnvironment(variablesOf(audit, 'Ingest'))).toMatchObject({
      LOG_BUCKETS: [],
      SOURCES_FILE: '/opt/sources.json',
    });
  });

  test('stands beside a new trail', () => {
    const { logArchive, trail, audit } = synthesize(`${NEAR}\n  - { name: new, type: trail }`);
    trail.resourceCountIs('AWS::CloudTrail::Trail', 1);
    expect(Object.keys(resources(logArchive, 'AWS::S3::Bucket'))).toEqual(['AccessLogBucket', 'Bucket']);
    expect(readVerifyEnvironment(variablesOf(audit, 'Verify'))).toMatchObject({
      LOG_BUCKETS: ['trailwarden-logs-111122223333-eu-central-1'],
      SOURCES_FILE: '/opt/sources.json',
      DELIVERY_TOPIC_ARN: '<log-archive:DeliveryTopic>',
    });
  });

  test('may notify the delivery topic, in the name of the account that owns it', () => {
    const { logArchive } = synthesize(FAR);
    const topicPolicy = resources(logArchive, 'AWS::SNS::TopicPolicy').DeliveryTopicPolicy?.PolicyDocument;
    expect(statements(topicPolicy)).toEqual({
      AllowPublishThroughSSLOnly: expect.objectContaining({ Effect: 'Deny' }),
      AllowSourceFarAwayToPublish: {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: '<DeliveryTopic>',
        Condition: {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::far-logs' },
          StringEquals: { 'aws:SourceAccount': '444455556666' },
        },
      },
    });
    expect(statements(resources(logArchive, 'AWS::KMS::Key').Key?.KeyPolicy)).toEqual({
      0: expect.objectContaining({ Action: 'kms:*' }),
      AllowSourceFarAwayToNotifyTheDeliveryTopic: {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
        Condition: {
          ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::far-logs' },
          StringEquals: { 'aws:SourceAccount': '444455556666' },
        },
      },
    });
  });

  test('is read by ingest as itself, and with the key through S3 alone', () => {
    const policy = policyOf(FAR, 'Ingest');
    expect(policy).toMatchObject({
      ReadSourceObjects: {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: 'arn:aws:s3:::far-logs/AWSLogs/*',
      },
      ListSourceBuckets: { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::far-logs' },
      DecryptSourceObjects: {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: KEY,
        Condition: { StringEquals: { 'kms:ViaService': ['s3.eu-central-1.amazonaws.com'] } },
      },
    });
    for (const sid of ['ReadLogObjects', 'DecryptLogObjects', 'AssumeSourceRoles', 'SeeSourceNotifications']) {
      expect(policy).not.toHaveProperty(sid);
    }
  });

  test('is also looked at by verify, whether it announces its objects', () => {
    expect(policyOf(FAR, 'Verify')).toMatchObject({
      SeeSourceNotifications: { Action: 's3:GetBucketNotification', Resource: 'arn:aws:s3:::far-logs' },
    });
  });

  test('is read below its prefix alone', () => {
    expect(policyOf(NEAR, 'Ingest')).toMatchObject({
      ReadSourceObjects: { Resource: 'arn:aws:s3:::near-logs/org/AWSLogs/*' },
    });
  });

  test('is read as the role of its account, of which functions and people may do nothing else', () => {
    const ROLE = 'arn:aws:iam::444455556666:role/trailwarden-source-vault-eu-central-1';
    const { audit } = synthesize(BY_ROLE);
    const policies = [
      policyOf(BY_ROLE, 'Ingest'),
      policyOf(BY_ROLE, 'Verify'),
      statements(resources(audit, 'AWS::IAM::ManagedPolicy').SourcePolicy?.PolicyDocument),
    ];
    for (const policy of policies) {
      expect(policy.AssumeSourceRoles).toEqual({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE });
      expect(policy).not.toHaveProperty('ReadSourceObjects');
    }
    expect(logSourcesOf(parseConfig(BY_ROLE, 'f'))).toEqual([expect.objectContaining({ role: ROLE })]);
  });

  test('is read by people with a policy of its own, which has room for as many sources as there may be', () => {
    const name = (index: number) => `aws-controltower-logs-4444555566${index + 10}-eu-central-1`;
    const sources = Array.from(
      { length: 16 },
      (_, index) =>
        `  - { name: s-${index}, type: bucket, bucket: ${name(index)}, keyPrefix: o-a1b2c3d4e5, account: '444455556666', key: '${KEY.slice(0, -2)}${index + 10}' }`,
    );
    const { audit } = synthesize(HOME + sources.join('\n'));
    const { SourcePolicy, QueryPolicy, OperatorPolicy } = resources(audit, 'AWS::IAM::ManagedPolicy');
    expect(JSON.stringify(SourcePolicy?.PolicyDocument).length).toBeLessThan(6144);
    expect(Object.keys(statements(SourcePolicy?.PolicyDocument))).toEqual([
      'ReadSourceObjects',
      'ListSourceBuckets',
      'SeeSourceNotifications',
      'DecryptSourceObjects',
    ]);
    for (const policy of [QueryPolicy, OperatorPolicy]) {
      expect(JSON.stringify(policy?.PolicyDocument)).not.toContain('aws-controltower');
    }
    for (const role of ['Ingest', 'Verify']) {
      const document = JSON.stringify(resources(audit, 'AWS::IAM::Policy')[`${role}RoleDefaultPolicy`]?.PolicyDocument);
      const arn = 'arn:aws:dynamodb:eu-central-1:111122223333:table/trailwarden-correlations';
      expect(document.replaceAll(/<[^>]+>/g, arn).length).toBeLessThan(10_240);
    }
  });

  test('is left out of the data events that a new trail records: reading it would be recorded', () => {
    const { trail } = synthesize(`${NEAR}
  - { name: new, type: trail }
trail:
  advancedEventSelectors:
    - name: S3
      fieldSelectors:
        - { field: eventCategory, equals: [Data] }
        - { field: resources.type, equals: ['AWS::S3::Object'] }
`);
    expect(JSON.stringify(resources(trail, 'AWS::CloudTrail::Trail').Trail)).toContain('"arn:aws:s3:::near-logs/"');
  });

  test('has a table for Athena of its own', () => {
    const { trail } = synthesize(`${NEAR}\nglue: { enabled: true }`);
    expect(resources(trail, 'AWS::Glue::Table')).toEqual({
      LogTableTablenear: expect.objectContaining({
        TableInput: expect.objectContaining({
          Name: 'cloudtrail_logs_near',
          StorageDescriptor: expect.objectContaining({ Location: 's3://near-logs/org/AWSLogs/' }),
        }),
      }),
    });
  });
});
