import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { runningEndpoints } from '../../../local/deployment/data-folder.ts';
import { createClients } from '../../../local/deployment/local-clients.ts';
import { type DeliveredFile, SignedTrail } from '../../support/signed-trail.ts';

const START = join(import.meta.dirname, '../../../local/start.ts');
const TRAILWARDEN = join(import.meta.dirname, '../../../bin/trailwarden.ts');

describe('npm start', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  let columns: string | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailwarden-start-'));
  });
  afterEach(async () => {
    columns = undefined;
    child?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const start = (...parameters: string[]) => {
    const started = spawn(process.execPath, [START, ...parameters], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, COLUMNS: columns },
    });
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
    expect(output).toContain('By their digests: 7 verified, 1 modified, 0 missing, 0 unvouched.');
    expect(output).toContain('they prove the way, not the sample');
    expect(output).toContain('[CRITICAL] A CloudTrail log object was modified');
    expect(output).toMatch(/Who acts most\? root \(4\), /);
    expect(output).toMatch(/What did root do\?.*elasticfilesystem:DeleteTags/);
    expect(output).toMatch(/What failed\?.*ConnectionTerminated/);
    expect(output).toContain('npm run -s trailwarden -- events --kind root --local\n');
    expect(output).toContain('What to try next');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(output).not.toMatch(/\u001b/);
  }, 30_000);

  test('fits 45 lines of 100 columns: only commands are longer, and no word is broken', async () => {
    const wide = (await start('--fresh').ended).output;
    columns = '100';
    const { code, output } = await start('--fresh').ended;
    expect(code).toBe(0);
    // On a slow machine progress is told more often.
    const lines = output
      .trimEnd()
      .split('\n')
      .filter((line) => !/^ +\d+\/18 log objects/.test(line));
    expect(lines.length).toBeLessThanOrEqual(45);
    expect(lines.filter((line) => line.length > 100 && !/^ +npm (run|start) /.test(line))).toEqual([]);
    const words = (text: string) => text.split(/[\s,]+/);
    const known = new Set(words(wide));
    // The sample is as old in each run, so its times move with the clock.
    const isOther = (word: string) => /…$|^\+\d+$|^[\d.]+m?s$|^\(?\d\d:\d\d(:\d\d)?Z\)?$/.test(word);
    expect(words(output).filter((word) => !known.has(word) && !isOther(word))).toEqual([]);
    // Questions are made from what is there: whom and what they name stands in the log objects.
    expect(output).toMatch(/Who touched file-system\/fs-\w+\?/);
    expect(output).not.toContain('undefined');
  }, 60_000);

  test('asks about what is there: of files without file systems, addresses and root none is asked', async () => {
    const record = {
      eventID: 'e-1',
      eventTime: '2026-11-20T10:00:00Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'ListBuckets',
      recipientAccountId: '444455556666',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::444455556666:user/alice', accountId: '444455556666' },
    };
    await writeFile(join(folder, 'one.json'), JSON.stringify({ Records: [record] }));
    const { output } = await start('one.json').ended;
    expect(output).toContain('user/alice');
    expect(output).toContain('1 log object: S3');
    expect(output).not.toMatch(/What did root do|Who touched|What came from|fs-0/);
  }, 30_000);

  test('keeps what it has read without --data too, and --fresh starts anew', async () => {
    await start().ended;
    expect((await start().ended).output).toContain('None: what is known is not sent again.');
    expect((await start('--fresh').ended).output).toContain('[CRITICAL] A CloudTrail log object was modified');
  }, 90_000);

  test('keeps the tables in --data: the second run has the same counts and sends nothing', async () => {
    const counts = (output: string) =>
      output.match(/^ {2}(log objects|records|By their digests:|high|medium|low) .*$/gm);
    const first = await start('--data', 'kept').ended;
    const second = await start('--data', 'kept').ended;
    expect(second.code).toBe(0);
    expect(counts(second.output)?.slice(0, 3)).toEqual(counts(first.output)?.slice(0, 3));
    expect(first.output.match(/18\/18 log objects/g)).toHaveLength(1);
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

  describe('over a copy of a trail with its digests', () => {
    const LINE = /By their digests: .*/;

    /** Two regions of four hours below a prefix: a log object altered, one removed, the first digest of one not copied. */
    const copyTrail = async () => {
      const trail = new SignedTrail({ bucket: 'acme-trail', prefix: 'org/audit' });
      const put = async ({ key, body }: DeliveredFile) => {
        const path = join(folder, 'copy', key.slice(key.indexOf('AWSLogs')));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, body);
      };
      for (const region of ['eu-central-1', 'us-east-1']) {
        for (const [index, { digest, logs }] of trail.hours(region, 4).entries()) {
          const [first, second] = logs;
          if (first === undefined || second === undefined) throw new Error('two log objects an hour');
          const isHarmed = region === 'us-east-1';
          if (isHarmed && index === 0) continue;
          await put(digest);
          await put(second);
          if (isHarmed && index === 1) continue;
          await put(isHarmed && index === 2 ? { ...first, body: gzipSync('{"Records":[]}') } : first);
        }
      }
      const list = trail.publicKeys.map(({ fingerprint, value }) => ({
        Fingerprint: fingerprint,
        Value: Buffer.from(value).toString('base64'),
      }));
      await writeFile(join(folder, 'keys.json'), JSON.stringify({ PublicKeyList: list }));
    };

    test('they are checked with the keys that are given, as verify would, and status agrees', async () => {
      await copyTrail();
      const parameters = ['copy', '--data', 'kept', '--public-keys', 'keys.json'];
      const first = await start(...parameters).ended;
      expect(first.code).toBe(0);
      expect(first.output).toContain('By their digests: 8 verified, 1 modified, 1 missing, 4 unvouched.');
      expect(first.output).toMatch(/Digests that were not checked: 2\. Their signature is in the digest that follows/);
      expect(first.output).toContain('[CRITICAL] A CloudTrail log object is missing');
      expect(first.output).toMatch(/ {2}critical +2 +2\n/);
      const again = await start(...parameters).ended;
      expect(LINE.exec(again.output)?.[0]).toBe(LINE.exec(first.output)?.[0]);
      expect(again.output).toMatch(/ {2}critical +2 +0\n/);
      const status = ['status', '--local', '--data', 'kept', '--since', '2026-03-01'];
      const { stdout } = await promisify(execFile)(process.execPath, [TRAILWARDEN, ...status], { cwd: folder });
      expect(stdout).toMatch(/13 processed.* 1 missing; by their digests 8 verified, 1 modified, 4 unvouched/);
      expect(stdout).not.toContain('No digest of the trail');
    }, 60_000);

    test('without keys nothing is said of them, and they can be given later', async () => {
      await copyTrail();
      const without = await start('copy', '--data', 'kept').ended;
      expect(without.output).toContain('By their digests: 0 verified, 0 modified, 0 missing, 13 unvouched.');
      expect(without.output).toMatch(/Digests that were not checked: 7\. CloudTrail's public keys are needed/);
      expect(without.output).toMatch(/ {2}critical +0 +0\n/);
      const later = await start('copy', '--data', 'kept', '--public-keys', 'keys.json').ended;
      expect(later.output).toContain('By their digests: 8 verified, 1 modified, 1 missing, 4 unvouched.');
    }, 60_000);

    test.each([
      ['is not there', 'none.json', undefined, 'There is no "none.json".'],
      ['is not JSON', 'keys.txt', 'key', 'is not JSON'],
      ['holds something else', 'keys.txt', '{"Keys":[]}', 'is not what aws cloudtrail list-public-keys prints'],
      ['holds no key', 'keys.txt', '[]', 'There is no public key in keys.txt.'],
    ])(
      'a file of keys that %s is an error in words',
      async (_what, name, content, message) => {
        if (content !== undefined) await writeFile(join(folder, name), content);
        const { code, output } = await start('--public-keys', name).ended;
        expect(code).toBe(1);
        expect(output).toContain(message);
        expect(output).not.toContain('    at ');
      },
      30_000,
    );
  });

  test.each([
    ['a path that is not there', ['missing'], 'There is no "missing".'],
    ['a folder without log files', ['.'], 'There is no .json, .json.gz, .jsonl or .ndjson file in .'],
    ['a file for --data', ['--data', 'notes.txt'], 'notes.txt is not a folder.'],
    ['a port that is none', ['--port', '0'], 'Not a port'],
    ['an unknown option', ['--bucket'], "unknown option '--bucket'"],
  ])(
    '%s is an error in one line, and the exit code is 1',
    async (_what, parameters, message) => {
      await writeFile(join(folder, 'notes.txt'), 'not a folder');
      const { code, output } = await start(...parameters).ended;
      expect(code).toBe(1);
      expect(output).toContain(message);
      expect(output).not.toContain('    at ');
    },
    30_000,
  );

  test('a port that is in use is an error that names it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { code, output } = await start('--port', port).ended;
    server.close();
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} is in use`);
  }, 30_000);

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
