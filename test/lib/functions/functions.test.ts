import {
  readIngestEnvironment,
  readPackEnvironment,
  readSweepEnvironment,
  readVerifyEnvironment,
} from '../../../lambda/runtime/environment.ts';
import { allow, CORRELATES, via } from '../support/allowed.ts';
import { synthesize } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const { audit } = synthesize('{ index: { rows: all, rowDays: 60, pageShards: 8 }, alerts: { minimumLevel: high } }');
const functions = resources(audit, 'AWS::Lambda::Function');
const roles = resources(audit, 'AWS::IAM::Role');
const policies = resources(audit, 'AWS::IAM::Policy');

const LOGS = 'arn:aws:s3:::trailwarden-logs-111122223333-eu-central-1';
const QUARANTINE = 'arn:aws:s3:::trailwarden-quarantine-111122223333-eu-central-1';
const ALERT_TOPICS = ['alerts', 'critical', 'high', 'low', 'medium'].map((name) => `<Topics${name}>`);

const variablesOf = (name: string): Record<string, string> => {
  const { Environment } = functions[`${name}Function`] as { Environment: { Variables: Record<string, string> } };
  return Environment.Variables;
};
const mappingOf = (name: string) =>
  Object.values(resources(audit, 'AWS::Lambda::EventSourceMapping')).find(
    ({ FunctionName }) => FunctionName === `<${name}Function>`,
  );
const CONSUME = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
];

describe.each(['Ingest', 'Verify', 'Sweep', 'Pack'])('%s', (name) => {
  const lower = name.toLowerCase();

  test('runs on Node.js 24 and arm64, and logs JSON into an encrypted log group that forgets', () => {
    expect(functions[`${name}Function`]).toMatchObject({
      FunctionName: `trailwarden-${lower}`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Layers: ['<Rules>'],
      LoggingConfig: { LogFormat: 'JSON', LogGroup: `<${name}Logs>` },
      Role: `<${name}Role.Arn>`,
    });
    expect(resources(audit, 'AWS::Logs::LogGroup')[`${name}Logs`]).toEqual({
      LogGroupName: `/aws/lambda/trailwarden-${lower}`,
      KmsKeyId: '<data:Key.Arn>',
      RetentionInDays: 90,
    });
  });

  test('has a role that Lambda alone assumes, with no managed policy', () => {
    expect(roles[`${name}Role`]).toEqual({
      RoleName: `trailwarden-${lower}-eu-central-1`,
      Description: expect.any(String),
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
    });
  });
});

