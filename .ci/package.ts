import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Packs the package, installs it into the apps of examples/ where nothing of the project is, and checks and synthesizes
 * them. npm takes from its cache what it has.
 */

const ROOT = join(import.meta.dirname, '..');
const EXAMPLES = join(ROOT, 'examples');

const folder = mkdtempSync(join(tmpdir(), 'trailwarden-package-'));

/** npm takes an expression of the scripts it runs in for its own settings. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));

function run(cwd: string, command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** The stacks of an assembly, also those of nested stages. */
function templatesOf(assembly: string): string[] {
  return readdirSync(assembly, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.template.json'));
}

const page = readFileSync(join(ROOT, 'docs/constructs.md'), 'utf8');
const [, shown = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];

try {
  run(ROOT, 'npm', 'pack', '--loglevel', 'error', '--pack-destination', folder);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  for (const name of readdirSync(EXAMPLES)) {
    const app = join(folder, name);
    cpSync(join(EXAMPLES, name), app, { recursive: true });
    // What the documentation shows must hold as well.
    writeFileSync(join(app, 'shown.ts'), shown);
    const file = join(app, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    manifest.dependencies.trailwarden = `file:${join(folder, tarball)}`;
    writeFileSync(file, JSON.stringify(manifest));
    run(app, 'npm', 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund');
    run(app, join(app, 'node_modules/.bin/tsc'), '-p', '.');
    run(app, join(app, 'node_modules/.bin/cdk'), 'synth', '--quiet', '--no-notices', '--no-version-reporting');
    const templates = templatesOf(join(app, 'cdk.out'));
    if (templates.length < 5) throw new Error(`examples/${name} has the templates ${templates.join(', ')} alone`);
    console.log(`examples/${name}: ${templates.length} stacks from ${tarball}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
