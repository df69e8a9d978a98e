import { TABLES } from '../../../lambda/store/schema.ts';
import { synthesize } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const ALARMS = 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:trailwarden-*';
const TOPICS = ['critical', 'high', 'medium', 'low', 'alerts', 'operations'];

const { audit, data } = synthesize('alerts: { emails: { high: [soc@example.com], operations: [ops@example.com] } }');

const withoutTls = (resource: string, action: string, principal: unknown) => ({
  Effect: 'Deny',
  Principal: principal,
  Action: action,
  Resource: resource,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

describe('the audit key', () => {
  test('is rotated, kept, and open to alarms of the deployment and to the log groups of the functions', () => {
    const { Key } = resources(data, 'AWS::KMS::Key');
    expect(Key).toMatchObject({ EnableKeyRotation: true });
    data.hasResource('AWS::KMS::Key', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    data.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/trailwarden-audit' });
    expect(statements(Key?.KeyPolicy)).toEqual({
      0: {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:root' },
        Action: 'kms:*',
        Resource: '*',
      },
      AllowAlarmsToPublish: {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnLike: { 'aws:SourceArn': ALARMS },
        },
      },
      AllowLogGroups: {
        Effect: 'Allow',
        Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
        Resource: '*',
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn':
              'arn:aws:logs:eu-central-1:111122223333:log-group:/aws/lambda/trailwarden-*',
          },
        },
      },
    });
  });
});

describe('the alert topics', () => {
  const topics = resources(audit, 'AWS::SNS::Topic');
  const policies = resources(audit, 'AWS::SNS::TopicPolicy');

  test('are one a level, one for programs and one for alarms, encrypted with the audit key', () => {
    expect(topics).toEqual(
      Object.fromEntries(
        TOPICS.map((name) => [
          `Topics${name}`,
          { TopicName: `trailwarden-${name}`, DisplayName: expect.any(String), KmsMasterKeyId: '<data:Key.Arn>' },
        ]),
      ),
    );
  });

  test.each(TOPICS.filter((name) => name !== 'operations'))('take messages for %s over TLS alone', (name) => {
    expect(statements(policies[`Topics${name}Policy`]?.PolicyDocument)).toEqual({
      AllowPublishThroughSSLOnly: withoutTls(`<Topics${name}>`, 'sns:Publish', '*'),
    });
  });

  test("take alarms of this deployment at the operations' topic", () => {
    expect(statements(policies.TopicsoperationsPolicy?.PolicyDocument)).toEqual({
      AllowPublishThroughSSLOnly: withoutTls('<Topicsoperations>', 'sns:Publish', '*'),
      AllowAlarmsToPublish: {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: '<Topicsoperations>',
        Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' }, ArnLike: { 'aws:SourceArn': ALARMS } },
      },
    });
  });

  test('have the subscribers of the configuration', () => {
    const emails = Object.values(resources(audit, 'AWS::SNS::Subscription')).filter(
      ({ Protocol }) => Protocol === 'email',
    );
    expect(emails).toEqual([
      { Protocol: 'email', TopicArn: '<Topicshigh>', Endpoint: 'soc@example.com' },
      { Protocol: 'email', TopicArn: '<Topicsoperations>', Endpoint: 'ops@example.com' },
    ]);
  });
});

describe.each([
  ['LogQueue', 'logs', 0],
  ['DigestQueue', 'digests', 60],
])('the %s', (queueId, queueName, batchingSeconds) => {
  const queues = resources(audit, 'AWS::SQS::Queue');
  const policies = resources(audit, 'AWS::SQS::QueuePolicy');
  const EVERYBODY = { AWS: '*' };
  const fromDeliveryTopic = (queue: string) => ({
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queue,
    Condition: { ArnEquals: { 'aws:SourceArn': '<log-archive:DeliveryTopic>' } },
  });

  test('is encrypted, hides a message for six times as long as its function runs and the batching window, and gives up after forty tries', () => {
    expect(queues[queueId]).toEqual({
      QueueName: `trailwarden-${queueName}`,
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 6 * 300 + batchingSeconds,
      MessageRetentionPeriod: 7 * 24 * 3600,
      RedrivePolicy: { deadLetterTargetArn: `<${queueId}DeadLetterQueue.Arn>`, maxReceiveCount: 40 },
    });
    expect(queues[`${queueId}DeadLetterQueue`]).toEqual({
      QueueName: `trailwarden-${queueName}-dead-letter`,
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
    });
  });

  test('is subscribed to the delivery topic as the messages are, and what SNS cannot deliver is kept', () => {
    const subscriptions = Object.values(resources(audit, 'AWS::SNS::Subscription'));
    expect(subscriptions.find(({ Endpoint }) => Endpoint === `<${queueId}.Arn>`)).toMatchObject({
      Protocol: 'sqs',
      TopicArn: '<log-archive:DeliveryTopic>',
      RawMessageDelivery: true,
      RedrivePolicy: { deadLetterTargetArn: `<${queueId}DeadLetterQueue.Arn>` },
    });
  });

  test('takes messages from the delivery topic alone, and so does its dead-letter queue', () => {
    for (const name of [queueId, `${queueId}DeadLetterQueue`]) {
      const queue = `<${name}.Arn>`;
      expect(statements(policies[`${name}Policy`]?.PolicyDocument)).toEqual({
        0: withoutTls(queue, 'sqs:*', EVERYBODY),
        1: fromDeliveryTopic(queue),
      });
    }
  });
});