describe('ingest', () => {
  test('has the variables that its handler reads', () => {
    expect(readIngestEnvironment(variablesOf('Ingest'))).toEqual({
      EVENTS_TABLE: '<data:Tablesevents>',
      FINDINGS_TABLE: '<data:Tablesfindings>',
      ALERTS_TABLE: '<data:Tablesalerts>',
      LEDGER_TABLE: '<data:Tablesledger>',
      CORRELATIONS_TABLE: '<data:Tablescorrelations>',
      SUPPRESSIONS_TABLE: '<data:Tablessuppressions>',
      ALERTS_TOPIC_ARN: '<Topicsalerts>',
      CRITICAL_TOPIC_ARN: '<Topicscritical>',
      HIGH_TOPIC_ARN: '<Topicshigh>',
      MEDIUM_TOPIC_ARN: '<Topicsmedium>',
      LOW_TOPIC_ARN: '<Topicslow>',
      MINIMUM_LEVEL: 'high',
      CHAT_TOPIC_ARN: '',
      ALERT_WINDOW_MINUTES: 15,
      MAX_ALERTS_PER_MINUTE: 30,
      RULES_FILE: '/opt/rules.json',
      DIRECTORY_FILE: '',
      NAMES_BUCKET: '',
      DEPLOYMENT: 'trailwarden',
      CHANNELS_FILE: '',
      CHANNEL_QUEUE_PREFIX: '',
      LOG_BUCKETS: ['trailwarden-logs-111122223333-eu-central-1'],
      SOURCES_FILE: '',
      QUARANTINE_BUCKET: 'trailwarden-quarantine-111122223333-eu-central-1',
      LOG_QUEUE_URL: '<LogQueue>',
      DEAD_LETTER_QUEUE_URL: '<LogQueueDeadLetterQueue>',
      SEGMENTS_TABLE: '<data:Tablessegments>',
      ROWS: 'all',
      ROW_DAYS: 60,
      PAGE_SHARDS: 8,
      MAX_OBJECT_BYTES: 2_147_483_648,
    });
  });

  test('has a whole vCPU for five minutes', () => {
    expect(functions.IngestFunction).toMatchObject({ MemorySize: 1769, Timeout: 300 });
  });

  test('takes few messages a call, and gives back those alone that failed', () => {
    expect(mappingOf('Ingest')).toEqual({
      EventSourceArn: '<LogQueue.Arn>',
      FunctionName: '<IngestFunction>',
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });

  test('may do what its code does, and nothing else', () => {
    expect(statements(policies.IngestRoleDefaultPolicy?.PolicyDocument)).toEqual({
      WriteLogs: allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '<IngestLogs.Arn>'),
      ReadTheQueueAndQueueAgain: allow(CONSUME, '<LogQueue.Arn>'),
      GiveUpMessages: allow('sqs:SendMessage', '<LogQueueDeadLetterQueue.Arn>'),
      ReadLogObjects: allow(['s3:GetObject', 's3:GetObjectVersion'], `${LOGS}/AWSLogs/*`),
      TellMissingFromForbidden: allow('s3:ListBucket', LOGS),
      DecryptLogObjects: allow('kms:Decrypt', '<log-archive:Key.Arn>', via('s3')),
      QuarantineRecords: allow('s3:PutObject', `${QUARANTINE}/rejected/*`),
      ReadQuarantinedRecords: allow('s3:GetObject', `${QUARANTINE}/rejected/*`, {
        StringEquals: { 's3:ResourceAccount': '111122223333' },
      }),
      IndexEvents: allow(['dynamodb:BatchWriteItem', 'dynamodb:PutItem'], '<data:Tablesevents.Arn>'),
      WritePages: allow('dynamodb:PutItem', '<data:Tablessegments.Arn>'),
      RaisePageShards: allow('dynamodb:UpdateItem', '<data:Tablessegments.Arn>', {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['state'] },
      }),
      UpdateBookkeeping: allow('dynamodb:UpdateItem', '<data:Tablesevents.Arn>', {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['trailwarden'] },
      }),
      RecordFindings: allow(['dynamodb:PartiQLInsert', 'dynamodb:PutItem'], '<data:Tablesfindings.Arn>'),
      OpenAlerts: allow(['dynamodb:PutItem', 'dynamodb:UpdateItem'], '<data:Tablesalerts.Arn>'),
      AskSuppressions: allow('dynamodb:Query', '<data:Tablessuppressions.Arn>/index/by-rule'),
      Correlate: allow(CORRELATES, '<data:Tablescorrelations.Arn>'),
      KeepTheLedger: allow(['dynamodb:Query', 'dynamodb:UpdateItem'], '<data:Tablesledger.Arn>'),
      PublishAlerts: allow('sns:Publish', ALERT_TOPICS),
      UseTheAuditKey: allow(['kms:Decrypt', 'kms:GenerateDataKey'], '<data:Key.Arn>', via('dynamodb', 's3', 'sns')),
    });
  });
});

