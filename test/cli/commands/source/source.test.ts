import { CreateBucketCommand, PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { parse } from 'yaml';
import * as z from 'zod';
import { useAwsEnvironment } from '../../../support/aws-environment.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../../support/embedded-aws.ts';
import { runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

const HOME = "account: '111122223333'\nregion: eu-central-1\nsources:\n";
const READERS = [
  'arn:aws:iam::111122223333:role/trailwarden-ingest-eu-central-1',
  'arn:aws:iam::111122223333:role/trailwarden-verify-eu-central-1',
  'arn:aws:iam::111122223333:role/trailwarden-backfill-list-eu-central-1',
  'arn:aws:iam::111122223333:role/trailwarden-backfill-batch-eu-central-1',
];

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

async function source(yaml: string, ...args: readonly string[]) {
  const file = await folder.write('trailwarden.yaml', yaml);
  return runCommand(['source', ...args, '--config', file]);
}

/** The parts of the output of `policy`: what is said of each, and its statements or template. */
function partsOf(stdout: string): readonly { readonly title: string; readonly body: unknown }[] {
  return stdout
    .split(/\n\n(?=# )|\n\n$/)
    .filter(Boolean)
    .map((part) => {
      const title = /^# (.*)$/m.exec(part)?.[1] ?? '';
      return { title, body: parse(part) };
    });
}

const statements = z.array(z.looseObject({ Sid: z.string().optional() }));

describe('trailwarden source policy', () => {
  test('prints the statements of the bucket and the key, for the account of each', async () => {
    const { code, stdout } = await source(
      `${HOME}  - { name: old, type: bucket, bucket: old-logs, keyPrefix: org, account: '444455556666', key: 'arn:aws:kms:eu-central-1:222233334444:key/1234abcd-12ab-34cd-56ef-1234567890ab' }`,
      'policy',
      'old',
    );
    expect(code).toBe(0);
    const [bucket, key, ...others] = partsOf(stdout);
    expect(others).toEqual([]);
    expect(bucket?.title).toBe('In account 444455556666: bucket policy of old-logs');
    const principal = {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Condition: { ArnEquals: { 'aws:PrincipalArn': READERS } },
    };
    expect(bucket?.body).toEqual([
      {
        Sid: 'AllowTrailwardenToReadLogObjects',
        ...principal,
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: 'arn:aws:s3:::old-logs/org/AWSLogs/*',
      },
      {
        Sid: 'AllowTrailwardenToListTheBucket',
        ...principal,
        Action: ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketNotification'],
        Resource: 'arn:aws:s3:::old-logs',
      },
    ]);
    expect(key?.title).toMatch(/^In account 222233334444: key policy of arn:aws:kms/);
    expect(key?.body).toEqual([
      {
        Sid: 'AllowTrailwardenToDecryptLogObjects',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:root' },
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: {
          ArnEquals: { 'aws:PrincipalArn': READERS },
          StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' },
        },
      },
    ]);
  });

  test('names people beside the functions, each account by itself, under ids that differ', async () => {
    const { stdout } = await source(
      `${HOME}  - { name: old, type: bucket, bucket: old-logs, account: '444455556666', key: 'arn:aws:kms:eu-central-1:444455556666:key/1234abcd', readers: ['arn:aws:iam::111122223333:role/Auditor', 'arn:aws:iam::777788889999:user/eve'] }`,
      'policy',
      'old',
    );
    for (const { body } of partsOf(stdout)) {
      const sids = statements.parse(body).map(({ Sid }) => Sid);
      expect(new Set(sids).size).toBe(sids.length);
      expect(JSON.stringify(body)).toContain(JSON.stringify([...READERS, 'arn:aws:iam::111122223333:role/Auditor']));
      expect(JSON.stringify(body)).toContain('["arn:aws:iam::777788889999:user/eve"]');
    }
  });

  test('prints what lets the deployment subscribe to a topic of another account', async () => {
    const { stdout } = await source(
      `${HOME}  - { name: crew, type: topic, bucket: crew-logs, topic: 'arn:aws:sns:eu-west-1:666677778888:logs' }`,
      'policy',
      'crew',
    );
    expect(partsOf(stdout)).toEqual([
      {
        title: 'In account 666677778888: access policy of the topic arn:aws:sns:eu-west-1:666677778888:logs',
        body: [
          {
            Sid: 'AllowTrailwardenToSubscribe',
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::111122223333:root' },
            Action: 'sns:Subscribe',
            Resource: 'arn:aws:sns:eu-west-1:666677778888:logs',
            Condition: {
              StringEquals: {
                'sns:Protocol': 'sqs',
                'sns:Endpoint': 'arn:aws:sqs:eu-central-1:111122223333:trailwarden-logs',
              },
            },
          },
        ],
      },
    ]);
  });

  test('prints what a role of one’s own must trust and allow', async () => {
    const { stdout } = await source(
      `${HOME}  - { name: old, type: bucket, bucket: old-logs, account: '444455556666', role: 'arn:aws:iam::444455556666:role/logs', externalId: ours }`,
      'policy',
      'old',
    );
    const [trust, permissions, ...others] = partsOf(stdout);
    expect(others).toEqual([]);
    expect(trust).toEqual({
      title: 'In account 444455556666: trust policy of arn:aws:iam::444455556666:role/logs',
      body: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'sts:AssumeRole',
          Condition: {
            ArnEquals: { 'aws:PrincipalArn': READERS },
            StringEquals: { 'sts:ExternalId': 'ours' },
          },
        },
      ],
    });
    expect(statements.parse(permissions?.body).flatMap(({ Action }) => Action)).toEqual([
      's3:GetObject',
      's3:GetObjectVersion',
      's3:ListBucket',
      's3:ListBucketVersions',
      's3:GetBucketNotification',
    ]);
  });

  const LANDING_ZONE = `${HOME}  - { name: lz, type: log-archive, bucket: lz-logs, account: '555566667777', topic: 'arn:aws:sns:eu-west-1:666677778888:logs' }`;

  test('prints the templates for accounts that do not use CDK, which hold no trace of CDK', async () => {
    const { stdout } = await source(LANDING_ZONE, 'policy', 'lz');
    const [role, subscription] = partsOf(stdout);
    expect(role?.title).toBe(
      'CloudFormation, in account 555566667777, region eu-central-1: trailwarden source policy lz --template',
    );
    expect(subscription?.title).toBe(
      'CloudFormation, in account 666677778888, region eu-west-1: trailwarden source policy lz --topic-template',
    );
    expect(stdout).not.toMatch(/aws:cdk|BootstrapVersion|CDKMetadata/);

    const template = z.object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) });
    const typesOf = (text: string) => Object.values(template.parse(parse(text)).Resources).map(({ Type }) => Type);
    expect(typesOf((await source(LANDING_ZONE, 'policy', 'lz', '--template')).stdout)).toEqual([
      'AWS::IAM::Role',
      'AWS::IAM::Policy',
    ]);
    expect(typesOf((await source(LANDING_ZONE, 'policy', 'lz', '--topic-template')).stdout)).toEqual([
      'AWS::SNS::Subscription',
    ]);
  });

  test('quotes what YAML 1.1 would take for a date', async () => {
    const { stdout } = await source(LANDING_ZONE, 'policy', 'lz', '--template');
    expect(stdout).toMatch(/Version: ["']2012-10-17["']/);
  });

  test.each([
    [
      'a template that no account needs',
      '  - { name: old, type: bucket, bucket: old-logs }',
      'old',
      /needs no stack/,
      1,
    ],
    ['a source that is not there', '  - { name: old, type: bucket, bucket: old-logs }', 'odl', /there are: old\./, 2],
    ['a new trail, which needs nothing', '  - { name: new, type: trail }', 'new', /no source of an existing bucket/, 2],
  ])('says so for %s', async (_, yaml, name, message, expected) => {
    const { code, stderr } = await source(HOME + yaml, 'policy', name, '--template');
    expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringMatching(message) });
  });

  test('says that nothing is needed where it is so', async () => {
    const { code, stdout } = await source(`${HOME}  - { name: old, type: bucket, bucket: old-logs }`, 'policy', 'old');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Nothing: the policies of the deployment do for old.\n' });
  });
});