test('there are no other queues', () => {
  expect(Object.keys(resources(audit, 'AWS::SQS::Queue'))).toHaveLength(4);
});

describe('the quarantine bucket', () => {
  test('is private, versioned, encrypted with the audit key, logged, and expires like the logs', () => {
    expect(resources(data, 'AWS::S3::Bucket').Quarantine).toEqual({
      BucketName: 'trailwarden-quarantine-111122223333-eu-central-1',
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
      LoggingConfiguration: {
        DestinationBucketName: 'trailwarden-access-logs-111122223333-eu-central-1',
        LogFilePrefix: 'quarantine/',
      },
      LifecycleConfiguration: {
        Rules: [
          {
            Id: 'expire',
            Status: 'Enabled',
            ExpirationInDays: 1095,
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
          },
          { Id: 'remove-delete-markers', Status: 'Enabled', ExpiredObjectDeleteMarker: true },
        ],
      },
    });
    expect(statements(resources(data, 'AWS::S3::BucketPolicy').QuarantinePolicy?.PolicyDocument)).toEqual({
      0: { ...withoutTls('', 's3:*', { AWS: '*' }), Resource: ['<Quarantine.Arn>', '<Quarantine.Arn>/*'] },
    });
  });
});

const reads = (
  name: 'events' | 'segments' | 'findings' | 'alerts' | 'ledger' | 'suppressions',
  Action: string | string[] = 'dynamodb:Query',
) => ({
  Effect: 'Allow',
  Action,
  Resource: [
    `<data:Tables${name}.Arn>`,
    ...TABLES[name].indexes.map((index) => `<data:Tables${name}.Arn>/index/${index.name}`).sort(),
  ],
});
const LOGS = 'arn:aws:s3:::trailwarden-logs-111122223333-eu-central-1';

