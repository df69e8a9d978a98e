import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const ROOT = join(__dirname, '../..');
const WORKFLOWS = join(ROOT, '.github/workflows');

const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));
const step = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const job = z.strictObject({
  uses: z.string().optional(),
  needs: z.string().optional(),
  strategy: z.looseObject({}).optional(),
  'runs-on': z.string().optional(),
  'timeout-minutes': z.int().positive().optional(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
  steps: z.array(step).optional(),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: z.looseObject({}).optional(),
  jobs: z.record(z.string(), job),
});

const read = (file: string) => workflow.parse(parse(readFileSync(join(WORKFLOWS, file), 'utf8')));
const stepsOf = (file: string) => Object.values(read(file).jobs).flatMap(({ steps = [] }) => steps);

describe.each(readdirSync(WORKFLOWS))('the workflow %s', (file) => {
  test('may write nothing by itself, and every job that runs has its time', () => {
    const { permissions: given, jobs } = read(file);
    expect(given).toEqual({ contents: 'read' });
    for (const one of Object.values(jobs)) expect(one.uses ?? one['timeout-minutes']).toBeDefined();
  });

  test('uses actions by the commit that was looked at, and workflows that are there', () => {
    const actions = stepsOf(file).flatMap(({ uses }) => uses ?? []);
    expect(actions.filter((uses) => !/@[0-9a-f]{40}$/.test(uses))).toEqual([]);
    for (const { uses } of Object.values(read(file).jobs))
      expect(uses === undefined || existsSync(join(ROOT, uses))).toBe(true);
  });

  test('leaves no credentials behind, and gives no script what a stranger may have written', () => {
    const steps = stepsOf(file);
    for (const { uses, with: options } of steps)
      if (uses?.startsWith('actions/checkout@')) expect(options).toMatchObject({ 'persist-credentials': false });
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });
});

test('CI runs what .ci/run does for pull requests, and on the oldest Node that package.json allows', () => {
  const ci = read('ci.yml');
  expect(Object.keys(ci.on)).toEqual(expect.arrayContaining(['push', 'pull_request', 'workflow_call']));
  expect(stepsOf('ci.yml').map(({ run }) => run)).toContain('bash .ci/run');
  const { engines } = z
    .object({ engines: z.object({ node: z.string() }) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  expect(ci.jobs.run?.strategy).toMatchObject({ matrix: { node: [engines.node.replace('>=', ''), '24'] } });
});

test('.nvmrc names the Node that npm scripts run on', () => {
  const { devDependencies } = z
    .object({ devDependencies: z.object({ node: z.string() }) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  expect(devDependencies.node.split('.')[0]).toBe(readFileSync(join(ROOT, '.nvmrc'), 'utf8').trim());
});

test('the package is published after CI, with provenance and without a token', () => {
  const { jobs, on } = read('publish.yml');
  expect(on).toEqual({ release: { types: ['published'] } });
  expect(jobs.ci?.uses).toBe('./.github/workflows/ci.yml');
  expect(jobs.publish).toMatchObject({ needs: 'ci', permissions: { contents: 'read', 'id-token': 'write' } });
  expect(jobs.publish?.steps?.at(-1)?.run).toBe('npm publish --provenance --access public');
  expect(readFileSync(join(WORKFLOWS, 'publish.yml'), 'utf8')).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/);
});
