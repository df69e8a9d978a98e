import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type Endpoints, endpointsSchema } from '../emulators/endpoints.ts';
import { InputError } from './input-error.ts';

const CLAIM = 'running.json';

const claimSchema = z.object({ pid: z.int().positive(), endpoints: endpointsSchema.optional() });
type Claim = z.infer<typeof claimSchema>;

/**
 * A folder that holds the tables, objects and messages of an embedded AWS, and that no other process uses at the same
 * time.
 */
export interface DataFolder {
  readonly path: string;
  /** Tells others where the embedded AWS over this folder listens. */
  announce(endpoints: Endpoints): Promise<void>;
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

/**
 * Claims a folder for this process, and makes it if it isn't there. The claim of a process that has died doesn't count.
 *
 * @throws InputError if a running process has claimed it
 */
export async function claimDataFolder(path: string): Promise<DataFolder> {
  await makeFolder(path);
  const file = claimFile(path);
  const running = await readClaim(path);
  if (running !== undefined) {
    throw new InputError(
      `${path} is in use by process ${running.pid}. Use another folder; if that process is something else, remove ${file}.`,
    );
  }
  await rm(file, { force: true });
  const claim = { pid: process.pid };
  try {
    await writeFile(file, JSON.stringify(claim), { flag: 'wx' });
  } catch (error) {
    throw new InputError(`${path} was taken by another process just now.`, { cause: error });
  }
  return {
    path,
    announce: async (endpoints) => {
      const whole = `${file}.${process.pid}`;
      await writeFile(whole, JSON.stringify({ ...claim, endpoints }));
      await rename(whole, file);
    },
    clear: async () => {
      const names = (await readdir(path)).filter((name) => name !== CLAIM);
      await Promise.all(names.map((name) => rm(join(path, name), { recursive: true })));
    },
    release: () => rm(file, { force: true }),
  };
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
