import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseConfig } from '../../../lib/config/config-file.ts';
import { addSourceStacks } from '../../../lib/sources/source-stack.ts';
import { createApp } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const HOME = "account: '111122223333'\nregion: eu-central-1\nsources:\n";
const TOPIC = 'arn:aws:sns:eu-west-1:666677778888:aws-controltower-AllConfigNotifications';
const KEY = 'arn:aws:kms:eu-central-1:222233334444:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const stacksOf = (yaml: string, only?: string) => addSourceStacks(createApp(), parseConfig(HOME + yaml, 'f'), only);

const LANDING_ZONE = `  - name: lz
    type: log-archive
    bucket: lz-logs
    account: '555566667777'
    keyPrefix: o-a1b2c3d4e5
    key: ${KEY}
    topic: ${TOPIC}
    externalId: ours
    readers: ['arn:aws:iam::777788889999:role/Auditor']
`;
const FAR = `  - { name: far, type: bucket, bucket: far-logs, account: '444455556666', region: sa-east-1, notification: eventbridge }
`;
const NEAR = '  - { name: near, type: bucket, bucket: near-logs, notification: eventbridge }\n';

describe('the account of a log archive', () => {
  const [role, topic, ...others] = stacksOf(LANDING_ZONE);
  if (role === undefined || topic === undefined) throw new Error('it has two stacks');

  test('has a stack for the role, and the account of its topic one for the subscription', () => {
    expect(others).toEqual([]);
    expect([role.stackName, role.account, role.region]).toEqual([
      'trailwarden-source-lz',
      '555566667777',
      'eu-central-1',
    ]);
    expect([topic.stackName, topic.account, topic.region]).toEqual([
      'trailwarden-source-lz-topic',
      '666677778888',
      'eu-west-1',
    ]);
  });

  test('lets the functions and the people whom the settings name assume the role, by its external id', () => {
    const trusted = (account: string, arns: readonly string[]) => ({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Condition: { ArnEquals: { 'aws:PrincipalArn': arns }, StringEquals: { 'sts:ExternalId': 'ours' } },
    });
    const { Role } = resources(Template.fromStack(role), 'AWS::IAM::Role');
    expect(Role?.RoleName).toBe('trailwarden-source-lz-eu-central-1');
    expect(Object.values(statements(Role?.AssumeRolePolicyDocument))).toEqual([
      trusted('111122223333', [
        'arn:aws:iam::111122223333:role/trailwarden-ingest-eu-central-1',
        'arn:aws:iam::111122223333:role/trailwarden-verify-eu-central-1',
        'arn:aws:iam::111122223333:role/trailwarden-backfill-list-eu-central-1',
        'arn:aws:iam::111122223333:role/trailwarden-backfill-batch-eu-central-1',
      ]),
      trusted('777788889999', ['arn:aws:iam::777788889999:role/Auditor']),
    ]);
  });

  test('lets the role read files of CloudTrail, and nothing else', () => {
    const { RoleDefaultPolicy } = resources(Template.fromStack(role), 'AWS::IAM::Policy');
    expect(statements(RoleDefaultPolicy?.PolicyDocument)).toEqual({
      ReadSourceObjects: {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: 'arn:aws:s3:::lz-logs/o-a1b2c3d4e5/AWSLogs/*',
      },
      ListSourceBuckets: {
        Effect: 'Allow',
        Action: ['s3:ListBucket', 's3:ListBucketVersions'],
        Resource: 'arn:aws:s3:::lz-logs',
      },
      DecryptSourceObjects: {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: KEY,
        Condition: { StringEquals: { 'kms:ViaService': ['s3.eu-central-1.amazonaws.com'] } },
      },
    });
  });

  test('changes neither the bucket nor the topic nor their policies', () => {
    const types = [role, topic].flatMap((stack) =>
      Object.values<{ Type: string }>(Template.fromStack(stack).toJSON().Resources).map(({ Type }) => Type),
    );
    expect(types.toSorted()).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role', 'AWS::SNS::Subscription']);
  });

  test('subscribes the log queue to messages about log files, by their body', () => {
    expect(resources(Template.fromStack(topic), 'AWS::SNS::Subscription')).toEqual({
      Subscription: {
        TopicArn: TOPIC,
        Protocol: 'sqs',
        Endpoint: 'arn:aws:sqs:eu-central-1:111122223333:trailwarden-logs',
        RawMessageDelivery: true,
        FilterPolicyScope: 'MessageBody',
        FilterPolicy: { s3ObjectKey: [{ exists: true }], messageType: [{ exists: false }] },
      },
    });
  });
});

