import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createClients } from '../../local/clients.ts';
import { runningEndpoints } from '../../local/data-folder.ts';

const START = join(import.meta.dirname, '../../local/start.ts');

describe('npm start', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailwarden-start-'));
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const start = (...parameters: string[]) => {
    const started = spawn(process.execPath, [START, ...parameters], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let output = '';
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    const ended = once(started, 'close').then(([code]) => ({ code, output }));
    return { process: started, ended, output: () => output };
  };

  test('reads the sample, shows what came of it and how the index answers, and ends by itself', async () => {
    const { code, output } = await start().ended;
    expect(code).toBe(0);
    expect(output).toMatch(/log objects +8 +7 +1\n/);
    expect(output).toMatch(/records +18 +18 +0\n/);
    expect(output).toMatch(/CutInTransit.*the gzip data is cut/);
    expect(output).toMatch(/Subject: \[(HIGH|CRITICAL)\]/);
    expect(output).toContain('"version": 1');
    expect(output).toMatch(/Who used root\?\n.*\n.*elasticfilesystem:DeleteTags/);
    expect(output).toMatch(/What touched the file system fs-/);
    expect(output).toMatch(
      /Which Envoy connections broke\?\n.*\n.*virtualNode\/checkout.*doesn't exist in mesh harbour/,
    );
    expect(output).toContain('What to try next');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(output).not.toMatch(/\u001b/);
  }, 30_000);

  test('keeps the tables in --data: the second run has the same counts and sends nothing', async () => {
    const counts = (output: string) => output.match(/^ {2}(log objects|records|high|medium|low) .*$/gm);
    const first = await start('--data', 'kept').ended;
    const second = await start('--data', 'kept').ended;
    expect(second.code).toBe(0);
    expect(counts(second.output)?.slice(0, 2)).toEqual(counts(first.output)?.slice(0, 2));
    expect(first.output).toMatch(/ {2}high +[1-9]\d* +[1-9]/);
    expect(second.output).toMatch(/ {2}high +[1-9]\d* +0\n/);
    expect(second.output).toContain('None: what is known is not sent again.');
  }, 60_000);

  test('reads the files that it is given, and names what it can not read', async () => {
    await mkdir(join(folder, 'logs'));
    await writeFile(join(folder, 'logs/page.json.gz'), '<html>');
    const record = { eventID: 'e', eventTime: '2026-11-20T10:00:00Z', eventSource: 's3.amazonaws.com', eventName: 'X' };
    await writeFile(
      join(folder, 'logs/some.json'),
      JSON.stringify({
        Records: [{ ...record, recipientAccountId: '444455556666' }, null, { ...record, eventTime: '20You' }],
      }),
    );
    const { code, output } = await start('logs').ended;
    expect(code).toBe(0);
    expect(output).toMatch(/log objects +2 +1 +1\n/);
    expect(output).toMatch(/records +3 +1 +2\n/);
    expect(output).toMatch(/some\.json +record 1: /);
    expect(output).toMatch(/some\.json +record 2: .*eventTime/);
  }, 30_000);

  test.each([
    ['a path that is not there', ['missing'], 'There is no "missing".'],
    ['a folder without log files', ['.'], 'There is no .json or .json.gz file in .'],
    ['a file for --data', ['--data', 'notes.txt'], 'notes.txt is not a folder.'],
    ['a port that is none', ['--port', '0'], 'Not a port'],
    ['an unknown option', ['--bucket'], "unknown option '--bucket'"],
  ])('%s is an error in one line, and the exit code is 1', async (_what, parameters, message) => {
    await writeFile(join(folder, 'notes.txt'), 'not a folder');
    const { code, output } = await start(...parameters).ended;
    expect(code).toBe(1);
    expect(output).toContain(message);
    expect(output).not.toContain('    at ');
  });

  test('a port that is in use is an error that names it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { code, output } = await start('--port', port).ended;
    server.close();
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} is in use`);
  });

  test('serves: what is put into the bucket is processed as it lands, until it is interrupted', async () => {
    const serving = start('--serve', '--data', 'served');
    const until = async (condition: () => boolean | Promise<boolean>) => {
      for (let tries = 0; tries < 400 && !(await condition()); tries += 1) await delay(25);
    };
    await until(() => serving.output().includes('Serving'));
    const endpoints = await runningEndpoints(join(folder, 'served'));
    if (endpoints === undefined) throw new Error(`It doesn't serve: ${serving.output()}`);
    const { s3, destroy } = createClients(endpoints);
    const record = {
      eventID: 'e-1',
      eventTime: '2026-11-20T10:00:00Z',
      eventSource: 'appmesh.amazonaws.com',
      eventName: 'StreamAggregatedResources',
      recipientAccountId: '444455556666',
      serviceEventDetails: { eventStatus: 'ConnectionTerminated' },
    };
    await s3.send(
      new PutObjectCommand({
        Bucket: 'trailwarden-logs',
        Key: 'AWSLogs/444455556666/CloudTrail/eu-west-1/2026/11/20/444455556666_CloudTrail_eu-west-1_20261120T1005Z_Served0123456789.json.gz',
        Body: JSON.stringify({ Records: [record] }),
      }),
    );
    destroy();
    await until(() => serving.output().includes('[HIGH] Envoy'));
    serving.process.kill('SIGINT');
    const { code, output } = await serving.ended;
    expect(output).toMatch(/\[HIGH\] Envoy lost its connection to App Mesh/);
    expect(code).toBe(0);
  }, 30_000);
});
