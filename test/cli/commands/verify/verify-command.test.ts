import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { audit } from '../../../../cli/commands/verify/audit.ts';
import { isProblem } from '../../../../cli/commands/verify/audit-item.ts';
import { BucketFiles } from '../../../../cli/commands/verify/bucket-files.ts';
import { PublicKeys } from '../../../../lambda/verify/public-keys.ts';
import { startEmbeddedAws } from '../../../support/embedded-aws.ts';
import { type DeliveredFile, SignedTrail } from '../../../support/signed-trail.ts';
import { runCommand } from '../../support/run-command.ts';

const REGION = 'eu-central-1';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailwarden-verify-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function command(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout: out, stderr: err } = await runCommand(['verify', ...args]);
  return { code, out, err };
}

async function copy(files: readonly DeliveredFile[], nameOf = (key: string) => key): Promise<string> {
  const root = join(folder, 'copy');
  for (const { key, body } of files) {
    const path = join(root, nameOf(key));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  }
  return root;
}

async function keyFile(trail: SignedTrail, change: (keys: unknown) => unknown = (keys) => keys): Promise<string> {
  const path = join(folder, 'keys.json');
  const PublicKeyList = trail.publicKeys.map(({ fingerprint, value }) => ({
    Fingerprint: fingerprint,
    Value: Buffer.from(value).toString('base64'),
    ValidityStartTime: '2026-01-01T00:00:00Z',
    ValidityEndTime: '2027-01-01T00:00:00Z',
  }));
  await writeFile(path, JSON.stringify(change({ PublicKeyList })));
  return path;
}

const filesOf = (trail: SignedTrail, count: number) =>
  trail.hours(REGION, count).flatMap(({ logs, digest }) => [...logs, digest]);

