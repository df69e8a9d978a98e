import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { type Endpoints, endpointsSchema } from '../emulators/endpoints.ts';
import { InputError } from './input-error.ts';

/** What runs without a folder of their own keep. */
export const LAST_RUN = join('.trailwarden', 'last-run');

const CLAIM = 'running.json';

/** Those who ask the embedded AWS of another process: a file each, named by its process. */
const READERS = 'readers';

const claimSchema = z.object({
  pid: z.int().positive(),
  /** Absent while the embedded AWS starts, and while it ends. */
  endpoints: endpointsSchema.optional(),
  /** `question`: it ends by itself in a moment. */
  role: z.enum(['start', 'question']).default('start'),
});
type Claim = z.infer<typeof claimSchema>;

/**
 * A folder that holds the tables, objects and messages of an embedded AWS, and that no other process uses at the same
 * time.
 */
export interface DataFolder {
  readonly path: string;
  /** Tells others where the embedded AWS over this folder listens. */
  announce(endpoints: Endpoints): Promise<void>;
  /** Tells new readers to wait, and resolves once those that are there have their answers. */
  drain(): Promise<void>;
  /** Removes everything that it holds. */
  clear(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Makes a folder level by level: Node's own recursive way never comes back from a parent that takes no folders.
 *
 * @throws InputError if it can't be made, or is something else
 */
async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  if (found !== undefined) throw new InputError(`${path} is not a folder.`);
  if (dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw new InputError(`The folder ${path} can't be made: ${error.message}`);
  });
}

/** Another process holds the folder. */
export class FolderTaken extends InputError {}

/** Milliseconds that one waits for a question to end, or for an embedded AWS to start. */
const WAIT = 30_000;
const POLL = 50;

/**
 * Claims a folder for this process, and makes it if it isn't there. The claim of a process that has died doesn't count;
 * for questions that are being answered over it this waits, at most half a minute.
 *
 * @throws FolderTaken if another process holds it
 */
export async function claimDataFolder(path: string, role: Claim['role'] = 'start'): Promise<DataFolder> {
  await makeFolder(path);
  const file = claimFile(path);
  const deadline = Date.now() + WAIT;
  let running = await readClaim(path);
  while (running?.role === 'question' && role === 'start' && Date.now() < deadline) {
    await delay(POLL);
    running = await readClaim(path);
  }
  if (running !== undefined) throw new FolderTaken(takenText(path, running));
  await rm(file, { force: true });
  const claim = { pid: process.pid, role };
  try {
    await writeFile(file, JSON.stringify(claim), { flag: 'wx' });
  } catch (error) {
    throw new FolderTaken(`${path} was taken by another process just now.`, { cause: error });
  }
  return {
    path,
    announce: (endpoints) => rewrite(file, { ...claim, endpoints }),
    drain: async () => {
      await rewrite(file, claim);
      const end = Date.now() + WAIT;
      while ((await hasReaders(path)) && Date.now() < end) await delay(POLL);
    },
    clear: async () => {
      const names = (await readdir(path)).filter((name) => name !== CLAIM && name !== READERS);
      await Promise.all(names.map((name) => rm(join(path, name), { recursive: true })));
    },
    release: () => rm(file, { force: true }),
  };
}

function takenText(path: string, { pid, role }: Claim): string {
  const who = role === 'question' ? 'a question' : 'npm start';
  return `${path} is in use by process ${pid} (${who}). Wait until it has ended, or use another folder; if that process is something else, remove ${claimFile(path)}.`;
}

/** Nobody reads half of it. */
async function rewrite(file: string, claim: Claim): Promise<void> {
  const whole = `${file}.${process.pid}`;
  await writeFile(whole, JSON.stringify(claim));
  await rename(whole, file);
}

/** An embedded AWS that another process has up. */
export interface Joined {
  readonly endpoints: Endpoints;
  /** Lets the other process end. */
  leave(): Promise<void>;
}

/**
 * Joins the process that has an embedded AWS up over this folder: that doesn't end before everyone has left. Waits for
 * one that starts or ends.
 *
 * @returns undefined if there is none
 * @throws FolderTaken if it neither starts nor ends within half a minute
 */
export async function joinRunning(path: string): Promise<Joined | undefined> {
  const deadline = Date.now() + WAIT;
  for (;;) {
    // First of all, so that who ends sees us.
    const leave = await register(path);
    const claim = await readClaim(path);
    if (claim?.endpoints !== undefined) return { endpoints: claim.endpoints, leave };
    await leave();
    if (claim === undefined) return undefined;
    if (Date.now() >= deadline) throw new FolderTaken(takenText(path, claim));
    await delay(POLL);
  }
}

async function register(path: string): Promise<() => Promise<void>> {
  await mkdir(join(path, READERS), { recursive: true });
  const file = join(path, READERS, `${process.pid}-${randomUUID()}`);
  await writeFile(file, '');
  return () => rm(file, { force: true });
}

/** Whether a process that lives has joined. */
async function hasReaders(path: string): Promise<boolean> {
  const names = await readdir(join(path, READERS)).catch((): string[] => []);
  return names.some((name) => isAlive(Number.parseInt(name, 10)));
}

/** Where an embedded AWS over this folder listens, if one is up. */
export async function runningEndpoints(path: string): Promise<Endpoints | undefined> {
  return (await readClaim(path))?.endpoints;
}

/** The claim of a process that lives. */
async function readClaim(path: string): Promise<Claim | undefined> {
  const text = await readFile(claimFile(path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const claim = claimSchema.safeParse(parseJson(text)).data;
  return claim !== undefined && isAlive(claim.pid) ? claim : undefined;
}

function claimFile(path: string): string {
  return join(path, CLAIM);
}

/** Undefined for what isn't JSON: a claim that was cut is one of a process that died. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and isn't ours.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