describe('verify', () => {
  test('has the variables that its handler reads', () => {
    expect(readVerifyEnvironment(variablesOf('Verify'))).toMatchObject({
      LOG_BUCKETS: ['trailwarden-logs-111122223333-eu-central-1'],
      LOG_QUEUE_URL: '<LogQueue>',
      DIGEST_QUEUE_URL: '<DigestQueue>',
      DEAD_LETTER_QUEUE_URL: '<DigestQueueDeadLetterQueue>',
      LOG_EXPIRE_DAYS: 1095,
    });
  });

  test('takes many messages a call, most of which tell of log objects, and gives back those alone that failed', () => {
    expect(mappingOf('Verify')).toEqual({
      EventSourceArn: '<DigestQueue.Arn>',
      FunctionName: '<VerifyFunction>',
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 60,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });

  test('may do what its code does, and nothing else', () => {
    expect(statements(policies.VerifyRoleDefaultPolicy?.PolicyDocument)).toEqual({
      WriteLogs: allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '<VerifyLogs.Arn>'),
      ReadTheQueueAndQueueAgain: allow(CONSUME, '<DigestQueue.Arn>'),
      GiveUpMessages: allow('sqs:SendMessage', '<DigestQueueDeadLetterQueue.Arn>'),
      QueueUnreadLogObjects: allow('sqs:SendMessage', '<LogQueue.Arn>'),
      ReadLogObjects: allow(['s3:GetObject', 's3:GetObjectVersion'], `${LOGS}/AWSLogs/*`),
      TellMissingFromForbidden: allow('s3:ListBucket', LOGS),
      DecryptLogObjects: allow('kms:Decrypt', '<log-archive:Key.Arn>', via('s3')),
      ListPublicKeys: allow('cloudtrail:ListPublicKeys', '*'),
      KeepTheLedger: allow(
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['<data:Tablesledger.Arn>', '<data:Tablesledger.Arn>/index/by-account-region-day'],
      ),
      RecordFindings: allow(['dynamodb:PartiQLInsert', 'dynamodb:PutItem'], '<data:Tablesfindings.Arn>'),
      OpenAlerts: allow(['dynamodb:PutItem', 'dynamodb:UpdateItem'], '<data:Tablesalerts.Arn>'),
      UpdateBookkeeping: allow('dynamodb:UpdateItem', '<data:Tablesevents.Arn>', {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['trailwarden'] },
      }),
      AskSuppressions: allow('dynamodb:Query', '<data:Tablessuppressions.Arn>/index/by-rule'),
      PublishAlerts: allow('sns:Publish', ALERT_TOPICS),
      UseTheAuditKey: allow(['kms:Decrypt', 'kms:GenerateDataKey'], '<data:Key.Arn>', via('dynamodb', 'sns')),
    });
  });
});

describe('sweep', () => {
  test('has the variables that its handler reads', () => {
    expect(readSweepEnvironment(variablesOf('Sweep'))).toMatchObject({
      ALERTS_TABLE: '<data:Tablesalerts>',
      ALERTS_TOPIC_ARN: '<Topicsalerts>',
      MINIMUM_LEVEL: 'high',
    });
  });

  test('is called every minute, and a call that failed is not repeated', () => {
    expect(resources(audit, 'AWS::Scheduler::Schedule').SweepEveryMinute).toMatchObject({
      Name: 'trailwarden-sweep',
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: '<SweepFunction.Arn>',
        RoleArn: '<SweepScheduleRole.Arn>',
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      },
    });
    expect(Object.values(resources(audit, 'AWS::Lambda::EventInvokeConfig'))).toContainEqual(
      expect.objectContaining({
        FunctionName: '<SweepFunction>',
        MaximumEventAgeInSeconds: 60,
        MaximumRetryAttempts: 0,
      }),
    );
  });

  test('is called by the schedules of this account alone, which may call nothing else', () => {
    expect(roles.SweepScheduleRole?.AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': '111122223333',
              'aws:SourceArn': 'arn:aws:scheduler:eu-central-1:111122223333:schedule-group/default',
            },
          },
        },
      ],
    });
    expect(statements(policies.SweepScheduleRoleDefaultPolicy?.PolicyDocument)).toEqual({
      CallSweep: allow('lambda:InvokeFunction', '<SweepFunction.Arn>'),
    });
  });

  test('may send and sum up alerts, judge closed windows and follow the digests, and nothing else', () => {
    expect(statements(policies.SweepRoleDefaultPolicy?.PolicyDocument)).toEqual({
      WriteLogs: allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '<SweepLogs.Arn>'),
      TakeOverPendingAlerts: allow(
        ['dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['<data:Tablesalerts.Arn>', '<data:Tablesalerts.Arn>/index/by-state', '<data:Tablesalerts.Arn>/index/by-storm'],
      ),
      CountFindings: allow(
        ['dynamodb:PutItem', 'dynamodb:Query'],
        ['<data:Tablesfindings.Arn>', '<data:Tablesfindings.Arn>/index/by-alert'],
      ),
      UpdateBookkeeping: allow('dynamodb:UpdateItem', '<data:Tablesevents.Arn>', {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['trailwarden'] },
      }),
      AskSuppressions: allow('dynamodb:Query', '<data:Tablessuppressions.Arn>/index/by-rule'),
      Correlate: allow(CORRELATES, ['<data:Tablescorrelations.Arn>', '<data:Tablescorrelations.Arn>/index/by-due']),
      FollowDigestChains: allow(
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['<data:Tablesledger.Arn>', '<data:Tablesledger.Arn>/index/by-state'],
      ),
      PublishAlerts: allow('sns:Publish', ALERT_TOPICS),
      UseTheAuditKey: allow(['kms:Decrypt', 'kms:GenerateDataKey'], '<data:Key.Arn>', via('dynamodb', 'sns')),
    });
  });
});