describe('trailwarden verify', () => {
  test('ends with 0 over a copy that nobody touched, and counts what it saw', async () => {
    const trail = new SignedTrail({ prefix: 'audit' });
    const root = await copy(filesOf(trail, 4));
    const { code, out, err } = await command(root, '--public-keys', await keyFile(trail));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Digests: 1 unvouched, 3 valid. Log objects: 2 unvouched, 6 verified.');
    expect(out).toContain('Nothing speaks against the log.');
  });

  test('finds log objects by their names in a copy without folders', async () => {
    const trail = new SignedTrail();
    const root = await copy(filesOf(trail, 3), (key) => key.slice(key.lastIndexOf('/') + 1));
    const { code, out } = await command(root, '--public-keys', await keyFile(trail));
    expect(code).toBe(0);
    expect(out).toContain('4 verified');
  });

  test('ends with 4 and names what was altered, for people and for programs', async () => {
    const trail = new SignedTrail();
    const files = filesOf(trail, 4);
    const changed = files.map((file, index) => (index === 3 ? { ...file, body: Buffer.from('{"Records":[]}') } : file));
    const root = await copy(changed);
    const keys = await keyFile(trail);
    const people = await command(root, '--public-keys', keys);
    expect(people.code).toBe(4);
    expect(people.out).toMatch(/modified\s+log object/);
    expect(people.err).toContain('1 thing speaks against the log');

    const { code, out } = await command(root, '--public-keys', keys, '--all', '--format', 'jsonl');
    expect(code).toBe(4);
    const items = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(items).toHaveLength(files.length);
    expect(items.filter(({ status }) => status === 'modified')).toEqual([
      expect.objectContaining({
        kind: 'log',
        account: trail.account,
        region: REGION,
        name: expect.stringContaining(root),
      }),
    ]);
  });

  test('takes the key list as the documents’ example has it, and several files of them', async () => {
    const trail = new SignedTrail();
    const root = await copy(filesOf(trail, 2));
    const keys = await keyFile(trail, (answer) => ({
      publicKeyList: (answer as { PublicKeyList: unknown }).PublicKeyList,
    }));
    const other = join(folder, 'other.json');
    await writeFile(other, JSON.stringify({ PublicKeyList: [] }));
    expect((await command(root, '--public-keys', other, '--public-keys', keys)).code).toBe(0);
  });

  test.each([
    ['a folder that isn’t there', ['nowhere'], 1, /nowhere: there is no such file/],
    ['a folder without digests', ['.'], 1, /no digests/],
    ['several buckets', ['s3://a/', 's3://b/'], 2, /one by one/],
    ['a folder and a bucket', ['.', 's3://b/'], 2, /one by one/],
  ])('says what is wrong with %s', async (_, paths, code, message) => {
    const keys = await keyFile(new SignedTrail(), () => ({ PublicKeyList: [{ Fingerprint: 'f', Value: 'AAAA' }] }));
    await mkdir(join(folder, 'empty'));
    const result = await command(
      ...paths.map((path) => (path === '.' ? join(folder, 'empty') : path)),
      '--public-keys',
      keys,
    );
    expect(result.code).toBe(code);
    expect(result.err).toMatch(message);
  });

  test.each([
    ['isn’t there', undefined, /there is no such file/],
    ['isn’t JSON', 'keys', /not JSON/],
    ['is something else', '{"Keys":[]}', /list-public-keys/],
    ['holds none', '[]', /no public key/],
  ])('says what is wrong with a key file that %s', async (_, text, message) => {
    const path = join(folder, 'keys.json');
    if (text !== undefined) await writeFile(path, text);
    const { code, err } = await command(folder, '--public-keys', path);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  test('is complete in its help', async () => {
    const { code, out } = await command('--help');
    expect(code).toBe(0);
    for (const word of ['--public-keys', '--since', '--all', 'unvouched', 's3://']) expect(out).toContain(word);
  });
});

test('a bucket is verified where CloudTrail put the files, the newest digest included', async () => {
  const aws = await startEmbeddedAws();
  try {
    const { s3 } = aws.clients;
    const bucket = aws.resources.buckets.logs;
    const trail = new SignedTrail({ bucket });
    const files = filesOf(trail, 3);
    const put = async ({ key, body, metadata }: DeliveredFile) => {
      const Metadata = metadata && { ...metadata };
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...(Metadata && { Metadata }) }));
    };
    for (const file of files) await put(file);
    const publicKeys = new PublicKeys({ list: async () => trail.publicKeys });
    const statuses = async (prefix: string) => {
      const found: string[] = [];
      for await (const item of audit(new BucketFiles(s3, bucket, prefix), { publicKeys })) {
        found.push(isProblem(item) ? `${item.status} ${item.name}` : item.status);
      }
      return found.toSorted();
    };
    const fine = [...Array(3).fill('valid'), ...Array(6).fill('verified')];
    expect(await statuses('')).toEqual(fine);
    // Log objects beside the prefix are found all the same.
    expect(await statuses(`AWSLogs/${trail.account}/CloudTrail-Digest/`)).toEqual(fine);
  } finally {
    await aws.stop();
  }
});

test('replicas of a bucket are verified by digests that name the bucket which they are copies of', async () => {
  const aws = await startEmbeddedAws();
  try {
    const { s3 } = aws.clients;
    const bucket = aws.resources.buckets.logs;
    const trail = new SignedTrail({ bucket: 'original-logs' });
    for (const { key, body, metadata } of filesOf(trail, 3)) {
      const Metadata = metadata && { ...metadata };
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...(Metadata && { Metadata }) }));
    }
    const publicKeys = new PublicKeys({ list: async () => trail.publicKeys });
    const statuses = async (prefix: string, replicaOf?: string) => {
      const found: string[] = [];
      for await (const { status } of audit(new BucketFiles(s3, bucket, prefix, replicaOf), { publicKeys })) {
        found.push(status);
      }
      return found.toSorted();
    };
    const fine = [...Array(3).fill('valid'), ...Array(6).fill('verified')];
    expect(await statuses('', 'original-logs')).toEqual(fine);
    expect(await statuses(`AWSLogs/${trail.account}/CloudTrail-Digest/`, 'original-logs')).toEqual(fine);
    expect(await statuses('')).toContain('altered');
  } finally {
    await aws.stop();
  }
});
