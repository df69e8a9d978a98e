import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runningEndpoints } from '../../../local/deployment/data-folder.ts';
import { expectGolden } from '../../support/golden.ts';
import { runCommand } from '../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(__dirname, '../../..');
const SAMPLE = join(ROOT, 'local/sample');

const RULE = `
title: Root credentials changed tags
id: 6f2851ab-02e1-412c-9fd8-7f7d91dbb441
author: The platform team
tags: [attack.defense-evasion]
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    userIdentity.type: Root
    trailwarden.access: tagging
  condition: selection
level: high
`;

/** What programs read, of the sample as `npm start` leaves it: its shape changes only on purpose. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  events: ['events', '--since', '2023-01-01', '--limit', '6'],
  event: ['event', '0b6c8f64-3c21-4b8e-8a51-6d21f7b80004'],
  findings: ['findings', '--level', 'high', '--since', '2023-01-01', '--until', '2026-11-21', '--limit', '3'],
  timeline: ['timeline', 'fs-0a1b2c3d4e5f60718', '--since', '2023-01-01'],
  trace: ['trace', 'ASIASAMPLEROOT00001A', '--since', '2026-11-18'],
  status: ['status', '--since', '24h'],
  scan: ['scan', SAMPLE, '--rules', '<rules>'],
  'rules-list': ['rules', 'list', '<rules>'],
};
const JSON_ONLY: Readonly<Record<string, readonly string[]>> = {
  incident: ['incident', 'ASIASAMPLEROOT00001A'],
  cost: ['cost', '--events-per-day', '1000000'],
  'rules-explain': [
    'rules',
    'explain',
    '6f2851ab-02e1-412c-9fd8-7f7d91dbb441',
    '0b6c8f64-3c21-4b8e-8a51-6d21f7b80004',
    '--rules',
    '<rules>',
  ],
  'rules-backtest': ['rules', 'backtest', '6f2851ab-02e1-412c-9fd8-7f7d91dbb441', SAMPLE, '--rules', '<rules>'],
};
/** Every line is one object, whatever the format is called. */
const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  'export-events.jsonl': ['export', 'events', '--kind', 'root', '--format', 'jsonl'],
  'export-events-ocsf.jsonl': ['export', 'events', '--kind', 'root', '--format', 'ocsf'],
};
const CASES = [
  ...Object.entries(EXPORTS),
  ...Object.entries(COMMANDS).flatMap(([name, args]) =>
    ['json', 'jsonl'].map((format) => [`${name}.${format}`, [...args, '--format', format]] as const),
  ),
  ...Object.entries(JSON_ONLY).map(([name, args]) => [`${name}.json`, [...args, '--format', 'json']] as const),
];
/** They show no times, or show them only in UTC. */
const WITHOUT_ZONE = /^(cost|rules-\w+)\./;

/**
 * The answer without what differs from run to run: when it was, the order of members within a map of DynamoDB, and
 * what compression makes of the sample, which differs by zlib.
 */
function normalised(stdout: string, name: string, rules: string): string {
  const values = name.endsWith('.jsonl') ? stdout.trim().split('\n').map(parsed) : [parsed(stdout)];
  const text = values.map((value) => JSON.stringify(value, undefined, name.endsWith('.jsonl') ? 0 : 2)).join('\n');
  // The hours of delivery that `status` groups by are those of this run.
  const hours = [...new Set([...text.matchAll(/"hour": ?"([^"]*)"/g)].map(([, hour = '']) => hour))].toSorted();
  return `${text
    .replaceAll(
      /("hour": ?)"([^"]*)"/g,
      (_, member: string, hour: string) => `${member}"<hour ${hours.indexOf(hour) + 1}>"`,
    )
    .replaceAll(/("version": ?)"[0-9a-f]{32}"/g, '$1"<version>"')
    .replaceAll(/("(?:units|rows|requests)": ?)[\d.]+/g, '$1"<reads>"')
    .replaceAll(/("\w+At": ?)"\d{4}-[^"]*"/g, '$1"<now>"')
    .replaceAll(rules, '<rules>')
    .replaceAll(SAMPLE, '<sample>')}\n`;
}

/** Finds root once a session, and tells of the call that was read first: which one that is, no run knows before. */
const ONCE_A_SESSION = '7a5d5c94-bb04-4adc-867e-3a52a8562bd6';

/** JSON with the members of every object in the order of the alphabet, without findings of a session. */
function parsed(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown) => {
    if (Array.isArray(value)) return value.filter((member) => !isOfSession(member));
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
}

function isOfSession(member: unknown): boolean {
  return typeof member === 'object' && member !== null && 'ruleId' in member && member.ruleId === ONCE_A_SESSION;
}

describe('what programs read', () => {
  let folder: TemporaryFolder;
  let child: ChildProcess | undefined;
  const environment = { ...process.env };

  beforeAll(async () => {
    folder = await temporaryFolder();
    await folder.write('rules/root-tags.yml', RULE);
    const start = (...options: string[]): ChildProcess =>
      spawn(process.execPath, [join(ROOT, 'local/start.ts'), '--data', 'kept', ...options], {
        cwd: folder.path,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    let output = '';
    const heard = (started: ChildProcess): ChildProcess => {
      for (const stream of [started.stdout, started.stderr])
        stream?.on('data', (chunk) => {
          output += chunk;
        });
      return started;
    };
    const [code] = await once(heard(start()), 'close');
    if (code !== 0) throw new Error(`npm start ended with ${code}: ${output}`);
    child = heard(start('--serve'));
    while (!output.includes('Serving')) {
      if (child.exitCode !== null) throw new Error(`npm start --serve ended: ${output}`);
      await delay(50);
    }
    const endpoints = await runningEndpoints(join(folder.path, 'kept'));
    if (endpoints === undefined) throw new Error(`npm start doesn't serve: ${output}`);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
      AWS_ENDPOINT_URL_S3: endpoints.s3,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'embedded',
      AWS_SECRET_ACCESS_KEY: 'embedded',
    });
  }, 60_000);

  afterAll(async () => {
    process.env = environment;
    if (child?.exitCode === null) {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
    await folder.remove();
  });

  test.each(CASES)('%s is what it was', async (name, args) => {
    const rules = join(folder.path, 'rules');
    const zone = WITHOUT_ZONE.test(name) ? [] : ['--zone', 'UTC'];
    const { code, stdout, stderr } = await runCommand(
      [...args.map((arg) => (arg === '<rules>' ? rules : arg)), ...zone],
      {
        now: new Date(),
      },
    );
    // A failure says its reason.
    expect(code === 0 ? '' : stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(3);
    expectGolden(join(__dirname, 'files', `${name}.txt`), normalised(stdout, name, rules));
  });
});
