import { CliCredentialsStackSynthesizer, type Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SERVICES } from '../../lambda/shared/metric-names.ts';
import { parseConfig } from '../../lib/config/config-file.ts';
import { LogArchiveStack } from '../../lib/log-archive/log-archive-stack.ts';
import { createApp, synthesize, synthesizeLogArchive } from './support/deployment.ts';
import { resources, statements } from './support/template.ts';

const violationsOf = (stack: Stack) => new AwsSolutionsChecks().validateScope(stack).violations;
const trailOf = (template: Template) => resources(template, 'AWS::CloudTrail::Trail').Trail;

describe('cdk-nag', () => {
  const everything = `
deployment: blue
trail: { keyPrefix: org/audit, insights: [ApiCallRateInsight] }
billing: provisioned
index: { enabled: [by-address], pageShards: 8 }
alerts: { emails: { critical: [soc@example.com] } }
glue: { enabled: true }
`;

  test.each([
    ['by default', ''],
    ['with every part switched on', everything],
  ])('finds nothing %s', (_, yaml) => {
    for (const stack of synthesize(yaml).stacks) expect(violationsOf(stack)).toEqual([]);
  });

  test('is told a reason for every finding that stays', () => {
    const reasons = synthesize().stacks.flatMap((stack) =>
      stack.node
        .findAll()
        .flatMap(({ node }) =>
          node.metadata
            .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
            .flatMap(({ data }) => Object.entries<string>(data)),
        ),
    );
    expect(reasons.length).toBeLessThanOrEqual(26);
    for (const [id, reason] of reasons) {
      expect(reason.length).toBeGreaterThan(30);
      expect(id).not.toMatch(/IAM5$|IAM4/);
    }
  });
});

describe('a deployment of another name', () => {
  test('has that name in front of everything that has a name', () => {
    const { logArchive, data, audit, trail } = synthesize('deployment: blue');
    const names = [logArchive, data, audit, trail].flatMap((template) =>
      Object.values(template.toJSON().Resources).flatMap((resource) =>
        namesIn((resource as { Properties?: Record<string, unknown> }).Properties ?? {}),
      ),
    );
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) {
      expect(name).toMatch(/^(alias\/|\/aws\/lambda\/)?blue(-|$)/);
    }
  });
});

const CHANNEL = '{ name: hub, type: securityhub }';

