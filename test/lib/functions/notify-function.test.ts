import { AwsSolutionsChecks } from 'cdk-nag';
import { readIngestEnvironment, readNotifyEnvironment } from '../../../lambda/runtime/environment.ts';
import { allow } from '../support/allowed.ts';
import { synthesize } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const CHANNELS = `
alerts:
  channels:
    - { name: soc, type: webhook, secret: { secretsManager: trailwarden/soc, key: 'arn:aws:kms:eu-central-1:111122223333:key/1a2b' } }
    - { name: team, type: slack, levels: [high, critical], secret: { parameter: /trailwarden/slack } }
    - { name: bus, type: eventbridge, bus: 'arn:aws:events:eu-central-1:111122223333:event-bus/security' }
    - { name: hub, type: securityhub }
`;
const ONE = '{ alerts: { channels: [{ name: team, type: slack, secret: { secretsManager: trailwarden/slack } }] } }';

const { audit, auditStack } = synthesize(CHANNELS);
const functions = resources(audit, 'AWS::Lambda::Function');
const policyOf = (name: string, template = audit) =>
  statements(resources(template, 'AWS::IAM::Policy')[`${name}RoleDefaultPolicy`]?.PolicyDocument);
const variablesOf = (name: string): NodeJS.ProcessEnv =>
  (functions[`${name}Function`] as { Environment: { Variables: Record<string, string> } }).Environment.Variables;
const SQS = 'arn:aws:sqs:eu-central-1:111122223333:trailwarden-channel-';

test('a deployment without channels has no queue and no function for them', () => {
  const plain = synthesize().audit;
  expect(Object.keys(resources(plain, 'AWS::Lambda::Function'))).not.toContain('NotifyFunction');
  expect(Object.keys(resources(plain, 'AWS::SQS::Queue')).filter((id) => id.startsWith('Channel'))).toEqual([]);
  expect(policyOf('Ingest', plain)).not.toHaveProperty('QueueForChannels');
});

test('notify may read its queues and the secrets of its channels, and reach their buses; nothing else', () => {
  expect(policyOf('Notify')).toEqual({
    WriteLogs: allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '<NotifyLogs.Arn>'),
    ReadTheQueues: allow(
      ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      ['bus', 'hub', 'soc', 'team'].map((name) => `<ChannelQueuesQueue${name}.Arn>`),
    ),
    GiveUpMessages: allow('sqs:SendMessage', '<ChannelQueuesDeadLetterQueue.Arn>'),
    NoteDeliveries: allow('dynamodb:UpdateItem', '<data:Tablesalerts.Arn>', {
      'ForAllValues:StringEquals': {
        'dynamodb:Attributes': [
          'alertId',
          ...['soc', 'team', 'bus', 'hub'].flatMap((name) => [`delivery#${name}`, `delivery#${name}#summary`]),
        ],
      },
      StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
    }),
    ReadSecrets: allow(
      'secretsmanager:GetSecretValue',
      'arn:aws:secretsmanager:eu-central-1:111122223333:secret:trailwarden/soc-??????',
    ),
    ReadParameters: allow('ssm:GetParameter', 'arn:aws:ssm:eu-central-1:111122223333:parameter/trailwarden/slack'),
    DecryptSecrets: allow('kms:Decrypt', 'arn:aws:kms:eu-central-1:111122223333:key/1a2b', {
      StringEquals: { 'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com' },
    }),
    PutEvents: allow('events:PutEvents', 'arn:aws:events:eu-central-1:111122223333:event-bus/security'),
    ImportFindings: allow(
      'securityhub:BatchImportFindings',
      'arn:aws:securityhub:eu-central-1:111122223333:product/111122223333/default',
    ),
    UseTheAuditKey: allow(['kms:Decrypt', 'kms:GenerateDataKey'], '<data:Key.Arn>', {
      StringEquals: { 'kms:ViaService': ['dynamodb.eu-central-1.amazonaws.com', 'sqs.eu-central-1.amazonaws.com'] },
    }),
  });
});

test('permissions of types that no channel has are not asked for', () => {
  const sids = Object.keys(policyOf('Notify', synthesize(ONE).audit));
  expect(sids).toContain('ReadSecrets');
  expect(
    sids.filter((sid) => ['ReadParameters', 'DecryptSecrets', 'PutEvents', 'ImportFindings'].includes(sid)),
  ).toEqual([]);
});

