import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { LATE_ENTRIES, lateFiles, lateModules, leanMetrics, leanSdk, leanZod, NEVER_LOADED } from './lean-modules.ts';

const PROJECT_ROOT = join(import.meta.dirname, '../..');

const OPTIONS: BuildOptions = {
  absWorkingDir: PROJECT_ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  // As ESM, each of Node's own modules would be asked for all that it exports: that of HTTP then loads a whole client for
  // WebSockets, which takes longer than all of ours.
  format: 'cjs',
  // For the same reason.
  supported: { 'dynamic-import': false },
  // With esbuild's default order for Node, a dependency's CommonJS form is taken, of which nothing can be left out.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
};

/**
 * Bundles a handler into a folder: `index.js` with everything that it loads when it starts, and beside it what few calls
 * need.
 * @returns bytes of index.js.
 * @throws esbuild's error.
 */
export async function bundleHandler(entry: string, folder: string): Promise<number> {
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: [entry],
    outfile: join(folder, 'index.js'),
    sourcemap: 'external',
    sourcesContent: false,
    external: [...NEVER_LOADED],
    plugins: [leanSdk, leanZod, leanMetrics, lateFiles, lateModules],
    metafile: true,
  });
  // Without it Node would read the whole file once more, to find out which kind of module it is.
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
  const outputs = Object.values(metafile?.outputs ?? {});
  for (const [name, entry] of Object.entries(LATE_ENTRIES)) {
    if (!outputs.some(({ imports }) => imports.some(({ path }) => path === `./${name}.js`))) continue;
    await build({ ...OPTIONS, entryPoints: [entry], outfile: join(folder, `${name}.js`) });
  }
  return outputs.find(({ entryPoint }) => entryPoint !== undefined)?.bytes ?? 0;
}

if (import.meta.main) {
  // A folder's files must be readable to Lambda, whatever the user's umask is.
  process.umask(0o022);
  const [entry = '', folder = ''] = process.argv.slice(2);
  void bundleHandler(entry, folder);
}
