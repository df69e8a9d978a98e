import {
  CloudFormationClient,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { TABLES } from '../../../../lambda/store/schema.ts';
import { runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const cloudFormation = mockClient(CloudFormationClient);
const dynamodb = mockClient(DynamoDBClient);

/** What is protected in this account. */
let guarded: Set<string>;

beforeEach(() => {
  guarded = new Set();
  cloudFormation.reset();
  dynamodb.reset();
  cloudFormation.on(DescribeStacksCommand).callsFake(({ StackName }) => ({
    Stacks: [{ StackName, EnableTerminationProtection: guarded.has(StackName) }],
  }));
  cloudFormation.on(UpdateTerminationProtectionCommand).callsFake(({ StackName }) => {
    guarded.add(StackName);
    return {};
  });
  dynamodb.on(DescribeTableCommand).callsFake(({ TableName }) => ({
    Table: { TableName, DeletionProtectionEnabled: guarded.has(TableName) },
  }));
  dynamodb.on(UpdateTableCommand).callsFake(({ TableName }) => {
    guarded.add(TableName);
    return {};
  });
});

const protect = (...args: readonly string[]) =>
  runCommand(['protect', '--deployment', 'blue', '--aws-region', 'eu-central-1', ...args]);
const ALL = [
  ...['log-archive', 'data', 'audit', 'trail'].map((name) => `blue-${name}`),
  ...Object.keys(TABLES).map((name) => `blue-${name}`),
];

test('every stack and table of the deployment is protected, and a second run changes nothing', async () => {
  expect(await protect()).toMatchObject({ code: 0, stderr: '' });
  expect([...guarded].sort()).toEqual([...ALL].sort());
  const before = dynamodb.commandCalls(UpdateTableCommand).length;
  const again = await protect();
  expect(again.code).toBe(0);
  expect(again.stdout.match(/protected already/g)).toHaveLength(ALL.length);
  expect(dynamodb.commandCalls(UpdateTableCommand)).toHaveLength(before);
  expect(cloudFormation.commandCalls(UpdateTerminationProtectionCommand)).toHaveLength(4);
});

test('a deployment without a trail of its own has no stack of one to protect', async () => {
  const folder = await temporaryFolder();
  try {
    const file = await folder.write(
      'trailwarden.yaml',
      "deployment: blue\naccount: '111122223333'\nregion: eu-central-1\nsources: [{ name: old, type: bucket, bucket: old-logs }]\n",
    );
    expect(await protect('--config', file)).toMatchObject({ code: 0, stderr: '' });
    expect([...guarded].sort()).toEqual(ALL.filter((name) => name !== 'blue-trail').sort());
  } finally {
    await folder.remove();
  }
});

test('what fails is named, stops nothing else, and is done by the next run', async () => {
  cloudFormation
    .on(DescribeStacksCommand, { StackName: 'blue-audit' })
    .rejectsOnce(new Error('Stack with id blue-audit does not exist'))
    .callsFake(() => ({ Stacks: [{ EnableTerminationProtection: false }] }));
  const { code, stdout, stderr } = await protect();
  expect(code).toBe(1);
  expect(stdout).toContain('FAILED (Stack with id blue-audit does not exist): stack blue-audit');
  expect(stderr).toContain('1 could not be protected');
  expect(guarded.size).toBe(ALL.length - 1);
  expect((await protect()).code).toBe(0);
  expect(guarded.size).toBe(ALL.length);
});

test('--check changes nothing, and ends with 1 until all is protected', async () => {
  const { code, stdout } = await protect('--check');
  expect(code).toBe(1);
  expect(stdout.match(/NOT protected/g)).toHaveLength(ALL.length);
  expect(guarded.size).toBe(0);
  await protect();
  expect((await protect('--check')).code).toBe(0);
});

test('there is nothing to protect on a laptop', async () => {
  expect(await protect('--local')).toMatchObject({ code: 2 });
});
