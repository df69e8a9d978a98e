import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostileRecords, incidentRecords } from './incident-records.ts';

/** From the project's root, where tests and scripts run. */
const ROOT = process.cwd();

/** A folder that `npm start` has filled. */
export interface LocalWorld {
  readonly data: string;
  /** Runs `trailwarden ui` over it. */
  page(...args: readonly string[]): Promise<RunningPage>;
  stop(): Promise<void>;
}

/** The command as a person runs it. */
export interface RunningPage {
  /** Opens a window, once and within a minute. */
  readonly address: string;
  readonly origin: string;
  /** The file that holds the address. */
  readonly openingFile: string;
  readonly pid: number;
  /** Once the process is over. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** The sample with its digests, then an incident and hostile records, all of it through the real functions. */
export async function startSampleWorld(): Promise<LocalWorld> {
  const world = await newWorld();
  await run('local/start.ts', '--data', world.data);
  const records = join(world.data, '../incident.json');
  await writeFile(records, JSON.stringify({ Records: [...incidentRecords(), ...hostileRecords()] }));
  await run('local/start.ts', '--data', world.data, records);
  return world;
}

/** Events that are made from a seed, packed. */
export async function startMadeWorld(events: number): Promise<LocalWorld> {
  const world = await newWorld();
  await run('test/ui/support/fill-made-events.ts', world.data, String(events));
  return world;
}

async function newWorld(): Promise<LocalWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-page-'));
  const data = join(folder, 'data');
  const pages: RunningPage[] = [];
  return {
    data,
    page: async (...args) => {
      const page = await openPage(['ui', '--data', data, '--no-open', ...args], join(folder, 'state'));
      pages.push(page);
      return page;
    },
    stop: async () => {
      await Promise.all(pages.map((page) => page.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openPage(args: readonly string[], state: string): Promise<RunningPage> {
  const child = start('bin/trailwarden.ts', args, { XDG_STATE_HOME: state });
  const ended = once(child, 'close');
  const openingFile = await new Promise<string>((resolve, reject) => {
    let output = '';
    const hear = (chunk: Buffer): void => {
      output += chunk;
      const [, path] = /^Open within a minute: (.+)$/m.exec(output) ?? [];
      if (path !== undefined) resolve(path);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    ended.then(([code]) => reject(new Error(`trailwarden ui ended with ${code}: ${output}`)), reject);
  });
  const [, escaped = ''] = /url=([^"]+)"/.exec(await readFile(openingFile, 'utf8')) ?? [];
  const address = escaped.replaceAll('&amp;', '&');
  return {
    address,
    origin: new URL(address).origin,
    openingFile,
    // It has written something, so it runs.
    pid: child.pid ?? 0,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function run(script: string, ...args: readonly string[]): Promise<void> {
  const child = start(script, args);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${output}`);
}

function start(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [join(ROOT, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}