/** What both policies for people allow. */
const ASKED = {
  QueryEvents: reads('events'),
  QuerySegments: {
    ...reads('segments', ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query']),
    Resource: '<data:Tablessegments.Arn>',
  },
  QueryFindings: reads('findings', ['dynamodb:GetItem', 'dynamodb:Query']),
  QueryAlerts: reads('alerts', ['dynamodb:GetItem', 'dynamodb:Query']),
  QuerySuppressions: reads('suppressions'),
  QueryLedger: reads('ledger'),
  ReadLogObjects: { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: `${LOGS}/AWSLogs/*` },
  ListLogObjects: { Effect: 'Allow', Action: ['s3:ListBucket', 's3:ListBucketVersions'], Resource: LOGS },
  DecryptLogObjects: {
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: '<log-archive:Key.Arn>',
    Condition: { StringEquals: { 'kms:ViaService': ['s3.eu-central-1.amazonaws.com'] } },
  },
  ListPublicKeys: { Effect: 'Allow', Action: 'cloudtrail:ListPublicKeys', Resource: '*' },
};

describe('the policy for auditors', () => {
  const { QueryPolicy } = resources(audit, 'AWS::IAM::ManagedPolicy');

  test('is attached to nobody', () => {
    expect(QueryPolicy).toMatchObject({ ManagedPolicyName: 'trailwarden-auditor-eu-central-1' });
    expect(QueryPolicy).not.toHaveProperty('Roles');
    expect(QueryPolicy).not.toHaveProperty('Users');
    expect(QueryPolicy).not.toHaveProperty('Groups');
  });

  test('reads the index and the log objects, verifies them, and nothing else', () => {
    expect(statements(QueryPolicy?.PolicyDocument)).toEqual({
      ...ASKED,
      DecryptTheIndex: {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: '<data:Key.Arn>',
        Condition: { StringEquals: { 'kms:ViaService': ['dynamodb.eu-central-1.amazonaws.com'] } },
      },
    });
  });
});

describe('the policy for operators', () => {
  const { OperatorPolicy } = resources(audit, 'AWS::IAM::ManagedPolicy');
  const allow = (Action: string | string[], Resource: string | string[], Condition?: object) => ({
    Effect: 'Allow',
    Action,
    Resource,
    ...(Condition && { Condition }),
  });
  const ofThisAccount = { StringEquals: { 's3:ResourceAccount': '111122223333' } };
  const quarantine = 'arn:aws:s3:::trailwarden-quarantine-111122223333-eu-central-1';

  test('is attached to nobody', () => {
    expect(OperatorPolicy).toMatchObject({ ManagedPolicyName: 'trailwarden-operator-eu-central-1' });
    for (const member of ['Roles', 'Users', 'Groups']) expect(OperatorPolicy).not.toHaveProperty(member);
  });

  test('suppresses, tries alerts out, lets objects be read again and checks settings, beside what auditors may, and nothing else', () => {
    expect(statements(OperatorPolicy?.PolicyDocument)).toEqual({
      ChangeSuppressions: allow(
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        '<data:Tablessuppressions.Arn>',
      ),
      RecordTheChange: allow('dynamodb:PutItem', '<data:Tablesevents.Arn>'),
      MarkFindings: allow('dynamodb:UpdateItem', '<data:Tablesfindings.Arn>', {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['findingId', 'mark'] },
        StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
      }),
      WritePages: allow('dynamodb:PutItem', '<data:Tablessegments.Arn>', {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['page#*'] },
      }),
      ReopenObjects: allow('dynamodb:UpdateItem', '<data:Tablesledger.Arn>'),
      QueueObjects: allow(
        ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
        ['<DigestQueue.Arn>', '<LogQueue.Arn>'],
      ),
      TakeDeadLetters: allow(
        ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
        ['<DigestQueueDeadLetterQueue.Arn>', '<LogQueueDeadLetterQueue.Arn>'],
      ),
      ReadQuarantinedRecords: allow('s3:GetObject', `${quarantine}/rejected/*`, ofThisAccount),
      TellExpiredFromForbidden: allow('s3:ListBucket', quarantine, ofThisAccount),
      PublishAlerts: allow(
        'sns:Publish',
        ['alerts', 'critical', 'high', 'low', 'medium'].map((name) => `<Topics${name}>`),
      ),
      UseTheAuditKey: allow(['kms:Decrypt', 'kms:GenerateDataKey'], '<data:Key.Arn>', {
        StringEquals: {
          'kms:ViaService': ['dynamodb', 's3', 'sns'].map((service) => `${service}.eu-central-1.amazonaws.com`),
        },
      }),
      // What doctor looks at: settings alone.
      CheckTheTrail: allow(
        ['cloudtrail:GetTrail', 'cloudtrail:GetTrailStatus'],
        'arn:aws:cloudtrail:eu-central-1:111122223333:trail/trailwarden',
      ),
      CheckTheStacks: allow(
        'cloudformation:DescribeStacks',
        ['audit', 'data', 'log-archive', 'trail'].map(
          (name) => `arn:aws:cloudformation:eu-central-1:111122223333:stack/trailwarden-${name}/*`,
        ),
      ),
      CheckTheTables: allow('dynamodb:DescribeTable', 'arn:aws:dynamodb:eu-central-1:111122223333:table/trailwarden-*'),
      CheckTheTopics: allow(
        ['sns:GetTopicAttributes', 'sns:ListSubscriptionsByTopic'],
        [
          '<log-archive:DeliveryTopic>',
          '<Topicsalerts>',
          '<Topicscritical>',
          '<Topicshigh>',
          '<Topicslow>',
          '<Topicsmedium>',
          '<Topicsoperations>',
        ],
      ),
      CheckTheLogBucket: allow(['s3:GetBucketNotification', 's3:GetBucketPolicy'], LOGS),
      CheckTheFunctions: allow(
        'lambda:GetFunctionConfiguration',
        ['BackfillBatch', 'BackfillList', 'Ingest', 'Pack', 'Sweep', 'Verify'].map((name) => `<${name}Function.Arn>`),
      ),
    });
  });
});