describe('trailwarden source connect, check and disconnect', () => {
  let aws: EmbeddedAws;
  let restore: () => void;
  let bucket: string;
  let yaml: string;

  beforeEach(async () => {
    aws = await startEmbeddedAws();
    restore = useAwsEnvironment(aws);
    const { deployment } = aws.resources;
    bucket = `${deployment}-old`;
    await aws.clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
    yaml = `deployment: ${deployment}\naccount: '000000000000'\nregion: us-east-1\nsources:\n  - { name: old, type: bucket, bucket: ${bucket} }\n`;
  });

  afterEach(async () => {
    restore();
    await aws.stop();
  });

  test('add the notification once, see it, and take it away again', async () => {
    expect(await source(yaml, 'check')).toMatchObject({
      code: 1,
      stdout: `FAIL  old: ${bucket} does not announce its objects to the delivery topic: run trailwarden source connect old in account 000000000000\n`,
    });
    expect(await source(yaml, 'connect', 'old')).toMatchObject({
      code: 0,
      stdout: 'The bucket of old announces its objects now.\n',
    });
    expect(await source(yaml, 'connect', 'old')).toMatchObject({
      code: 0,
      stdout: 'The bucket of old did so already.\n',
    });
    expect(await source(yaml, 'check')).toMatchObject({
      code: 0,
      stdout: `ok    old: ${bucket} announces its objects to the delivery topic\n`,
    });
    expect(await source(yaml, 'disconnect', 'old')).toMatchObject({ code: 0 });
    expect(await source(yaml, 'check')).toMatchObject({ code: 1 });
  });

  test('change nothing where another notification overlaps, and name its destination', async () => {
    const { alerts: TopicArn } = aws.resources.topics;
    await aws.clients.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: { TopicConfigurations: [{ TopicArn, Events: ['s3:ObjectCreated:*'] }] },
      }),
    );
    expect(await source(yaml, 'connect', 'old')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${bucket} announces new objects to ${TopicArn} already`),
    });
  });

  test('refuse a source that a topic announces', async () => {
    const other = yaml.replace('type: bucket,', "type: topic, topic: 'arn:aws:sns:us-east-1:000000000000:logs',");
    expect(await source(other, 'connect', 'old')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('its bucket needs no notification'),
    });
    expect(await source(other, 'check')).toMatchObject({ code: 0 });
  });

  test('say of a bucket that can not be asked what allows it, and look at the others', async () => {
    const two = `${yaml}  - { name: far, type: bucket, bucket: ${bucket}-gone, notification: eventbridge }\n`;
    await source(yaml, 'connect', 'old');
    const { code, stdout } = await source(two, 'check');
    expect(code).toBe(1);
    expect(stdout).toContain('ok    old:');
    expect(stdout).toMatch(/FAIL {2}far: .*(does not announce|can't be read)/);
  });
});
