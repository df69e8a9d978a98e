import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { filterOf } from '../../../../cli/commands/history/asked-filter.ts';
import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { ACCOUNT, iamUser, record, root } from '../../../support/records.ts';
import { type LookupServer, startLookupServer } from '../../support/lookup-server.ts';
import { askTool } from '../../support/mcp-client.ts';
import { runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

// Each test is some ten processes, which are slow on a busy machine.
jest.setTimeout(300_000);

const TRAILWARDEN = join(import.meta.dirname, '../../../../bin/trailwarden.ts');
const LOGIN = '33333333-52a3-4b1c-9a86-4a1d2c1f0f4e';
const KEY = 'AKIASTOLENEXAMPLE000';

const hoursAgo = (hours: number): string =>
  new Date(Date.now() - hours * 3_600_000).toISOString().replace(/\.\d{3}Z/, 'Z');

let server: LookupServer;
let folder: TemporaryFolder;
let child: ChildProcess | undefined;
beforeEach(async () => {
  server = await startLookupServer(ACCOUNT);
  folder = await temporaryFolder();
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await server.stop();
  await folder.remove();
});

interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

/** Runs a command line as a person does who has an account and nothing else. */
function start(...args: readonly string[]): Started {
  const started = spawn(process.execPath, [TRAILWARDEN, ...args], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: folder.path,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL_CLOUDTRAIL: server.url,
      AWS_ENDPOINT_URL_STS: server.url,
    },
  });
  child = started;
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    started[name].on('data', (chunk) => {
      output[name] += chunk;
    });
  }
  return { process: started, ended: once(started, 'close').then(([code]) => ({ code, ...output })) };
}

const history = (...args: readonly string[]) => start('history', '--data', 'kept', ...args).ended;

const ask = (...args: readonly string[]) => start(...args, '--data', 'kept').ended;
const count = async () => Number((await ask('events', '--count')).stdout);

const login = (): JsonObject =>
  record({
    eventID: LOGIN,
    eventTime: hoursAgo(30),
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    eventType: 'AwsConsoleSignIn',
    awsRegion: 'us-east-1',
    readOnly: false,
    userIdentity: root(),
    responseElements: { ConsoleLogin: 'Success' },
    additionalEventData: { MFAUsed: 'No' },
  });

test('the last days of an account are here without a deployment, are judged, and say what they are', async () => {
  server.add('us-east-1', [login(), record({ eventID: 'e-old', eventTime: hoursAgo(24 * 8) })]);
  server.add(
    'eu-west-1',
    Array.from({ length: 70 }, (_, index) => record({ eventID: `e-${index}`, eventTime: hoursAgo(index + 1) })),
  );
  server.breakBy(({ region }) => (region === 'me-south-1' ? 'unknown-credentials' : undefined));
  const { code, stdout, stderr } = await history();
  expect({ code, stderr }).toMatchObject({ code: 0 });
  // How long it takes comes first of all.
  expect(stderr.split('\n')[0]).toContain('a million events of one region take 2.8 hours');
  expect(stderr).toMatch(/about \d+ events: a minute or so/);
  expect(stderr).toContain('Not enabled in this account: me-south-1.');
  expect(stdout).toContain('71 events were fetched.');
  expect([...server.names].toSorted()).toEqual(['GetCallerIdentity', 'cloudtrail:LookupEvents']);
  expect(new Set(server.calls.map(({ region }) => region)).size).toBeGreaterThan(30);

  const told = /From LookupEvents of account 111122223333, .* management events alone, no data events, and no digest/;
  const events = await ask('events', '--kind', 'root', '--format', 'json');
  expect(JSON.parse(events.stdout)).toMatchObject([
    { eventID: LOGIN, receipt: { key: expect.stringMatching(/^LookupEvents\/AWSLogs\/111122223333\//) } },
  ]);
  expect(events.stderr).toMatch(told);
  expect(await count()).toBe(71);
  const found = await ask('findings', '--format', 'jsonl');
  expect(found.stdout).toContain(LOGIN);
  expect(found.stderr).toMatch(told);
  const event = await ask('event', LOGIN);
  expect(event).toMatchObject({ code: 0 });
  expect(event.stdout).toContain('none: the record is from LookupEvents, and nothing vouches for it');
  const asJson = await ask('event', LOGIN, '--format', 'json');
  expect(JSON.parse(asJson.stdout)).toMatchObject([
    { object: { digestStatus: 'unvouched', content: 'same' }, record: { eventID: LOGIN } },
  ]);

  // Once more: only the newest quarter of an hour is asked for again, and nothing counts twice.
  const before = server.calls.length;
  expect(await history('--region', 'eu-west-1')).toMatchObject({ code: 0 });
  const again = server.calls.slice(before);
  expect(again.every(({ startTime, endTime }) => endTime - startTime < 3_600)).toBe(true);
  expect(await count()).toBe(71);
});

test('one that is interrupted goes on where it stopped, and says until then that it is not whole', async () => {
  server.add(
    'eu-west-1',
    Array.from({ length: 400 }, (_, index) => record({ eventID: `e-${index}`, eventTime: hoursAgo(1 + index / 10) })),
  );
  const started = start('history', '--data', 'kept', '--region', 'eu-west-1');
  while (server.calls.length < 4) await delay(20);
  started.process.kill('SIGINT');
  const { code, stderr } = await started.ended;
  expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('run the same command again') });
  const some = await ask('events', '--count');
  expect(some.stderr).toContain('Not all of it is here yet (eu-west-1): run trailwarden history again.');
  const calls = server.calls.length;
  expect(await history('--region', 'eu-west-1')).toMatchObject({ code: 0 });
  expect(await count()).toBe(400);
  // The newest quarter of an hour, and then only what is older than what is there.
  const asked = server.calls.slice(calls).filter(({ startTime, endTime }) => endTime - startTime > 3_600);
  expect(asked.length).toBeLessThan(8);
  expect((await ask('events', '--count')).stderr).not.toContain('Not all');
});

test('a region that fails stops no other, and a record that is not JSON is rejected alone', async () => {
  server.add('eu-west-1', [
    record({ eventTime: hoursAgo(2) }),
    { eventID: 'broken', eventTime: hoursAgo(3), verbatim: '{"eventID": "brok' },
  ]);
  server.add(
    'sa-east-1',
    Array.from({ length: 60 }, (_, index) => record({ eventID: `e-${index}`, eventTime: hoursAgo(index + 1) })),
  );
  server.breakBy(({ region, token }) => {
    if (region === 'sa-east-1' && token !== undefined) return 'unknown-credentials';
    return region === 'us-east-1' ? 'denied' : undefined;
  });
  const regions = ['eu-west-1', 'us-east-1', 'sa-east-1'].flatMap((region) => ['--region', region]);
  const { code, stderr } = await history(...regions);
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('us-east-1: User is not authorized'),
  });
  // Credentials that end on the way are no region that was never enabled.
  expect(stderr).toContain('sa-east-1: ');
  expect(stderr).not.toContain('Not enabled');
  const { stdout } = await ask('status', '--format', 'json');
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({ region: 'eu-west-1', records: 2, indexed: 1, rejected: 1 }),
  );
});

