import { createWriteStream } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The path that means standard input. */
const STANDARD_INPUT = '-';

/** Paths that can be read as often as they are needed. */
export interface StoredPaths {
  readonly paths: readonly string[];
  /** Where standard input was stored, if it was among them. */
  readonly stored?: string;
  /** Removes what was stored for them. */
  remove(): Promise<void>;
}

/**
 * Stores standard input in a file where `-` is among the paths, as an upload reads its file twice. Memory stays bounded.
 * @throws the errors of the file system, and of the input.
 */
export async function storeStandardInput(paths: readonly string[], input: Readable): Promise<StoredPaths> {
  if (!paths.includes(STANDARD_INPUT)) return { paths, remove: async () => {} };
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'trailwarden-input-')));
  const remove = () => rm(folder, { recursive: true, force: true });
  const file = join(folder, 'standard-input.json');
  try {
    await pipeline(input, createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    await remove();
    throw error;
  }
  return { paths: paths.map((path) => (path === STANDARD_INPUT ? file : path)), stored: file, remove };
}
