import { parseSourceMessage } from '../../../lambda/verify/source-messages.ts';
import { synthesize } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const HOME = "account: '111122223333'\nregion: eu-central-1\nsources:\n";
const TOPIC = 'arn:aws:sns:eu-west-1:666677778888:aws-controltower-AllConfigNotifications';
const audit = (yaml: string) => synthesize(HOME + yaml).audit;

const queuePolicy = (template: ReturnType<typeof audit>, queue: string) =>
  Object.values(statements(resources(template, 'AWS::SQS::QueuePolicy')[`${queue}Policy`]?.PolicyDocument));

describe('the events of a bucket', () => {
  test('of this account and region come from its default bus into both queues', () => {
    const template = audit(
      '  - { name: near, type: bucket, bucket: near-logs, keyPrefix: org, notification: eventbridge }',
    );
    template.resourceCountIs('AWS::Events::EventBus', 0);
    expect(resources(template, 'AWS::Events::Rule')).toEqual({
      SourcesRulenear: {
        Name: 'trailwarden-source-near',
        Description: expect.any(String),
        State: 'ENABLED',
        EventPattern: {
          account: ['111122223333'],
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: { bucket: { name: ['near-logs'] }, object: { key: [{ prefix: 'org/AWSLogs/' }] } },
        },
        Targets: [
          expect.objectContaining({
            Arn: '<LogQueue.Arn>',
            DeadLetterConfig: { Arn: '<LogQueueDeadLetterQueue.Arn>' },
          }),
          expect.objectContaining({
            Arn: '<DigestQueue.Arn>',
            DeadLetterConfig: { Arn: '<DigestQueueDeadLetterQueue.Arn>' },
          }),
        ],
      },
    });
    for (const queue of ['LogQueue', 'DigestQueue']) {
      expect(queuePolicy(template, queue)).toContainEqual(
        expect.objectContaining({
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Condition: expect.objectContaining({ ArnEquals: { 'aws:SourceArn': '<SourcesRulenear.Arn>' } }),
        }),
      );
    }
  });

  test('of another account or region come to a bus, which takes them from the one rule that forwards them', () => {
    const template = audit(`
  - { name: far, type: bucket, bucket: far-logs, account: '444455556666', region: us-east-1, notification: eventbridge }
  - { name: south, type: bucket, bucket: south-logs, region: sa-east-1, notification: eventbridge }
`);
    expect(resources(template, 'AWS::Events::EventBus')).toEqual({
      SourcesBus: expect.objectContaining({ Name: 'trailwarden-sources' }),
    });
    expect(resources(template, 'AWS::Events::EventBusPolicy').SourcesBusPolicyfar).toEqual({
      EventBusName: '<SourcesBus>',
      StatementId: 'source-far',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::444455556666:root' },
        Action: 'events:PutEvents',
        Resource: '<SourcesBus.Arn>',
        Condition: {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:events:us-east-1:444455556666:rule/trailwarden-source-far' },
        },
      },
    });
    expect(resources(template, 'AWS::Events::EventBusPolicy').SourcesBusPolicysouth).toMatchObject({
      Statement: {
        Principal: { AWS: 'arn:aws:iam::111122223333:root' },
        Condition: {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:events:sa-east-1:111122223333:rule/trailwarden-source-south' },
        },
      },
    });
    expect(resources(template, 'AWS::Events::Rule').SourcesRulefar).toMatchObject({
      EventBusName: '<SourcesBus>',
      Name: 'trailwarden-source-far-in',
      EventPattern: { account: ['444455556666'], detail: { bucket: { name: ['far-logs'] } } },
    });
  });
});

describe("CloudTrail's topic", () => {
  test('is subscribed to by the log queue alone, for messages about log files', () => {
    const template = audit(`  - { name: team, type: topic, bucket: team-logs, topic: '${TOPIC}' }`);
    const subscriptions = Object.values(resources(template, 'AWS::SNS::Subscription')).filter(
      ({ TopicArn }) => TopicArn === TOPIC,
    );
    expect(subscriptions).toEqual([
      {
        TopicArn: TOPIC,
        Region: 'eu-west-1',
        Protocol: 'sqs',
        Endpoint: '<LogQueue.Arn>',
        RawMessageDelivery: true,
        FilterPolicyScope: 'MessageBody',
        FilterPolicy: { s3ObjectKey: [{ exists: true }], messageType: [{ exists: false }] },
        RedrivePolicy: { deadLetterTargetArn: '<LogQueueDeadLetterQueue.Arn>' },
      },
    ]);
    expect(queuePolicy(template, 'LogQueue')).toContainEqual(
      expect.objectContaining({
        Principal: { Service: 'sns.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': TOPIC } },
      }),
    );
  });

  test('of a log archive may send to the log queue, to which its owner subscribes it', () => {
    const template = audit(
      `  - { name: lz, type: log-archive, bucket: lz-logs, account: '555566667777', topic: '${TOPIC}' }`,
    );
    expect(
      Object.values(resources(template, 'AWS::SNS::Subscription')).filter(({ TopicArn }) => TopicArn === TOPIC),
    ).toEqual([]);
    expect(queuePolicy(template, 'LogQueue')).toContainEqual({
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: '<LogQueue.Arn>',
      Condition: { ArnEquals: { 'aws:SourceArn': TOPIC } },
    });
    expect(JSON.stringify(queuePolicy(template, 'DigestQueue'))).not.toContain(TOPIC);
  });
});

describe('the look at each source', () => {
  test('is asked of verify every half hour, by a role that may send to its queue alone', () => {
    const template = audit('  - { name: near, type: bucket, bucket: near-logs }');
    const { SourcesEveryHalfHour: schedule } = resources(template, 'AWS::Scheduler::Schedule');
    expect(schedule).toMatchObject({
      Name: 'trailwarden-sources',
      ScheduleExpression: 'rate(30 minutes)',
      Target: { Arn: '<DigestQueue.Arn>', RoleArn: '<SourcesScheduleRole.Arn>' },
    });
    const { Input } = (schedule?.Target as { Input: string } | undefined) ?? { Input: '' };
    expect(parseSourceMessage(Input)).toEqual({ check: 'sources' });
    expect(
      statements(resources(template, 'AWS::IAM::Policy').SourcesScheduleRoleDefaultPolicy?.PolicyDocument),
    ).toEqual({ AskVerify: { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '<DigestQueue.Arn>' } });
  });

  test('has alarms, which a deployment with a trail of its own alone has no need of', () => {
    const alarmsOf = (template: ReturnType<typeof audit>) =>
      Object.values(resources(template, 'AWS::CloudWatch::Alarm')).map(({ AlarmName }) => AlarmName);
    const names = ['trailwarden-source-notification-missing', 'trailwarden-source-check-failing'];
    expect(alarmsOf(audit('  - { name: near, type: bucket, bucket: near-logs }'))).toEqual(
      expect.arrayContaining(names),
    );
    for (const name of names) expect(alarmsOf(synthesize().audit)).not.toContain(name);
  });
});