test('with a filter CloudTrail gives that alone, and every answer says so', async () => {
  const userIdentity = { ...iamUser('mallory'), accessKeyId: KEY };
  server.add('eu-west-1', [
    record({ eventTime: hoursAgo(2) }),
    record({ eventTime: hoursAgo(3), eventName: 'CreateUser', readOnly: false, userIdentity }),
  ]);
  expect(await history('--region', 'eu-west-1', '--credential', KEY.toLowerCase())).toMatchObject({ code: 0 });
  expect(server.calls.map(({ attributes }) => attributes)).toEqual([
    [{ AttributeKey: 'AccessKeyId', AttributeValue: KEY }],
  ]);
  const { stdout, stderr } = await ask('events', '--count');
  expect(stdout).toBe('1\n');
  const told = `only those with AccessKeyId ${KEY}: management events alone`;
  expect(stderr).toContain(told);

  const client = new Client({ name: 'test', version: '1' });
  const args = [TRAILWARDEN, 'mcp', '--data', 'kept'];
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, cwd: folder.path, stderr: 'ignore' }),
  );
  const { text, data } = await askTool(client, 'counts', { by: ['action'] });
  await client.close();
  expect(text).toContain(told);
  expect(data).toMatchObject({ total: 1 });
});

test.each([
  [{}, undefined],
  [{ credential: KEY }, { key: 'AccessKeyId', value: KEY }],
  [{ name: 'CreateUser' }, { key: 'EventName', value: 'CreateUser' }],
  [{ user: 'mallory' }, { key: 'Username', value: 'mallory' }],
  [{ writes: true as const }, { key: 'ReadOnly', value: 'false' }],
])('%j is asked as LookupEvents takes it', (options, filter) => {
  expect(filterOf(options)).toEqual(filter);
});

test.each([
  [['--since', '120d'], 'LookupEvents keeps 90 days'],
  [['--since', '1d', '--until', '3d'], '--since'],
  [['--region', 'evil.example/x-1'], 'Write a region'],
  [['--credential', KEY, '--writes'], 'cannot be used with'],
])('%j is refused before anything is asked', async (args, told) => {
  const { code, stderr } = await runCommand(['history', '--data', folder.path, ...args], { now: new Date() });
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
  expect(server.calls).toEqual([]);
});