test('notify may queue for pagers that an alert is resolved, after what became of its messages there', () => {
  const pagers = `
alerts:
  channels:
    - { name: pager, type: pagerduty, secret: { parameter: /pd } }
    - { name: team, type: slack, secret: { parameter: /slack } }
`;
  const policy = policyOf('Notify', synthesize(pagers).audit);
  expect(policy.QueueResolved).toEqual(allow('sqs:SendMessage', '<ChannelQueuesQueuepager.Arn>'));
  expect(policy.ReadEarlierDeliveries).toEqual(
    allow('dynamodb:GetItem', '<data:Tablesalerts.Arn>', {
      'ForAllValues:StringEquals': {
        'dynamodb:Attributes': ['alertId', 'channels', 'delivery#pager', 'delivery#pager#resolved'],
      },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    }),
  );
  expect(JSON.stringify(policy.NoteDeliveries)).toContain('delivery#pager#resolved');
  expect(JSON.stringify(policy.NoteDeliveries)).not.toContain('delivery#team#resolved');
});

test('a topic for programs that carries OCSF is a channel: notify alone publishes to it, and to no other topic', () => {
  const { audit: ocsf } = synthesize('{ alerts: { programs: ocsf } }');
  expect(policyOf('Notify', ocsf).PublishAlerts).toEqual(allow('sns:Publish', '<Topicsalerts>'));
  expect(policyOf('Notify', ocsf).UseTheAuditKey).toMatchObject({
    Condition: { StringEquals: { 'kms:ViaService': expect.arrayContaining(['sns.eu-central-1.amazonaws.com']) } },
  });
  expect(policyOf('Ingest', ocsf).QueueForChannels).toEqual(allow('sqs:SendMessage', `${SQS}programs`));
  const [variables] = Object.entries(resources(ocsf, 'AWS::Lambda::Function')).flatMap(([id, made]) =>
    id === 'NotifyFunction' ? [(made as { Environment: { Variables: object } }).Environment.Variables] : [],
  );
  expect(variables).toMatchObject({ ALERTS_TOPIC_ARN: '<Topicsalerts>' });
  expect(policyOf('Notify')).not.toHaveProperty('PublishAlerts');
});

test.each(['Ingest', 'Verify', 'Sweep'])(
  '%s may put messages into the queues of channels, and read no secret',
  (name) => {
    const policy = policyOf(name);
    expect(policy.QueueForChannels).toEqual(
      allow(
        'sqs:SendMessage',
        ['bus', 'hub', 'soc', 'team'].map((channel) => SQS + channel),
      ),
    );
    expect(JSON.stringify(policy)).not.toMatch(/secretsmanager|ssm:|events:|securityhub/);
  },
);

test('handlers find the settings in the layer, and the queues by their prefix', () => {
  const prefix = 'https://sqs.eu-central-1.amazonaws.com/111122223333/trailwarden-channel-';
  expect(readIngestEnvironment(variablesOf('Ingest'))).toMatchObject({
    CHANNELS_FILE: '/opt/channels.json',
    CHANNEL_QUEUE_PREFIX: prefix,
  });
  expect(readNotifyEnvironment(variablesOf('Notify'))).toEqual({
    ALERTS_TABLE: '<data:Tablesalerts>',
    DEPLOYMENT: 'trailwarden',
    CHANNELS_FILE: '/opt/channels.json',
    CHANNEL_QUEUE_PREFIX: prefix,
    DEAD_LETTER_QUEUE_URL: '<ChannelQueuesDeadLetterQueue>',
    ALERTS_TOPIC_ARN: '',
    ACCOUNT: '111122223333',
    PARTITION: 'aws',
  });
});

test('each channel has a queue of its own, encrypted with the audit key, that gives failed messages back alone', () => {
  const queues = resources(audit, 'AWS::SQS::Queue');
  const mappings = Object.values(resources(audit, 'AWS::Lambda::EventSourceMapping'));
  for (const name of ['soc', 'team', 'bus', 'hub']) {
    expect(queues[`ChannelQueuesQueue${name}`]).toEqual({
      QueueName: `trailwarden-channel-${name}`,
      KmsMasterKeyId: '<data:Key.Arn>',
      VisibilityTimeout: 360,
      MessageRetentionPeriod: 345_600,
      RedrivePolicy: { deadLetterTargetArn: '<ChannelQueuesDeadLetterQueue.Arn>', maxReceiveCount: 500 },
    });
    expect(mappings).toContainEqual({
      EventSourceArn: `<ChannelQueuesQueue${name}.Arn>`,
      FunctionName: '<NotifyFunction>',
      ...(name === 'hub' ? { BatchSize: 100, MaximumBatchingWindowInSeconds: 1 } : { BatchSize: 5 }),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  }
});

test('a message that was given up rings an alarm', () => {
  const alarms = Object.values(resources(audit, 'AWS::CloudWatch::Alarm')).map(({ AlarmName }) => AlarmName);
  expect(alarms).toEqual(
    expect.arrayContaining([
      'trailwarden-channel-message-given-up',
      'trailwarden-channel-dead-letter-queue-not-empty',
      'trailwarden-notify-errors',
    ]),
  );
});

test('nothing of it breaks a rule of AWS Solutions', () => {
  expect(new AwsSolutionsChecks().validateScope(auditStack).violations).toEqual([]);
});
