import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parseObjectKey } from '../../lambda/cloudtrail/log/object-key.ts';
import { isRecordFileName } from '../../lambda/cloudtrail/log/record-file-name.ts';
import { InputError } from '../deployment/input-error.ts';

/** A file that goes into the log bucket. */
export interface LogFile {
  readonly path: string;
  /** Where the user has it: receipts keep it. Left out for what isn't the user's. */
  readonly origin?: string;
  /** The key that CloudTrail gave it, where its path shows that. */
  readonly key?: string;
  /** The bucket that it lay in, where that matters; the deployment's own where it doesn't. */
  readonly bucket?: string;
  /** Of its S3 object. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The CloudTrail files among the given files and below the given folders, each once, in the order of their paths.
 * Links to folders aren't followed.
 *
 * @throws InputError for a path that isn't there or can't be read, a file that is none of `.json`, `.jsonl` and `.ndjson` (gzipped or not), and
 *   a folder that holds no such file
 */
export async function findLogFiles(paths: readonly string[]): Promise<readonly LogFile[]> {
  const found = new Map<string, LogFile>();
  for (const path of paths) {
    for (const file of await filesAt(path)) found.set(file, logFile(file));
  }
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const FILES = '.json, .json.gz, .jsonl or .ndjson file';

async function filesAt(path: string): Promise<readonly string[]> {
  const information = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      error.code === 'ENOENT' ? `There is no "${path}".` : `${path} can't be read: ${error.message}`,
    );
  });
  const absolute = await realpath(path);
  if (!information.isDirectory()) {
    if (isRecordFileName(absolute)) return [absolute];
    throw new InputError(`${path} is no ${FILES}.`);
  }
  const entries = await readdir(absolute, { recursive: true, withFileTypes: true });
  const files = entries.filter(isReadableFile).map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0) throw new InputError(`There is no ${FILES} in ${path}.`);
  return files;
}

function isReadableFile(entry: Dirent): boolean {
  return (entry.isFile() || entry.isSymbolicLink()) && isRecordFileName(entry.name);
}

function logFile(path: string): LogFile {
  const segments = path.split(sep);
  const start = segments.lastIndexOf('AWSLogs');
  if (start < 0) return { path };
  const key = segments
    .slice(start)
    .join('/')
    .replace(/\.json$/, '.json.gz');
  return parseObjectKey(key) === undefined ? { path } : { path, key };
}
