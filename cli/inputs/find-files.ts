import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parseObjectKey } from '../../lambda/cloudtrail/log/object-key.ts';
import { isRecordFileName } from '../../lambda/cloudtrail/log/record-file-name.ts';
import { STANDARD_INPUT } from './open-input.ts';

/** A file that may hold CloudTrail records. */
export interface RecordFile {
  /** As the user wrote it, or below the folder that the user named. */
  readonly path: string;
  /** Size on the disk. */
  readonly bytes: number;
}

/** A path that couldn't be read, and why. */
export interface UnreadablePath {
  readonly path: string;
  readonly reason: string;
}

export interface FoundFiles {
  /** Each once, by its path. */
  readonly files: readonly RecordFile[];
  readonly unreadable: readonly UnreadablePath[];
}

/**
 * The files that are named (with any name), and the `.json`, `.jsonl` and `.ndjson` files (gzipped or not) below the
 * folders that are named; `-` is standard input. Links to folders below them aren't followed. What can't be read is
 * reported.
 */
export async function findRecordFiles(paths: readonly string[]): Promise<FoundFiles> {
  const files = new Map<string, RecordFile>();
  const unreadable: UnreadablePath[] = [];
  // Without promises: over thousands of small files they cost more than what the files hold.
  const visit = (path: string, named: boolean, real?: string): void => {
    try {
      const information = statSync(path);
      if (information.isDirectory()) visitFolder(path);
      else if (named || isRecordFileName(path)) add(path, real ?? realpathSync.native(path), information);
    } catch (error) {
      unreadable.push({ path, reason: reasonOf(error) });
    }
  };
  const visitFolder = (folder: string): void =>
    visitBelow(folder, join(folder, '_').slice(0, -1), join(realpathSync.native(folder), sep));
  /** @param prefix stands before the names of what is in it. @param real the same where links were followed: files need no look-up of their own. */
  const visitBelow = (folder: string, prefix: string, real: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${prefix}${entry.name}`;
      const realPath = `${real}${entry.name}`;
      if (entry.isDirectory()) visitInside(path, realPath);
      else if (isRecordFileName(entry.name) && !isDigest(path))
        visit(path, false, entry.isFile() ? realPath : undefined);
    }
  };
  const visitInside = (folder: string, real: string): void => {
    try {
      visitBelow(folder, `${folder}${sep}`, `${real}${sep}`);
    } catch (error) {
      unreadable.push({ path: folder, reason: reasonOf(error) });
    }
  };
  const add = (path: string, real: string, { size }: Stats): void => {
    if (!files.has(real)) files.set(real, { path, bytes: size });
  };
  for (const path of paths) {
    if (path === STANDARD_INPUT) files.set(path, { path, bytes: 0 });
    else visit(path, true);
  }
  return { files: [...files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)), unreadable };
}

const DIGESTS = 'CloudTrail-Digest';

/** Digest files lie beside the log objects in a trail's bucket, and hold no records. */
function isDigest(path: string): boolean {
  return path.includes(DIGESTS) && parseObjectKey(path.replaceAll(sep, '/'))?.kind === 'digest';
}

/** What went wrong, without the path. */
export function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'access is denied';
  return error instanceof Error ? error.message : String(error);
}
