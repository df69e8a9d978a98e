import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connected } from '../../../cli/aws/connection.ts';
import { type Page, startPage } from '../../../cli/commands/ui/start-page.ts';
import type { Io } from '../../../cli/output/process-io.ts';
import { hostileRecords, incidentRecords } from './incident-records.ts';
import { fillWithMadeEvents } from './made-events.ts';

const ROOT = join(__dirname, '../../..');

/** A folder that `npm start` has filled, asked as `--data` asks it. */
export interface LocalWorld {
  readonly connection: Connection;
  readonly data: string;
  /** Serves a page over it. Whatever it keeps is in the folder. */
  page(options?: { readonly maxReads?: number; readonly now?: () => Date }): Promise<Page>;
  stop(): Promise<void>;
}

/** The sample with its digests, then an incident and hostile records, all of it through the real functions. */
export async function startSampleWorld(): Promise<LocalWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-page-'));
  const data = join(folder, 'data');
  await start('--data', data);
  const records = join(folder, 'incident.json');
  await writeFile(records, JSON.stringify({ Records: [...incidentRecords(), ...hostileRecords()] }));
  await start('--data', data, records);
  return openWorld(folder, data);
}

/** Events that are made from a seed, packed. */
export async function startMadeWorld(events: number): Promise<LocalWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-page-'));
  const data = join(folder, 'data');
  await fillWithMadeEvents(data, events);
  return openWorld(folder, data);
}

async function openWorld(folder: string, data: string): Promise<LocalWorld> {
  const options = { deployment: 'trailwarden', data };
  const pages: Page[] = [];
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let whole: Promise<void> = Promise.resolve();
  const connection = await new Promise<Connection>((resolve, reject) => {
    whole = connected(options, async (opened) => {
      resolve(opened);
      await ended;
    });
    whole.catch(reject);
  });
  const silent = { write: () => undefined, isTerminal: false, columns: undefined, colours: false };
  return {
    connection,
    data,
    page: async ({ maxReads = 100_000, now = () => new Date() } = {}) => {
      const io: Io = { stdout: silent, stderr: silent, env: { XDG_STATE_HOME: join(folder, 'state') }, now };
      const page = await startPage(connection, { ...options, maxReads }, io);
      pages.push(page);
      return page;
    },
    stop: async () => {
      await Promise.all(pages.map(({ server }) => server.stop()));
      end();
      await whole;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function start(...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, 'local/start.ts'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`npm start ended with ${code}: ${output}`);
}