describe('the trail', () => {
  test('has a key prefix, insights and data events when they are asked for, beside the management events', () => {
    const { logArchive, trail } = synthesizeLogArchive(`
trail:
  name: everything
  keyPrefix: org/audit
  insights: [ApiCallRateInsight, ApiErrorRateInsight]
  advancedEventSelectors:
    - name: DynamoDB
      fieldSelectors:
        - { field: eventCategory, equals: [Data] }
        - { field: resources.type, equals: [AWS::DynamoDB::Table] }
        - { field: readOnly, equals: ['false'] }
`);
    expect(trailOf(trail)).toMatchObject({
      TrailName: 'everything',
      S3KeyPrefix: 'org/audit',
      InsightSelectors: [{ InsightType: 'ApiCallRateInsight' }, { InsightType: 'ApiErrorRateInsight' }],
      AdvancedEventSelectors: [
        { Name: 'Management events', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
        {
          Name: 'DynamoDB',
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: ['AWS::DynamoDB::Table'] },
            { Field: 'readOnly', Equals: ['false'] },
            { Field: 'resources.ARN', NotEquals: expect.any(Array) },
          ],
        },
      ],
    });
    expect(statements(resources(logArchive, 'AWS::S3::BucketPolicy').BucketPolicy?.PolicyDocument)).toMatchObject({
      AWSCloudTrailWrite: {
        Resource: '<Bucket.Arn>/org/audit/AWSLogs/111122223333/*',
        Condition: {
          StringEquals: { 'aws:SourceArn': 'arn:aws:cloudtrail:eu-central-1:111122223333:trail/everything' },
        },
      },
    });
  });

  test('sums up data events where it is asked for', () => {
    const { trail } = synthesizeLogArchive(`
trail:
  aggregations: [API_ACTIVITY, USER_ACTIONS]
  advancedEventSelectors:
    - name: S3
      fieldSelectors:
        - { field: eventCategory, equals: [Data] }
        - { field: resources.type, equals: [AWS::S3::Object] }
`);
    expect(trailOf(trail)?.AggregationConfigurations).toEqual([
      { EventCategory: 'Data', Templates: ['API_ACTIVITY', 'USER_ACTIONS'] },
    ]);
    expect(trailOf(synthesizeLogArchive('').trail)).not.toHaveProperty('AggregationConfigurations');
  });

  test('leaves out the management events of the sources that the configuration excludes', () => {
    const { trail } = synthesizeLogArchive(
      'trail: { excludeManagementEventSources: [kms.amazonaws.com, rdsdata.amazonaws.com] }',
    );
    expect(trailOf(trail)?.AdvancedEventSelectors).toEqual([
      {
        Name: 'Management events',
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Management'] },
          { Field: 'eventSource', NotEquals: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] },
        ],
      },
    ]);
  });

  const buckets = ['logs', 'access-logs', 'quarantine', 'backfill'].map(
    (name) => `arn:aws:s3:::trailwarden-${name}-111122223333-eu-central-1/`,
  );
  const arns = (service: string, prefix: string, ...names: string[]) =>
    names.map((name) => `arn:aws:${service}:eu-central-1:111122223333:${prefix}trailwarden-${name}`);
  const queues = arns('sqs', '', 'logs', 'logs-dead-letter', 'digests', 'digests-dead-letter');
  const queuesOfChannels = arns('sqs', '', 'channels-dead-letter', 'channel-hub');
  const topics = arns('sns', '', 'delivery', 'alerts', 'chat', 'critical', 'high', 'medium', 'low', 'operations');
  const functions = arns('lambda', 'function:', ...Object.keys(SERVICES));
  const tables = arns(
    'dynamodb',
    'table/',
    ...['events', 'segments', 'findings', 'alerts', 'suppressions', 'ledger', 'correlations'],
  );

  test.each([
    ['all S3 objects', 'AWS::S3::Object', '', { NotStartsWith: buckets }],
    [
      'all S3 objects but those of another bucket',
      'AWS::S3::Object',
      "- { field: resources.ARN, notStartsWith: ['arn:aws:s3:::big/'] }",
      { NotStartsWith: ['arn:aws:s3:::big/', ...buckets] },
    ],
    [
      'all S3 objects, said as a prefix of every ARN',
      'AWS::S3::Object',
      "- { field: resources.ARN, startsWith: ['arn:aws:s3:::'] }",
      { StartsWith: ['arn:aws:s3:::'], NotStartsWith: buckets },
    ],
    [
      'the objects of certain buckets',
      'AWS::S3::Object',
      "- { field: resources.ARN, startsWith: ['arn:aws:s3:::payroll/'] }",
      { StartsWith: ['arn:aws:s3:::payroll/'], NotStartsWith: buckets },
    ],
    ['all tables', 'AWS::DynamoDB::Table', '', { NotEquals: expect.arrayContaining(tables) }],
    ['all queues', 'AWS::SQS::Queue', '', { NotEquals: queues }],
    ['all topics', 'AWS::SNS::Topic', '', { NotEquals: topics }],
    [
      'all state machines',
      'AWS::StepFunctions::StateMachine',
      '',
      { NotEquals: arns('states', 'stateMachine:', 'backfill') },
    ],
    [
      'all functions but one',
      'AWS::Lambda::Function',
      "- { field: resources.ARN, notEquals: ['arn:aws:lambda:eu-central-1:111122223333:function:busy'] }",
      { NotEquals: ['arn:aws:lambda:eu-central-1:111122223333:function:busy', ...functions] },
    ],
  ])('leaves out of %s what is its own, or it would record itself for ever', (_, type, line, arnSelector) => {
    const { trail } = synthesizeLogArchive(dataSelector(type, line));
    expect(trailOf(trail)).toMatchObject({
      AdvancedEventSelectors: [
        {},
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: [type] },
            { Field: 'resources.ARN', ...arnSelector },
          ],
        },
      ],
    });
  });

  test('leaves out every bucket, table, queue, topic and function that the stacks have, and names no other', () => {
    const { logArchive, data, audit } = synthesize(`alerts: { chat: true, channels: [${CHANNEL}] }`);
    const named = (type: string, property: string) =>
      [logArchive, data, audit].flatMap((template) =>
        Object.values(resources(template, type)).map((properties) => String(properties[property])),
      );
    const lastOf = (list: readonly string[]) => list.map((text) => text.split(/[:/]/).filter(Boolean).at(-1)).sort();
    expect(lastOf(buckets)).toEqual(named('AWS::S3::Bucket', 'BucketName').sort());
    expect(lastOf(tables)).toEqual(named('AWS::DynamoDB::GlobalTable', 'TableName').sort());
    expect(lastOf([...queues, ...queuesOfChannels])).toEqual(named('AWS::SQS::Queue', 'QueueName').sort());
    expect(lastOf(topics)).toEqual(named('AWS::SNS::Topic', 'TopicName').sort());
    expect(named('AWS::StepFunctions::StateMachine', 'StateMachineName')).toEqual(['trailwarden-backfill']);
    expect(lastOf(functions)).toEqual(named('AWS::Lambda::Function', 'FunctionName').sort());
  });

  test('leaves out the queues of channels too', () => {
    const { trail } = synthesizeLogArchive(
      `${dataSelector('AWS::SQS::Queue', '')}\nalerts: { channels: [${CHANNEL}] }`,
    );
    expect(JSON.stringify(trailOf(trail))).toContain(queuesOfChannels.map((arn) => JSON.stringify(arn)).join(','));
  });

  test('takes what selects nothing of ours as it is', () => {
    const { trail } = synthesizeLogArchive(dataSelector('AWS::SSMMessages::ControlChannel', ''));
    expect(trailOf(trail)).toMatchObject({
      AdvancedEventSelectors: [
        {},
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: ['AWS::SSMMessages::ControlChannel'] },
          ],
        },
      ],
    });
  });
});

