import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findLogFiles } from '../../../local/input/log-files.ts';

const KEY = 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T1005Z_Abc';

describe('finding log files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailwarden-log-files-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (...names: string[]) => {
    for (const name of names) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), '{}');
    }
  };

  const found = async (...paths: string[]) =>
    (await findLogFiles(paths.map((path) => join(folder, path)))).map(({ path }) => path.slice(folder.length + 1));

  test('takes files of records at any depth, in the order of their paths, and nothing else', async () => {
    await write('b/2.json', 'a.json.gz', 'b/c/3.json.gz', 'd.jsonl', 'e.ndjson.gz', 'notes.txt', 'b/x.gz');
    expect(await found('.')).toEqual(['a.json.gz', 'b/2.json', 'b/c/3.json.gz', 'd.jsonl', 'e.ndjson.gz']);
  });

  test('takes a file once, however often it is named', async () => {
    await write('a.json', 'b.json');
    await symlink(join(folder, 'a.json'), join(folder, 'again.json'));
    expect(await found('a.json', '.', 'again.json')).toEqual(['a.json', 'again.json', 'b.json']);
    expect(await found('a.json', 'again.json')).toEqual(['a.json']);
  });

  test('a path below AWSLogs keeps its key', async () => {
    await write(`download/bucket/${KEY}.json.gz`);
    expect((await findLogFiles([folder])).map(({ key }) => key)).toEqual([`${KEY}.json.gz`]);
  });

  test('an unpacked file below AWSLogs gets its key back', async () => {
    await write(`${KEY}.json`);
    expect((await findLogFiles([join(folder, `${KEY}.json`)])).map(({ key }) => key)).toEqual([`${KEY}.json.gz`]);
  });

  test('a digest below AWSLogs keeps its key', async () => {
    const digest = KEY.replaceAll('CloudTrail', 'CloudTrail-Digest').replace('T1005Z', 'T100512Z');
    await write(`${digest}.json.gz`);
    expect((await findLogFiles([folder])).map(({ key }) => key)).toEqual([`${digest}.json.gz`]);
  });

  test("a name below AWSLogs that isn't CloudTrail's is no key", async () => {
    await write('AWSLogs/mine/events.json.gz');
    expect((await findLogFiles([folder])).map(({ key }) => key)).toEqual([undefined]);
  });

  test.each([
    ['a path that is not there', 'missing', /^There is no ".*missing"\.$/],
    ['a folder without log files', '.', /^There is no \.json, \.json\.gz, \.jsonl or \.ndjson file in /],
    ['a file of another kind', 'notes.txt', /is no \.json, \.json\.gz, \.jsonl or \.ndjson file\.$/],
  ])('%s is an error that says so', async (_what, path, message) => {
    await write('notes.txt');
    await expect(findLogFiles([join(folder, path)])).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message),
    });
  });
});
