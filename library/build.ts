import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { SERVICES } from '../lambda/shared/metric-names.ts';
import { bundleHandler } from '../lib/bundle/bundle-handler.ts';
import { buildPage } from '../ui/build/build-page.ts';

/**
 * Builds what is published into dist/, or into the folder that is named: Node strips no types below node_modules, so
 * that the package holds JavaScript. Rooms and files stay where they are to each other, because some find their
 * neighbours (rules, samples, workers) by their own place. The functions are bundled too, for who deploys them from there.
 * The types come from `tsc`.
 */

const ROOT = join(import.meta.dirname, '..');
const DIST = resolve(process.argv[2] ?? join(ROOT, 'dist'));

/** Files are built one by one: what they name of each other, by import or by URL, is `.js` now. */
const namesOfBuiltFiles: Plugin = {
  name: 'names-of-built-files',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.js'), external: true },
    );
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replace(/(new URL\('[^']+)\.ts(', import\.meta\.url\))/g, '$1.js$2')
        .replace(/(\brequire\('[^']+)\.ts('\))/g, '$1.js$2'),
      loader: 'ts',
    }));
  },
};

const isTypeScript = (path: string): boolean => path.endsWith('.ts');

await rm(DIST, { recursive: true, force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: [
    'bin/trailwarden.ts',
    'cli/**/*.ts',
    'lambda/**/*.ts',
    'lib/**/*.ts',
    'library/cdk.ts',
    'library/detection.ts',
    'local/**/*.ts',
    'rules/*.ts',
    'ui/protocol/*.ts',
    'ui/report/*.ts',
    'ui/server/*.ts',
  ],
  outbase: '.',
  outdir: DIST,
  bundle: true,
  packages: 'external',
  plugins: [namesOfBuiltFiles],
  format: 'esm',
  platform: 'node',
  // The oldest Node that the package runs on.
  target: 'node20.19',
});
for (const room of ['rules', 'local']) {
  await cp(join(ROOT, room), join(DIST, room), { recursive: true, filter: (path) => !isTypeScript(path) });
}
const built = join(DIST, 'ui/built');
await mkdir(built, { recursive: true });
for (const [name, content] of await buildPage()) await writeFile(join(built, name), content);
// The flags that the constructs ask for.
await cp(join(ROOT, 'cdk.json'), join(DIST, 'cdk.json'));
// Whoever installs the package must be able to read what it deploys, whatever the umask of whoever builds it.
process.umask(0o022);
for (const name of Object.keys(SERVICES)) {
  const folder = join(DIST, 'bundles', name);
  await bundleHandler(join(ROOT, 'lambda', ...name.split('-'), 'handler.ts'), folder);
  // A map without the sources, which no function loads.
  await rm(join(folder, 'index.js.map'));
}
