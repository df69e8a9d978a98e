import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { alertMessageSchema } from '../../../../lambda/alerts/messages/message-schema.ts';
import { runCommand } from '../../support/run-command.ts';

const lambda = mockClient(LambdaClient);
const sts = mockClient(STSClient);

const answers = (answer: object) => {
  const json = JSON.stringify(answer);
  return Object.assign(new Uint8Array(Buffer.from(json)), { transformToString: () => json });
};

const before = { ...process.env };

beforeAll(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'made-up', AWS_SECRET_ACCESS_KEY: 'made-up' });
});

afterAll(() => {
  process.env = before;
});

beforeEach(() => {
  lambda.reset();
  sts.on(GetCallerIdentityCommand).resolves({
    Arn: 'arn:aws:iam::111122223333:user/alice',
    Account: '111122223333',
    UserId: 'AIDAEXAMPLE',
  });
});

const send = (...args: readonly string[]) => runCommand(['alert', 'test', ...args, '--aws-region', 'eu-central-1']);

describe('alert test CHANNEL', () => {
  test('has the deployed function send a marked alert, and says what the other side answered', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: answers({ isTaken: true, answer: 'HTTP 200: ok' }) });
    const { code, stdout, stderr } = await send('team', '--level', 'high', '--deployment', 'blue');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('HTTP 200: ok') });
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(call?.args[0].input.FunctionName).toBe('blue-notify');
    const { test: sent } = JSON.parse(String(call?.args[0].input.Payload));
    expect(sent.channel).toBe('team');
    expect(alertMessageSchema.parse(JSON.parse(sent.message))).toMatchObject({
      kind: 'test',
      level: 'high',
      alertId: stdout.trim(),
    });
  });

  test('fails with the answer of a receiver that did not take it', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: answers({ isTaken: false, answer: 'HTTP 404: no_service' }) });
    expect(await send('team', '--level', 'low')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('did not take the test. HTTP 404: no_service'),
    });
  });

  test('says where to look if the function crashed', async () => {
    lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: answers({}) });
    expect((await send('team', '--level', 'low')).stderr).toContain('/aws/lambda/trailwarden-notify');
  });

  test('says what to do if the deployment has no channels', async () => {
    lambda.on(InvokeCommand).rejects(Object.assign(new Error('no'), { name: 'ResourceNotFoundException' }));
    expect(await send('team', '--level', 'low')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('are alerts.channels deployed?'),
    });
  });

  test('goes with no option of the topics', async () => {
    expect(await send('team', '--level', 'low', '--chat')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--chat tries a topic'),
    });
  });
});

test('alert test has the topic for programs take a test as OCSF, where the settings say so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-ocsf-'));
  const config = join(folder, 'trailwarden.yaml');
  writeFileSync(config, 'deployment: blue\nalerts: { programs: ocsf }\n');
  const sns = mockClient(SNSClient);
  sns.on(PublishCommand).resolves({});
  lambda.on(InvokeCommand).resolves({ Payload: answers({ isTaken: true, answer: 'SNS: published as OCSF' }) });
  expect(await send('--level', 'high', '--config', config)).toMatchObject({ code: 0 });
  expect(sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input.TopicArn?.split(':').at(-1))).toEqual([
    'blue-high',
  ]);
  const [call] = lambda.commandCalls(InvokeCommand);
  expect(JSON.parse(String(call?.args[0].input.Payload)).test.channel).toBe('programs');
  sns.restore();
});
