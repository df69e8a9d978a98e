import { createReadStream } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { reasonOf } from '../../inputs/find-files.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import type { StoredFile, StoredFiles } from './stored-files.ts';

const FILE = /\.json(?:\.gz)?$/i;

/**
 * The files of a trail that were copied to a folder. "Path resolution" of the validation documents: what a digest names is
 * found by the end of its key from `AWSLogs` on, or by its name alone where a copy has no such folders.
 */
export class FolderFiles implements StoredFiles {
  readonly #paths: readonly string[];
  readonly #found = new Map<string, StoredFile>();

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  async *list(): AsyncGenerator<StoredFile> {
    for (const path of this.#paths) {
      try {
        yield* this.#visit(path, (await stat(path)).isDirectory());
      } catch (error) {
        throw new CommandFailure(`${path}: ${reasonOf(error)}`);
      }
    }
  }

  async *#visit(path: string, isFolder: boolean): AsyncGenerator<StoredFile> {
    if (!isFolder) {
      const file = { name: path, key: keyOf(path) };
      this.#found.set(file.key, file);
      yield file;
      return;
    }
    for await (const entry of await opendir(path)) {
      const below = join(path, entry.name);
      if (entry.isDirectory()) yield* this.#visit(below, true);
      else if (entry.isFile() && FILE.test(entry.name)) yield* this.#visit(below, false);
    }
  }

  async read({ name }: StoredFile) {
    return { body: createReadStream(name), metadata: {} };
  }

  async find({ key }: { readonly key: string }): Promise<StoredFile | undefined> {
    return this.#found.get(keyOf(key)) ?? this.#found.get(basename(key));
  }
}

/** The key as far as a path tells it; some tools uncompress what they download. */
function keyOf(path: string): string {
  const slashes = path.split(sep).join('/');
  const start = slashes.search(/(?:^|\/)AWSLogs\//);
  const key = start === -1 ? basename(slashes) : slashes.slice(start).replace(/^\//, '');
  return key.endsWith('.gz') ? key : `${key}.gz`;
}