describe('the settings of the log bucket', () => {
  const guard = (template: Template) =>
    statements(resources(template, 'AWS::S3::BucketPolicy').BucketPolicy?.PolicyDocument)
      .DenyWeakeningToAllButTheDeployment;

  test('may be changed by the administrators of the configuration too', () => {
    const { logArchive } = synthesizeLogArchive(
      "logBucket: { administrators: ['arn:aws:iam::111122223333:role/platform'] }",
    );
    expect(guard(logArchive)).toMatchObject({
      Condition: {
        ArnNotEquals: {
          'aws:PrincipalArn': [
            'arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-central-1',
            'arn:aws:iam::111122223333:role/platform',
          ],
        },
      },
    });
  });

  test('lock nobody out where nobody is known to deploy', () => {
    const app = createApp();
    const stack = new LogArchiveStack(app, 'log-archive', {
      config: parseConfig('', 'f'),
      synthesizer: new CliCredentialsStackSynthesizer(),
    });
    expect(guard(Template.fromStack(stack))).toBeUndefined();
  });
});

describe('the table for Athena', () => {
  test('is there only when asked for', () => {
    synthesize().trail.resourceCountIs('AWS::Glue::Table', 0);
  });

  test('projects its partitions from the keys of the log bucket', () => {
    const { trail } = synthesizeLogArchive('deployment: blue-team\nglue: { enabled: true }\ntrail: { keyPrefix: org }');
    const [table] = Object.values(resources(trail, 'AWS::Glue::Table'));
    expect(table).toMatchObject({
      CatalogId: '111122223333',
      DatabaseName: 'blue_team',
      TableInput: {
        Name: 'cloudtrail_logs',
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: ['account', 'region', 'day'].map((Name) => ({ Name, Type: 'string' })),
        Parameters: {
          'projection.enabled': 'true',
          'projection.account.values': '111122223333',
          'projection.region.values': expect.stringMatching(/(^|,)eu-central-1(,|$)/),
          'projection.day.format': 'yyyy/MM/dd',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's own placeholders.
          'storage.location.template': 's3://<log-archive:Bucket>/org/AWSLogs/${account}/CloudTrail/${region}/${day}',
        },
        StorageDescriptor: {
          Location: 's3://<log-archive:Bucket>/org/AWSLogs/',
          InputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
          SerdeInfo: { SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
        },
      },
    });
    expect(JSON.stringify(table)).not.toMatch(/cn-north-1|us-gov-west-1/);
  });
});

test('the stacks are protected against deletion once the configuration says so, and before that a deploy can be taken back', () => {
  for (const { terminationProtection } of synthesize().stacks) expect(terminationProtection).toBe(false);
  for (const { terminationProtection } of synthesize('protected: true').stacks) {
    expect(terminationProtection).toBe(true);
  }
  const { data } = synthesize();
  expect(JSON.stringify(data.toJSON())).not.toContain('DeletionProtection');
});

function dataSelector(type: string, line: string): string {
  return `
trail:
  advancedEventSelectors:
    - name: of a type
      fieldSelectors:
        - { field: eventCategory, equals: [Data] }
        - { field: resources.type, equals: ['${type}'] }
        ${line}
`;
}

const NAMES = ['AliasName', 'BucketName', 'FunctionName', 'LayerName', 'LogGroupName', 'ManagedPolicyName', 'RoleName'];

function namesIn(properties: Record<string, unknown>): string[] {
  return Object.entries(properties)
    .filter(([key]) => [...NAMES, 'AlarmName', 'QueueName', 'TableName', 'TopicName', 'TrailName'].includes(key))
    .map(([, value]) =>
      typeof value === 'string' ? value : JSON.stringify(value).replace(/^\{"Fn::Join":\["",\["/, ''),
    )
    .filter((value) => !value.startsWith('{'));
}
