import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { SERVICES } from '../../lambda/shared/metric-names.ts';

const ROOT = join(__dirname, '../..');
const RULE = 'title: x\nlogsource: {product: aws}\ndetection: {a: {trailwarden.actor.kind: root}, condition: a}\n';

/** Node and the compiler, in a process of their own. */
const run = promisify(execFile);

/** The package as npm installs it, in a project that knows nothing of where it was made. */
describe('the published package', () => {
  let folder: string;
  let project: string;
  const node = async (...args: string[]) => (await run(process.execPath, args, { cwd: project })).stdout;
  const tsc = (cwd: string, ...args: string[]) =>
    run(process.execPath, [join(ROOT, 'node_modules/.bin/tsc'), ...args], { cwd });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailwarden-package-'));
    project = join(folder, 'project');
    const installed = join(project, 'node_modules/trailwarden');
    await mkdir(installed, { recursive: true });
    // What npm would install beside it.
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
    await copyFile(join(ROOT, 'package.json'), join(installed, 'package.json'));
    const dist = join(installed, 'dist');
    await run(process.execPath, [join(ROOT, 'library/build.ts'), dist], { cwd: ROOT });
    await tsc(ROOT, '-p', 'tsconfig.build.json', '--outDir', dist);
    await writeFile(join(project, 'package.json'), '{"type":"module"}');
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true }));

  test('gives programs the detection engine', async () => {
    const program = `
      import { compileRules } from 'trailwarden/detection';
      const { detector } = compileRules([${JSON.stringify(RULE)}]);
      const record = {
        eventID: 'e-1', eventTime: '2026-11-20T14:00:00Z', eventSource: 'iam.amazonaws.com', eventName: 'CreateUser',
        recipientAccountId: '111122223333', userIdentity: { type: 'Root', accountId: '111122223333' },
      };
      console.log(JSON.stringify(detector.match(record).map(({ title }) => title)));
    `;
    expect(await node('--input-type=module', '--eval', program)).toBe('["x"]\n');
  });

  test('does what docs/library.md shows', async () => {
    const page = await readFile(join(ROOT, 'docs/library.md'), 'utf8');
    const [, program = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
    expect(await node('--input-type=module', '--eval', program)).toBe(
      "high Root was used [ { field: 'trailwarden.actor.kind', value: 'root' } ]\n",
    );
  });

  test('gives programs its types', async () => {
    const program = `
      import { type CompileOptions, compileRules, type Level, type RuleMatch } from 'trailwarden/detection';
      const options: CompileOptions = { anyLogsource: true, placeholders: { admins: ['alice'] } };
      const { detector, problems } = compileRules([{ file: 'a.yml', text: '' }], options);
      const matches: RuleMatch[] = detector.match({});
      export const levels: Level[] = matches.map(({ level }) => level);
      export const lines: number[] = problems.map(({ line }) => line);
      // @ts-expect-error: no such option
      compileRules([], { anyLogsorce: true });
    `;
    await writeFile(join(project, 'program.mts'), program);
    const check = (...options: string[]) =>
      tsc(project, '--noEmit', '--strict', '--target', 'es2022', '--types', '', ...options, 'program.mts');
    await expect(check('--module', 'nodenext')).resolves.toMatchObject({ stdout: '' });
    await expect(check('--module', 'preserve', '--moduleResolution', 'bundler')).resolves.toMatchObject({ stdout: '' });
  }, 30_000);

  test('gives CDK apps a whole deployment, with functions that are bundled already', async () => {
    const program = `
      import { App, Stack } from 'aws-cdk-lib';
      import { Trailwarden } from 'trailwarden/cdk';
      const app = new App({ outdir: 'cdk.out', analyticsReporting: false });
      const stack = new Stack(app, 'security', { env: { account: '111122223333', region: 'eu-central-1' } });
      new Trailwarden(stack, 'Audit', { deployment: 'blue' });
      app.synth();
    `;
    await node('--input-type=module', '--eval', program);
    const files = await readdir(join(project, 'cdk.out'), { recursive: true });
    expect(files.filter((file) => /blue-?\w*\.template\.json$/.test(file))).toHaveLength(4);
    // A bundle a function, which loads all that it has before it looks at its settings.
    const bundles = files.filter((file) => file.endsWith('/index.js'));
    // Without channels there is no function for them.
    expect(bundles).toHaveLength(Object.keys(SERVICES).length - 1);
    for (const bundle of bundles) {
      await expect(node(join('cdk.out', bundle))).rejects.toThrow("The function's environment is incomplete");
    }
  }, 120_000);

  test('gives the same to CDK apps that are CommonJS, as `cdk init` makes them', async () => {
    const program = "console.log(typeof require('trailwarden/cdk').Trailwarden)";
    expect(await node('--input-type=commonjs', '--eval', program)).toBe('function\n');
  }, 30_000);

  test('tells a CDK app what is wrong with its settings, with the place of the construct', async () => {
    const program = `
      import { App } from 'aws-cdk-lib';
      import { ConfigError, Trailwarden } from 'trailwarden/cdk';
      try {
        new Trailwarden(new App(), 'Audit', { retentionDays: 0 });
      } catch (error) {
        console.log(error instanceof ConfigError, error.problems[0]);
      }
    `;
    expect(await node('--input-type=module', '--eval', program)).toMatch(/^true Audit: retentionDays: /);
  }, 30_000);

  test('needs no CDK for the commands that read settings', async () => {
    const command = join(project, 'node_modules/trailwarden/dist/bin/trailwarden.js');
    await writeFile(join(project, 'trailwarden.yaml'), '{}');
    const loader = `
      import { registerHooks } from 'node:module';
      registerHooks({
        resolve(name, context, next) {
          if (/^(aws-cdk-lib|constructs)(\\/|$)/.test(name)) throw new Error('CDK is loaded: ' + name);
          return next(name, context);
        },
      });
    `;
    await writeFile(join(project, 'without-cdk.mjs'), loader);
    const asked = ['source', 'policy', 'nobody'];
    await expect(node('--import', join(project, 'without-cdk.mjs'), command, ...asked)).rejects.toThrow(/nobody/);
  }, 30_000);

  test('gives people the command line with the default rules', async () => {
    const command = join(project, 'node_modules/trailwarden/dist/bin/trailwarden.js');
    expect(await node(command, '--help')).toContain('Usage: trailwarden');
    expect(await node(command, 'rules', 'list', '--format', 'csv')).toContain('Root credentials used');
    const record = {
      eventID: 'e-1',
      eventTime: '2026-11-20T14:00:00Z',
      eventSource: 'iam.amazonaws.com',
      eventName: 'CreateUser',
      recipientAccountId: '111122223333',
      userIdentity: { type: 'Root', accountId: '111122223333' },
    };
    // Big enough for a thread of its own.
    const big = JSON.stringify({ Records: [record], padding: 'x'.repeat(25 * 1024 * 1024) });
    await writeFile(join(project, 'a.json'), big);
    await writeFile(join(project, 'b.json'), big);
    const found = await node(command, 'scan', 'a.json', 'b.json', '--format', 'jsonl', '--min-level', 'high');
    expect(found.split('\n').filter((line) => line.includes('"Root credentials used"'))).toHaveLength(1);
  }, 60_000);

  test('holds the page: at most 70 KB of script and style when they are packed, one font, and what others’ work is under', async () => {
    const built = join(project, 'node_modules/trailwarden/dist/ui/built');
    expect((await readdir(built)).toSorted()).toEqual([
      'icon.svg',
      'index.html',
      'inter-400.woff2',
      'inter-600.woff2',
      'licences.txt',
      'page.css',
      'page.js',
    ]);
    const packed = async (name: string) => gzipSync(await readFile(join(built, name))).length;
    expect((await packed('page.js')) + (await packed('page.css')) + (await packed('index.html'))).toBeLessThan(
      70 * 1024,
    );
    const licences = await readFile(join(built, 'licences.txt'), 'utf8');
    for (const work of ['preact', '@preact/signals', 'uplot', 'SIL OPEN FONT LICENSE'])
      expect(licences).toContain(work);
    // No other host is named by what runs.
    expect(await readFile(join(built, 'page.js'), 'utf8')).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  test('gives people the page, which runs without what builds it', async () => {
    const command = join(project, 'node_modules/trailwarden/dist/bin/trailwarden.js');
    expect(await node(command, 'ui', '--help')).toContain('Usage: trailwarden ui');
    const program = `
      import { pageFiles } from './node_modules/trailwarden/dist/ui/server/page-files.js';
      console.log([...await pageFiles()].map(([name, { type }]) => name + ' ' + type).toSorted().join('\\n'));
    `;
    expect(await node('--input-type=module', '--eval', program)).toContain('page.js text/javascript; charset=utf-8');
  });
});