describe('the account of a bucket whose events are forwarded', () => {
  const [stack] = stacksOf(FAR);
  if (stack === undefined) throw new Error('it has a stack');
  const template = Template.fromStack(stack);
  const BUS = 'arn:aws:events:eu-central-1:111122223333:event-bus/trailwarden-sources';

  test('has a rule on its default bus, in the region of the bucket, with the name that the bus takes events of', () => {
    expect([stack.account, stack.region]).toEqual(['444455556666', 'sa-east-1']);
    expect(resources(template, 'AWS::Events::Rule')).toEqual({
      Rule: expect.objectContaining({
        Name: 'trailwarden-source-far',
        EventPattern: {
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: { bucket: { name: ['far-logs'] }, object: { key: [{ prefix: 'AWSLogs/' }] } },
        },
        Targets: [expect.objectContaining({ Arn: BUS, RoleArn: '<ForwardingRole.Arn>' })],
      }),
    });
  });

  test('has a role that this rule alone uses, and that only forwards', () => {
    const { ForwardingRole } = resources(template, 'AWS::IAM::Role');
    expect(statements(ForwardingRole?.AssumeRolePolicyDocument)).toEqual({
      0: {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'events.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnEquals: {
            'aws:SourceArn': 'arn:aws:events:eu-central-1:111122223333:rule/trailwarden-source-far',
          },
        },
      },
    });
    expect(statements(resources(template, 'AWS::IAM::Policy').ForwardingRoleDefaultPolicy?.PolicyDocument)).toEqual({
      Forward: { Effect: 'Allow', Action: 'events:PutEvents', Resource: BUS },
    });
  });
});

test('a bucket at home, or one that notifies the topic, needs no stack', () => {
  expect(stacksOf(`${NEAR}  - { name: old, type: bucket, bucket: old-logs, account: '444455556666' }`)).toEqual([]);
});

test('the stacks of one source alone can be made', () => {
  expect(stacksOf(FAR + LANDING_ZONE).map(({ stackName }) => stackName)).toHaveLength(3);
  expect(stacksOf(FAR + LANDING_ZONE, 'far').map(({ stackName }) => stackName)).toEqual(['trailwarden-source-far']);
});

test('no name is longer than IAM allows, with the longest ones that settings may have', () => {
  const long = (name: string, type: string) =>
    `  - { name: ${name}, bucket: ${name}, account: '444455556666', region: ap-northeast-1, ${type} }\n`;
  const yaml = `account: '111122223333'\nregion: ap-southeast-1\ndeployment: ${'d'.repeat(20)}\nsources:\n${
    long('a'.repeat(20), `type: log-archive, topic: '${TOPIC}'`) +
    long('b'.repeat(20), 'type: bucket, notification: eventbridge')
  }`;
  const stacks = addSourceStacks(createApp(), parseConfig(yaml, 'f'));
  const names = stacks.flatMap((stack) => [
    ...Object.values(resources(Template.fromStack(stack), 'AWS::IAM::Role')).map(({ RoleName }) => String(RoleName)),
    ...Object.values(resources(Template.fromStack(stack), 'AWS::Events::Rule')).map(({ Name }) => String(Name)),
  ]);
  expect(names).toHaveLength(3);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(64);
});

test('cdk-nag finds nothing in them', () => {
  for (const stack of stacksOf(FAR + LANDING_ZONE)) {
    expect(new AwsSolutionsChecks().validateScope(stack).violations).toEqual([]);
  }
});
