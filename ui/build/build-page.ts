import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const CLIENT = join(import.meta.dirname, '../client');

/** The one font, in the two weights that the page has. */
const FONT = '@fontsource/inter';
const FONT_FILES: Readonly<Record<string, string>> = {
  'inter-400.woff2': 'files/inter-latin-400-normal.woff2',
  'inter-600.woff2': 'files/inter-latin-600-normal.woff2',
};

/** What is in the page beside our own code: the licences go where it goes. */
const BUNDLED = ['preact', '@preact/signals', '@preact/signals-core', 'uplot', FONT];

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
  return new Map<string, Uint8Array>([
    ['index.html', await readFile(join(CLIENT, 'index.html'))],
    ['icon.svg', await readFile(join(CLIENT, 'icon.svg'))],
    ['licences.txt', await licences()],
    ...outputFiles.map(({ path, contents }) => [basename(path), contents] as const),
    ...(await Promise.all(
      Object.entries(FONT_FILES).map(
        async ([name, file]) => [name, await readFile(join(folderOf(FONT), file))] as const,
      ),
    )),
  ]);
}

async function licences(): Promise<Uint8Array> {
  const texts = await Promise.all(
    BUNDLED.map(async (name) => `${name}\n\n${await readFile(join(folderOf(name), 'LICENSE'), 'utf8')}`),
  );
  return Buffer.from(texts.join('\n\n'));
}

function folderOf(name: string): string {
  return join(import.meta.dirname, '../../node_modules', name);
}
