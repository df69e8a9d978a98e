import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDataFolder, runningEndpoints } from '../../../local/deployment/data-folder.ts';
import type { Endpoints } from '../../../local/emulators/endpoints.ts';

const endpoints: Endpoints = {
  dynamodb: 'http://127.0.0.1:1',
  s3: 'http://127.0.0.1:2',
  sns: 'http://127.0.0.1:2',
  sqs: 'http://127.0.0.1:2',
};

describe('a data folder', () => {
  let path: string;
  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'trailwarden-data-')), 'data');
  });
  afterEach(() => rm(join(path, '..'), { recursive: true }));

  test('is made when it is not there', async () => {
    const folder = await claimDataFolder(path);
    expect(await readdir(path)).toHaveLength(1);
    await folder.release();
    expect(await readdir(path)).toEqual([]);
  });

  test('is refused while a running process has it, with the word of which one', async () => {
    const folder = await claimDataFolder(path);
    await expect(claimDataFolder(path)).rejects.toThrow(`in use by process ${process.pid}`);
    await folder.release();
    await (await claimDataFolder(path)).release();
  });

  test('is free again when the process that had it has died', async () => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    await (await claimDataFolder(path)).release();
    await writeFile(join(path, 'running.json'), JSON.stringify({ pid: child.pid }));
    await (await claimDataFolder(path)).release();
  });

  test('is free again when a claim was cut in the middle', async () => {
    await (await claimDataFolder(path)).release();
    await writeFile(join(path, 'running.json'), '{"pid":');
    await (await claimDataFolder(path)).release();
  });

  test('tells where its embedded AWS listens, as long as that is up', async () => {
    expect(await runningEndpoints(path)).toBeUndefined();
    const folder = await claimDataFolder(path);
    expect(await runningEndpoints(path)).toBeUndefined();
    await folder.announce(endpoints);
    expect(await runningEndpoints(path)).toEqual(endpoints);
    await folder.release();
    expect(await runningEndpoints(path)).toBeUndefined();
  });

  test('loses everything but the claim when it is cleared', async () => {
    const folder = await claimDataFolder(path);
    await writeFile(join(path, 'old'), 'old');
    await folder.clear();
    expect(await readdir(path)).toEqual(['running.json']);
    await folder.release();
  });
});
