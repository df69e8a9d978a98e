import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AuditStack } from '../../../lib/audit/audit-stack.ts';
import { parseConfig } from '../../../lib/config/config-file.ts';
import { LogArchiveStack } from '../../../lib/log-archive/log-archive-stack.ts';
import { TrailStack } from '../../../lib/log-archive/trail-stack.ts';
import { DataStack } from '../../../lib/stores/data-stack.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..', '..');

/** The feature flags that a deploy has: without them constructs behave differently. */
function context(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(PROJECT_ROOT, 'cdk.json'), 'utf8')).context;
}

/**
 * An app with the flags of cdk.json, in which functions aren't bundled. Its templates aren't validated, which takes more
 * time than all else: `npm run synth` and the tests of the app itself do that.
 */
export function createApp(): App {
  return new App({
    context: { ...context(), 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: false,
    analyticsReporting: false,
    outdir: folderOf({}),
  });
}

export const RULE = `
title: A table was deleted
id: 0b1f9f4e-54f3-4d0c-8d5f-5a2f4f1c2b11
status: test
level: medium
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventSource: dynamodb.amazonaws.com
    eventName: DeleteTable
  condition: selection
`;

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A folder with the given files, outside of the project, until the tests of the file are over. */
export function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-test-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const ENV = { account: ACCOUNT, region: REGION };

/** The log archive and the trail alone, as they are deployed with the settings `yaml`. */
export function synthesizeLogArchive(yaml: string): { readonly logArchive: Template; readonly trail: Template } {
  const config = parseConfig(yaml, 'trailwarden.yaml');
  const app = createApp();
  const logArchive = new LogArchiveStack(app, 'log-archive', { env: ENV, config });
  const trail = new TrailStack(app, 'trail', { env: ENV, config, logArchive });
  return { logArchive: Template.fromStack(logArchive), trail: Template.fromStack(trail) };
}

const deployments = new Map<string, ReturnType<typeof synthesizeAnew>>();

/** All stacks as they are deployed with the settings `yaml`, over one rule: made once for the same settings. */
export function synthesize(yaml = '', region = REGION): ReturnType<typeof synthesizeAnew> {
  const name = `${region} ${yaml}`;
  const deployment = deployments.get(name) ?? synthesizeAnew(yaml, { ...ENV, region });
  deployments.set(name, deployment);
  return deployment;
}

function synthesizeAnew(yaml: string, env: typeof ENV) {
  const app = createApp();
  const config = parseConfig(yaml, 'trailwarden.yaml');
  const logArchiveStack = new LogArchiveStack(app, 'log-archive', { env, config });
  const defaultRules = folderOf({ 'table.yml': RULE });
  const dataStack = new DataStack(app, 'data', { env, config, logArchive: logArchiveStack });
  const auditStack = new AuditStack(app, 'audit', {
    env,
    config,
    logArchive: logArchiveStack,
    data: dataStack,
    defaultRules,
  });
  const trailStack = new TrailStack(app, 'trail', { env, config, logArchive: logArchiveStack });
  const stacks = [logArchiveStack, dataStack, auditStack, trailStack];
  const [logArchive, data, audit, trail] = [
    Template.fromStack(logArchiveStack),
    Template.fromStack(dataStack),
    Template.fromStack(auditStack),
    Template.fromStack(trailStack),
  ];
  return { stacks, auditStack, logArchiveStack, logArchive, data, audit, trail };
}
