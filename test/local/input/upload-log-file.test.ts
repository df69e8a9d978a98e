import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { uploadLogFile } from '../../../local/input/upload-log-file.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

describe('uploading a log file', () => {
  let aws: EmbeddedAws;
  let folder: string;
  beforeAll(async () => {
    aws = await startEmbeddedAws();
    folder = await mkdtemp(join(tmpdir(), 'trailwarden-upload-'));
  });
  afterAll(async () => {
    await aws.stop();
    await rm(folder, { recursive: true });
  });

  const upload = async (name: string, content: Uint8Array | string, key?: string) => {
    const path = join(folder, name);
    await writeFile(path, content);
    const { s3 } = aws.clients;
    const Bucket = aws.resources.buckets.logs;
    const { key: Key, version } = await uploadLogFile(s3, Bucket, { path, key });
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(ETag).toBe(`"${version}"`);
    return { key: Key, version, body: Buffer.from((await Body?.transformToByteArray()) ?? []) };
  };

  const log = '{"Records":[]}';

  test('puts what is gzipped as it is, under its own key', async () => {
    const content = gzipSync(log);
    expect(await upload('a.json.gz', content, 'AWSLogs/own.json.gz')).toMatchObject({
      key: 'AWSLogs/own.json.gz',
      body: content,
    });
  });

  test('gzips what is not, the same way every time', async () => {
    const first = await upload('plain.json', log);
    const second = await upload('plain.json', log);
    expect(gunzipSync(first.body).toString()).toBe(log);
    expect(second).toEqual(first);
  });

  test('does not gzip twice what only lacks the ending', async () => {
    const content = gzipSync(log);
    expect((await upload('packed.json', content)).body).toEqual(content);
  });

  test.each([
    ['cut', gzipSync(log).subarray(0, 15)],
    ['no gzip at all', Buffer.from('<html>')],
    ['empty', Buffer.alloc(0)],
  ])('puts a file that is %s all the same, for the ledger to name it', async (name, content) => {
    expect((await upload(`${name}.json.gz`, content)).body).toEqual(content);
  });

  const one = '{"eventID":"1","n":9007199254740993}';
  const two = '{"eventID":"2","e":1e400}';
  test.each<[string, string | Buffer]>([
    ['lines.jsonl', `${one}\n${two}`],
    ['lines.jsonl.gz', gzipSync(`${one}\n${two}`)],
    ['list.json', `[${one}, ${two}]`],
    ['alone.json', `${one}${two}`],
    [
      'looked-up.json',
      JSON.stringify({ Events: [one, two].map((text) => ({ EventId: 'x', CloudTrailEvent: text })) }, null, 4),
    ],
  ])('makes a log object of %s, the records byte by byte', async (name, content) => {
    const { body } = await upload(name, content);
    expect(gunzipSync(body).toString()).toBe(`{"Records":[\n${one},\n${two}\n]}\n`);
  });

  test('keeps lines that can’t be read as text, for the ledger to name them', async () => {
    const { body } = await upload('broken.jsonl', `${one}\n{"eventID":\n${two}`);
    expect(JSON.parse(gunzipSync(body).toString())).toMatchObject({
      Records: [{ eventID: '1' }, '{"eventID":', { eventID: '2' }],
    });
  });

  test('cuts the log object that it makes where the file is cut', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => JSON.stringify({ eventID: index })).join('\n');
    const packed = gzipSync(lines);
    const { body } = await upload('cut.jsonl.gz', packed.subarray(0, packed.length - 20));
    expect(gunzipSync(body).toString()).toMatch(/^\{"Records":\[\n\{"eventID":0\},(.|\n)*\{"eventID":\d+\}$/);
  });

  test('leaves alone what CloudTrail wrote, whatever it looks like', async () => {
    const content = gzipSync('[{"eventID":"1"}]');
    expect((await upload('b.json.gz', content, 'AWSLogs/aggregated.json.gz')).body).toEqual(content);
  });

  test('puts a file in parts that is too big for one request', async () => {
    const content = randomBytes(17 * 1024 * 1024);
    const { body, version } = await upload('big.json.gz', content);
    expect(body.equals(content)).toBe(true);
    expect(version).toMatch(/-3$/);
  });
});
