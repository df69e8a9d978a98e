import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Kept, keptSchema } from '../../../../ui/protocol/asked.ts';

/** What the page keeps on this machine: pins, and how it is shown. */
export interface KeptFile {
  /** What was kept, or what nothing kept means: a broken file is nothing. */
  read(): Promise<Kept>;
  write(kept: Kept): Promise<void>;
}

/**
 * The file of a deployment in the user's folder for state, after the XDG Base Directory Specification; in memory alone
 * where the user has no such place. Pins name events: only the user may read it.
 */
export function keptFile(deployment: string, env: Readonly<Record<string, string | undefined>>): KeptFile {
  const folder = stateFolder(env);
  let kept: Kept | undefined;
  if (folder === undefined) {
    return {
      read: async () => kept ?? keptSchema.parse({}),
      write: async (written) => {
        kept = written;
      },
    };
  }
  const file = join(folder, `page-${encodeURIComponent(deployment)}.json`);
  return {
    read: async () => {
      kept ??= keptSchema.safeParse(await readJson(file)).data ?? keptSchema.parse({});
      return kept;
    },
    write: async (written) => {
      kept = written;
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      // Nobody reads half of it.
      await writeFile(`${file}.${process.pid}`, JSON.stringify(written), { mode: 0o600 });
      await rename(`${file}.${process.pid}`, file);
    },
  };
}

function stateFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  // The specification has relative paths ignored.
  if (env.XDG_STATE_HOME?.startsWith('/') === true) return join(env.XDG_STATE_HOME, 'trailwarden');
  if (env.LOCALAPPDATA !== undefined && env.LOCALAPPDATA !== '') return join(env.LOCALAPPDATA, 'trailwarden');
  return env.HOME === undefined || env.HOME === '' ? undefined : join(env.HOME, '.local', 'state', 'trailwarden');
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}
