import { AwsSolutionsChecks } from 'cdk-nag';
import { synthesize } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const KEYS = {
  logs: 'arn:aws:kms:eu-central-1:111122223333:key/aaaa-1',
  audit: 'arn:aws:kms:eu-central-1:111122223333:key/bbbb-2',
  topics: 'arn:aws:kms:eu-central-1:111122223333:key/cccc-3',
};
const topic = (name: string) => `arn:aws:sns:eu-central-1:111122223333:${name}`;

const given = synthesize(`
keys: { logs: '${KEYS.logs}', audit: '${KEYS.audit}' }
alerts:
  topics:
    critical: '${topic('pager')}'
    alerts: '${topic('soc')}'
    operations: '${topic('pager')}'
    keys: ['${KEYS.topics}']
roles: { path: /platform/audit/, permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary' }
tags: { team: security, cost-center: '42' }
trail:
  advancedEventSelectors:
    - name: Topics
      fieldSelectors:
        - { field: eventCategory, equals: [Data] }
        - { field: resources.type, equals: ['AWS::SNS::Topic'] }
`);

const policyOf = (name: string) => {
  const [, policy] =
    Object.entries(resources(given.audit, 'AWS::IAM::Policy')).find(([id]) => id.startsWith(`${name}Role`)) ?? [];
  return statements(policy?.PolicyDocument);
};

describe('keys of a customer', () => {
  test('take the place of both keys, of which none is made', () => {
    for (const template of [given.logArchive, given.data, given.audit]) template.resourceCountIs('AWS::KMS::Key', 0);
    const [bucket] = Object.values(resources(given.logArchive, 'AWS::S3::Bucket')).filter(({ BucketName }) =>
      String(BucketName).startsWith('trailwarden-logs-'),
    );
    expect(JSON.stringify(bucket?.BucketEncryption)).toContain(KEYS.logs);
    for (const { KmsMasterKeyId } of Object.values(resources(given.audit, 'AWS::SNS::Topic'))) {
      expect(KmsMasterKeyId).toBe(KEYS.audit);
    }
    expect(resources(given.trail, 'AWS::CloudTrail::Trail').Trail).toMatchObject({ KMSKeyId: KEYS.logs });
  });

  test('are used by the functions through the same services alone', () => {
    expect(policyOf('Ingest')).toMatchObject({
      DecryptLogObjects: {
        Action: 'kms:Decrypt',
        Resource: KEYS.logs,
        Condition: { StringEquals: { 'kms:ViaService': ['s3.eu-central-1.amazonaws.com'] } },
      },
      UseTheAuditKey: { Resource: KEYS.audit },
    });
  });
});

describe('topics of a customer', () => {
  test('take the place of those that they are named for, and of no other', () => {
    const names = Object.values(resources(given.audit, 'AWS::SNS::Topic')).map(({ TopicName }) => TopicName);
    expect(names.toSorted()).toEqual(['trailwarden-high', 'trailwarden-low', 'trailwarden-medium']);
    const [ingest] = Object.values(resources(given.audit, 'AWS::Lambda::Function')).filter(
      ({ FunctionName }) => FunctionName === 'trailwarden-ingest',
    );
    expect(ingest?.Environment).toMatchObject({
      Variables: { CRITICAL_TOPIC_ARN: topic('pager'), ALERTS_TOPIC_ARN: topic('soc') },
    });
    for (const { AlarmActions } of Object.values(resources(given.audit, 'AWS::CloudWatch::Alarm'))) {
      expect(AlarmActions).toEqual([topic('pager')]);
    }
  });

  test.each(['Ingest', 'Verify', 'Sweep', 'BackfillBatch'])(
    'may be published to by %s, with the keys that encrypt them',
    (name) => {
      expect(policyOf(name)).toMatchObject({
        PublishAlerts: { Action: 'sns:Publish', Resource: expect.arrayContaining([topic('pager'), topic('soc')]) },
        UseTheTopicKeys: {
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Resource: KEYS.topics,
          Condition: { StringEquals: { 'kms:ViaService': 'sns.eu-central-1.amazonaws.com' } },
        },
      });
    },
  );

  test('are left out of the data events of the trail, or it would record itself for ever', () => {
    expect(JSON.stringify(resources(given.trail, 'AWS::CloudTrail::Trail').Trail)).toContain(topic('soc'));
  });

  test('need no statement for keys where none encrypts them', () => {
    expect(JSON.stringify(synthesize().audit.toJSON())).not.toContain('UseTheTopicKeys');
  });
});

describe('what a company demands of its stacks', () => {
  const all = [given.logArchive, given.data, given.audit, given.trail];

  test('is met by every role: path and boundary', () => {
    const roles = all.flatMap((template) => Object.values(resources(template, 'AWS::IAM::Role')));
    expect(roles.length).toBeGreaterThanOrEqual(8);
    for (const role of roles) {
      expect(role).toMatchObject({
        Path: '/platform/audit/',
        PermissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary',
      });
    }
  });

  test.each([
    'AWS::S3::Bucket',
    'AWS::SNS::Topic',
    'AWS::SQS::Queue',
    'AWS::Lambda::Function',
    'AWS::IAM::Role',
    'AWS::CloudTrail::Trail',
  ])('is met by every %s: tags', (type) => {
    const found = all.flatMap((template) => Object.values(resources(template, type)));
    expect(found.length).toBeGreaterThan(0);
    for (const { Tags } of found) {
      expect(Tags).toEqual(
        expect.arrayContaining([
          { Key: 'team', Value: 'security' },
          { Key: 'cost-center', Value: '42' },
        ]),
      );
    }
  });

  test('is nothing by default', () => {
    for (const template of [synthesize().logArchive, synthesize().audit]) {
      const text = JSON.stringify(resources(template, 'AWS::IAM::Role'));
      expect(text).not.toMatch(/"Path"|PermissionsBoundary/);
    }
  });
});

test('cdk-nag finds nothing in stacks with keys, topics and demands of a customer', () => {
  for (const stack of given.stacks) expect(new AwsSolutionsChecks().validateScope(stack).violations).toEqual([]);
});
