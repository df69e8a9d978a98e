import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The oldest Python that the pinned packages are pinned for. */
const OLDEST = [3, 11] as const;

/** Why there is no Python for the emulator, in some words; undefined where there is one. */
export async function missingPython(): Promise<string | undefined> {
  try {
    const { stdout } = await run('python3', ['-c', 'import sys, venv, ensurepip; print(*sys.version_info[:2])']);
    const [major = 0, minor = 0] = stdout.trim().split(' ').map(Number);
    return major === OLDEST[0] && minor >= OLDEST[1]
      ? undefined
      : `python3 is ${major}.${minor}, and the emulator needs ${OLDEST.join('.')} or later`;
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isAbsent ? 'there is no python3' : 'python3 lacks venv or ensurepip (Debian: the package python3-venv)';
  }
}

/**
 * A virtual environment with the packages of a requirements file, in the user's cache: made once for a version of the
 * file. Nothing is installed that has not one of the hashes there.
 * @param name of the file, without `-requirements.txt`.
 * @returns the folder of its programs.
 * @throws Error with pip's words where it can't be made.
 */
export async function pythonEnvironment(name: 'emulator' | 'aws-cli'): Promise<string> {
  const requirements = join(import.meta.dirname, `${name}-requirements.txt`);
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'trailwarden');
  const folder = join(cache, `deploy-test-${name}-${hash}`);
  const programs = join(folder, 'bin');
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return programs;
  // Not moved into place once it is whole: its programs name their folder.
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(join(programs, 'python3'), [
    ...['-m', 'pip', 'install', '--quiet', '--require-hashes', '--only-binary', ':all:', '-r', requirements],
  ]);
  // A run that was interrupted leaves no environment that looks whole.
  await writeFile(finished, '');
  return programs;
}
