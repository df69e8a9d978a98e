import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file of the page as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Where the package has the page; a checkout has no such folder. */
const BUILT = join(import.meta.dirname, '../built');

/** The page's files by name: those of the package; in a checkout they are made anew from their sources. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const files = existsSync(BUILT) ? await readBuilt() : await (await import('../build/build-page.ts')).buildPage();
  return new Map(
    [...files].map(([name, body]) => [name, { type: TYPES[extname(name)] ?? 'application/octet-stream', body }]),
  );
}

async function readBuilt(): Promise<ReadonlyMap<string, Uint8Array>> {
  const names = await readdir(BUILT);
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(BUILT, name))] as const)));
}
