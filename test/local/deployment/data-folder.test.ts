import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { claimDataFolder, joinRunning, runningEndpoints } from '../../../local/deployment/data-folder.ts';
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

  test('is shared by questions: who comes while the first one starts waits, and the first one ends after all others', async () => {
    const first = await claimDataFolder(path, 'question');
    const joining = joinRunning(path);
    await delay(120);
    await first.announce(endpoints);
    const joined = await joining;
    expect(joined?.endpoints).toEqual(endpoints);
    let isDrained = false;
    const draining = first.drain().then(() => {
      isDrained = true;
    });
    await delay(150);
    expect(isDrained).toBe(false);
    // Whoever comes now waits for the end, and is the next to start.
    const late = joinRunning(path);
    await joined?.leave();
    await draining;
    await first.release();
    expect(await late).toBeUndefined();
  });

  test('is waited for while a question has it', async () => {
    const question = await claimDataFolder(path, 'question');
    const claiming = claimDataFolder(path);
    await delay(120);
    await question.release();
    await (await claiming).release();
  });

  test('says whether a run or a question has it', async () => {
    const folder = await claimDataFolder(path);
    await expect(claimDataFolder(path, 'question')).rejects.toThrow(`process ${process.pid} (npm start)`);
    await folder.release();
  });

  test('isn’t held by a reader that has died', async () => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    const folder = await claimDataFolder(path);
    await mkdir(join(path, 'readers'), { recursive: true });
    await writeFile(join(path, 'readers', `${child.pid}-x`), '');
    await folder.drain();
    await folder.release();
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
