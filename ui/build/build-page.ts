import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const CLIENT = join(import.meta.dirname, '../client');

/** The one font, in the two weights that the page has. Its licence goes where it goes. */
const FONT_FILES: Readonly<Record<string, string>> = {
  'inter-400.woff2': 'files/inter-latin-400-normal.woff2',
  'inter-600.woff2': 'files/inter-latin-600-normal.woff2',
  'inter-licence.txt': 'LICENSE',
};

/** Makes the files of the page, by name: one script, one style sheet, the font. */
export async function buildPage(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    absWorkingDir: CLIENT,
    entryPoints: { page: 'main.tsx' },
    outdir: '.',
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    // What browsers of 2024 run.
    target: ['chrome120', 'firefox121', 'safari17.2'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    // The style sheet names it, and the server has it.
    external: ['*.woff2'],
  });
  const font = join(createRequire(import.meta.url).resolve('@fontsource/inter/package.json'), '..');
  return new Map<string, Uint8Array>([
    ['index.html', await readFile(join(CLIENT, 'index.html'))],
    ['icon.svg', await readFile(join(CLIENT, 'icon.svg'))],
    ...outputFiles.map(({ path, contents }) => [basename(path), contents] as const),
    ...(await Promise.all(
      Object.entries(FONT_FILES).map(async ([name, file]) => [name, await readFile(join(font, file))] as const),
    )),
  ]);
}
