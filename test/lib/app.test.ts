import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { ACCOUNT, folderOf, REGION, RULE } from './support/deployment.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

/** Runs the app as the CDK's command line does, without bundling, and gives the stacks of its assembly. */
async function runApp(
  config: string,
  outdir = folderOf({}),
  script = 'app.ts',
): Promise<Record<string, { stackName: string | undefined }>> {
  const context = { ...z.record(z.string(), z.unknown()).parse(cdkJson().context), config };
  await promisify(execFile)(process.execPath, [join(PROJECT_ROOT, 'bin', script)], {
    cwd: PROJECT_ROOT,
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_DEFAULT_ACCOUNT: ACCOUNT,
      CDK_DEFAULT_REGION: REGION,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [] }),
    },
  });
  const manifest = z
    .object({
      artifacts: z.record(
        z.string(),
        z.object({ type: z.string(), properties: z.object({ stackName: z.string().optional() }).optional() }),
      ),
    })
    .parse(JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8')));
  return Object.fromEntries(
    Object.entries(manifest.artifacts)
      .filter(([, { type }]) => type === 'aws:cloudformation:stack')
      .map(([id, { properties }]) => [id, { stackName: properties?.stackName }]),
  );
}

function cdkJson(): { context?: unknown } {
  return JSON.parse(readFileSync(join(PROJECT_ROOT, 'cdk.json'), 'utf8'));
}

describe('the app', () => {
  jest.setTimeout(60_000);

  test('deploys all stacks with the settings of the file that -c config names', async () => {
    // With all that is optional: the templates are validated here.
    const folder = folderOf({
      'blue.yaml':
        '{ deployment: blue, alerts: { chat: true, channels: [{ name: team, type: slack, secret: { secretsManager: trailwarden/slack } }] }, trail: { keyPrefix: org/audit }, index: { rows: all, pageShards: 8 } }',
    });
    expect(Object.keys(await runApp(join(folder, 'blue.yaml')))).toEqual([
      'blue-log-archive',
      'blue-data',
      'blue-audit',
      'blue-trail',
    ]);
  });

  const EXISTING = `{ deployment: blue, account: '${ACCOUNT}', region: ${REGION}, sources: [
    { name: far, type: bucket, bucket: far-logs, account: '444455556666', region: sa-east-1, notification: eventbridge, access: role },
    { name: lz, type: log-archive, bucket: lz-logs, account: '555566667777', topic: 'arn:aws:sns:${REGION}:666677778888:logs' }] }`;

  test('has no stack of a trail where trails are there already', async () => {
    const folder = folderOf({ 'blue.yaml': EXISTING });
    expect(Object.keys(await runApp(join(folder, 'blue.yaml')))).toEqual([
      'blue-log-archive',
      'blue-data',
      'blue-audit',
    ]);
  });

  test('of the sources has a stack for each account that needs one', async () => {
    const folder = folderOf({ 'blue.yaml': EXISTING });
    expect(Object.keys(await runApp(join(folder, 'blue.yaml'), folderOf({}), 'source.ts'))).toEqual([
      'blue-source-far',
      'blue-source-lz',
      'blue-source-lz-topic',
    ]);
  });

  test('writes assets that Lambda can read, whatever the umask of whoever deploys', async () => {
    const outdir = folderOf({});
    const before = process.umask(0o077);
    try {
      await runApp(join(folderOf({ 'blue.yaml': '{}' }), 'blue.yaml'), outdir);
    } finally {
      process.umask(before);
    }
    const rules = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('rules.json'),
    );
    expect(rules).toHaveLength(1);
    for (const name of rules) expect(statSync(join(outdir, name)).mode & 0o044).toBe(0o044);
  });

  test('fails for a broken rule of the configuration with its file and line', async () => {
    const folder = folderOf({
      'blue.yaml': 'rules: { folders: [.] }',
      'broken.yml': RULE.replace('condition: selection', 'condition: selektion'),
    });
    await expect(runApp(join(folder, 'blue.yaml'))).rejects.toThrow(/broken\.yml:\d+:\d+: /);
  });

  test('fails for a broken setting with its file and line', async () => {
    const folder = folderOf({ 'blue.yaml': 'deploymnt: blue' });
    await expect(runApp(join(folder, 'blue.yaml'))).rejects.toThrow(/blue\.yaml:1:1: deploymnt: unknown setting/);
  });
});
