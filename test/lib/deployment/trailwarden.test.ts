import { App, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Trailwarden, type TrailwardenProps } from '../../../lib/deployment/trailwarden.ts';
import { ACCOUNT, createApp, folderOf, REGION, synthesize } from '../support/deployment.ts';
import { resources, statements } from '../support/template.ts';

const ENV = { account: ACCOUNT, region: REGION };

/** An app that has none of the flags of cdk.json. */
const plainApp = (): App =>
  new App({
    context: { 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: false,
    analyticsReporting: false,
    outdir: folderOf({}),
  });

const inStack = (props?: TrailwardenProps, app = plainApp()): Trailwarden =>
  new Trailwarden(new Stack(app, 'security', { env: ENV }), 'Audit', props);

const templatesOf = ({ logArchive, data, audit, trail }: Trailwarden) =>
  [logArchive, data, audit, trail].map((stack) => (stack === undefined ? {} : Template.fromStack(stack).toJSON()));

describe('a deployment in an app of somebody else', () => {
  test('has four stacks, with the names that the command line asks for, in the place of the stack around it', () => {
    const { logArchive, data, audit, trail } = inStack({ deployment: 'blue' });
    const stacks = [logArchive, data, audit, trail];
    expect(stacks.map((stack) => stack?.stackName)).toEqual([
      'blue-log-archive',
      'blue-data',
      'blue-audit',
      'blue-trail',
    ]);
    for (const stack of stacks) expect(stack).toMatchObject(ENV);
  });

  test('gives its parts to the app around it', () => {
    const { audit, data, logArchive } = inStack({ deployment: 'blue' });
    const watch = new Stack(audit.node.root as App, 'watch', { env: ENV });
    audit.functions.ingest.metricErrors().createAlarm(watch, 'Errors', { threshold: 1, evaluationPeriods: 1 });
    audit.queues.logs.deadLetterQueue.metricNumberOfMessagesSent().createAlarm(watch, 'Dead', {
      threshold: 1,
      evaluationPeriods: 1,
    });
    expect(audit.alarms.byName.get('ingest-errors')?.alarmName).toBeDefined();
    expect([data.tables.findings.tableName, logArchive.bucket?.bucketName]).not.toContain(undefined);
    Template.fromStack(watch).resourceCountIs('AWS::CloudWatch::Alarm', 2);
  });

  test('has no stack for a trail where all sources are there already', () => {
    const { trail } = inStack({ sources: [{ name: 'old', type: 'bucket', bucket: 'acme-cloudtrail' }] });
    expect(trail).toBeUndefined();
  });

  test('is the same whatever feature flags the app has', () => {
    expect(templatesOf(inStack())).toEqual(templatesOf(inStack({}, createApp())));
  });

  test('keeps what holds data under the logical ids of the app of the project', () => {
    const ids = (template: Template) => Object.keys(template.findResources('AWS::DynamoDB::GlobalTable')).toSorted();
    expect(ids(Template.fromStack(inStack().data))).toEqual(ids(synthesize().data));
  });

  test('goes to the place of a stage, or of its settings, or to one that the deploy knows', () => {
    const app = plainApp();
    expect(new Trailwarden(new Stage(app, 'Prod', { env: ENV }), 'Audit').audit).toMatchObject(ENV);
    const region = 'eu-west-1';
    expect(new Trailwarden(new Stack(app, 'elsewhere', { env: ENV }), 'Audit', { region }).audit.region).toBe(region);
    expect(new Trailwarden(app, 'Audit', { deployment: 'green' }).config.account).toBeUndefined();
  });

  test('is refused with the place of the construct and of the setting', () => {
    expect(() => inStack({ retentionDays: 0 })).toThrow(/security\/Audit: retentionDays: /);
  });
});

describe('keys and topics that the app has made', () => {
  const app = plainApp();
  const owner = new Stack(app, 'owner', { env: ENV });
  const key = new Key(owner, 'Key');
  const topic = new Topic(owner, 'Pager');
  const audit = new Trailwarden(owner, 'Audit', {
    resources: { logKey: key, auditKey: key, topics: { critical: topic, operations: topic }, topicKeys: [key] },
  });
  const template = Template.fromStack(owner);

  test('get the statements in their policies without which nothing could be written', () => {
    const policy = statements(resources(template, 'AWS::KMS::Key').Key?.KeyPolicy);
    expect(Object.keys(policy)).toEqual(
      expect.arrayContaining([
        'AllowCloudTrailToEncryptLogs',
        'AllowTheLogBucketToNotifyTheDeliveryTopic',
        'AllowAlarmsToPublish',
        'AllowLogGroups',
      ]),
    );
    expect(statements(resources(template, 'AWS::SNS::TopicPolicy').PagerPolicy?.PolicyDocument)).toMatchObject({
      AllowAlarmsToPublish: {
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      },
    });
  });

  test('are used in the place of those that it would make', () => {
    for (const stack of [audit.logArchive, audit.data]) Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
    expect(audit.audit.topics.byLevel.critical).toBe(topic);
    const names = Object.values(resources(Template.fromStack(audit.audit), 'AWS::SNS::Topic'));
    expect(names.map(({ TopicName }) => TopicName)).not.toContain('trailwarden-critical');
  });
});