describe('pack', () => {
  test('has the variables that its handler reads', () => {
    expect(readPackEnvironment(variablesOf('Pack'))).toEqual({
      DEPLOYMENT: 'trailwarden',
      SEGMENTS_TABLE: '<data:Tablessegments>',
      RETENTION_DAYS: 365,
    });
  });

  test('has a whole vCPU for fifteen minutes', () => {
    expect(functions.PackFunction).toMatchObject({ MemorySize: 1769, Timeout: 900 });
  });

  test('is called every ten minutes, once for each of at most eight lanes, and a call that failed is not repeated', () => {
    const schedules = Object.values(resources(audit, 'AWS::Scheduler::Schedule')).filter(({ Name }) =>
      String(Name).startsWith('trailwarden-pack'),
    );
    expect(schedules).toMatchObject(
      Array.from({ length: 8 }, (_, lane) => ({
        Name: lane === 0 ? 'trailwarden-pack' : `trailwarden-pack-${lane}`,
        ScheduleExpression: 'rate(10 minutes)',
        State: 'ENABLED',
        Target: {
          Arn: '<PackFunction.Arn>',
          RoleArn: '<PackScheduleRole.Arn>',
          Input: JSON.stringify({ lane, lanes: 8 }),
          RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
        },
      })),
    );
    expect(Object.values(resources(audit, 'AWS::Lambda::EventInvokeConfig'))).toContainEqual(
      expect.objectContaining({
        FunctionName: '<PackFunction>',
        MaximumEventAgeInSeconds: 60,
        MaximumRetryAttempts: 0,
      }),
    );
    expect(statements(policies.PackScheduleRoleDefaultPolicy?.PolicyDocument)).toEqual({
      CallPack: allow('lambda:InvokeFunction', '<PackFunction.Arn>'),
    });
  });

  test('may read and write the segments table, and nothing else', () => {
    expect(statements(policies.PackRoleDefaultPolicy?.PolicyDocument)).toEqual({
      WriteLogs: allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '<PackLogs.Arn>'),
      PackSegments: allow(
        [
          'dynamodb:BatchGetItem',
          'dynamodb:BatchWriteItem',
          'dynamodb:ConditionCheckItem',
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
          'dynamodb:UpdateItem',
        ],
        '<data:Tablessegments.Arn>',
      ),
      UseTheAuditKey: allow(['kms:Decrypt', 'kms:GenerateDataKey'], '<data:Key.Arn>', via('dynamodb')),
    });
  });
});

test('a key prefix narrows what ingest may read', () => {
  const { audit: prefixed } = synthesize('trail: { keyPrefix: org/audit }');
  const [policy] = Object.entries(resources(prefixed, 'AWS::IAM::Policy')).filter(([id]) => id.startsWith('Ingest'));
  expect(statements(policy?.[1].PolicyDocument).ReadLogObjects).toMatchObject({
    Resource: `${LOGS}/org/audit/AWSLogs/*`,
  });
});

test('with alerts.chat there is a topic for chat applications, which both functions publish to', () => {
  const { audit: chatting } = synthesize('alerts: { chat: true }');
  expect(resources(chatting, 'AWS::SNS::Topic').Topicschat).toMatchObject({
    TopicName: 'trailwarden-chat',
    KmsMasterKeyId: '<data:Key.Arn>',
  });
  for (const name of ['Ingest', 'Sweep']) {
    expect(resources(chatting, 'AWS::Lambda::Function')[`${name}Function`]).toMatchObject({
      Environment: { Variables: { CHAT_TOPIC_ARN: '<Topicschat>' } },
    });
    const policy = resources(chatting, 'AWS::IAM::Policy')[`${name}RoleDefaultPolicy`];
    expect(statements(policy?.PolicyDocument).PublishAlerts).toMatchObject({
      Resource: expect.arrayContaining(['<Topicschat>']),
    });
  }
});
