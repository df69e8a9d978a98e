import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEPLOYED_STACKS } from '../../../../cli/commands/init/deployed-stacks.ts';
import { DEPLOYING_RIGHTS } from '../../../../cli/commands/init/deploying-rights.ts';
import { parseConfig, readConfig } from '../../../../lib/config/config-file.ts';
import { synthesize } from '../../../lib/support/deployment.ts';
import { expectGolden } from '../../../support/golden.ts';
import { runCommand, type Surroundings } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

let folder: TemporaryFolder;
let file: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'trailwarden.yaml');
});

afterEach(() => folder.remove());

const NOWHERE = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };
const init = (args: readonly string[], surroundings: Surroundings = {}) =>
  runCommand(['init', '--file', file, ...args], { ...surroundings, env: { ...NOWHERE, ...surroundings.env } });

test('with --yes, the file holds the name alone, and means the defaults', async () => {
  expect(await init(['--yes'])).toMatchObject({ code: 0, stderr: '' });
  expect(readConfig(folder.path, file)).toEqual(parseConfig('', 'nothing'));
  expect(await readFile(file, 'utf8')).toMatch(
    /^# The settings of this deployment[\s\S]*\n\ndeployment: trailwarden\n$/,
  );
});

test('what options say is in the file, as the app that deploys reads it', async () => {
  const options = [
    '--deployment',
    'blue',
    '--region',
    'eu-central-1',
    '--account',
    '012345678901',
    '--minimum-level',
    'high',
  ];
  const emails = ['--email', 'one@example.com', '--email', 'two@example.com'];
  expect(await init(['--yes', ...options, ...emails, '--retention', '1200'])).toMatchObject({ code: 0 });
  const told = ['one@example.com', 'two@example.com'];
  expect(readConfig(folder.path, file)).toMatchObject({
    deployment: 'blue',
    region: 'eu-central-1',
    account: '012345678901',
    retentionDays: 1200,
    logBucket: { expireDays: 1200 },
    alerts: { minimumLevel: 'high', emails: { critical: told, high: told, operations: told, medium: [], low: [] } },
  });
});

test('at a terminal it asks for what no option gives, and an empty line means what stands in brackets', async () => {
  const answers = ['', '', '', 'ops@example.com', 'medium', '', ''];
  const { code, stdout } = await init([], { answers, env: { AWS_REGION: 'us-east-2' } });
  expect(code).toBe(0);
  expect(stdout).toContain('[trailwarden]: ');
  expect(stdout).toContain('[us-east-2]: ');
  expect(readConfig(folder.path, file)).toMatchObject({
    deployment: 'trailwarden',
    region: 'us-east-2',
    retentionDays: 365,
    alerts: { minimumLevel: 'medium', emails: { operations: ['ops@example.com'] } },
  });
});

test('what an option gives is not asked for', async () => {
  const { stdout } = await init(['--deployment', 'green'], { answers: ['', '', '', '', '', ''] });
  expect(stdout).not.toContain('Name of the deployment');
  expect(readConfig(folder.path, file).deployment).toBe('green');
});

test('an answer that can not be deployed is asked for again, with what is wrong', async () => {
  const answers = [
    'Blue Team',
    'blue',
    'everywhere',
    '',
    '12',
    '',
    'nobody',
    'ops@example.com',
    'loud',
    'low',
    '0',
    '30',
    'many',
    '5000',
  ];
  const { code, stderr } = await init([], { answers });
  expect(code).toBe(0);
  const complaints = stderr.trim().split('\n');
  expect(complaints).toHaveLength(7);
  expect(complaints[0]).toMatch(/^deployment: must be 3 to 20 lower-case letters/);
  expect(complaints[3]).toBe('address 1: Invalid email address');
  expect(complaints.at(-1)).toMatch(/^events a day: must be a number/);
  expect(readConfig(folder.path, file)).toMatchObject({ deployment: 'blue', retentionDays: 30 });
});

test('options that can not be deployed are all named, and nothing is written', async () => {
  const { code, stderr } = await init([
    '--yes',
    '--region',
    'Europe',
    '--retention',
    'long',
    '--events-per-day',
    '1e6',
  ]);
  expect(code).toBe(2);
  for (const setting of ['region: ', 'retentionDays: ', 'events a day: ']) expect(stderr).toContain(`\n${setting}`);
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

test('a file that is there is left as it is, unless --force says otherwise', async () => {
  await folder.write('trailwarden.yaml', 'deployment: mine\n');
  const { code, stderr } = await init(['--yes']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('is there already') });
  expect(await readFile(file, 'utf8')).toBe('deployment: mine\n');
  expect((await init(['--yes', '--force'])).code).toBe(0);
  expect(readConfig(folder.path, file).deployment).toBe('trailwarden');
});

test('it says what will be deployed, what that needs, what it costs and how to go on', async () => {
  const { stdout } = await init(['--yes', '--region', 'eu-central-1', '--events-per-day', '1000000']);
  expectGolden(join(__dirname, 'golden/plan.txt'), stdout.replaceAll(file, '<file>'));
});

test('the stacks are made of what it says', () => {
  const templates = synthesize();
  const byStack = {
    'log-archive': templates.logArchive,
    data: templates.data,
    audit: templates.audit,
    trail: templates.trail,
  };
  for (const { stack, resources } of DEPLOYED_STACKS) {
    for (const [type, count] of Object.entries(resources)) {
      expect({ stack, type, count: Object.keys(byStack[stack].findResources(type)).length }).toEqual({
        stack,
        type,
        count,
      });
    }
  }
});

/** Services whose name in IAM isn't the one of CloudFormation's types. */
const SERVICES: Readonly<Record<string, string>> = { applicationautoscaling: 'application-autoscaling', cdk: '' };

test('every service that the templates use is among the rights', () => {
  const { logArchive, data, audit, trail } = synthesize();
  const types = [logArchive, data, audit, trail].flatMap((template) =>
    Object.values<{ Type: string }>(template.toJSON().Resources ?? {}).map(
      ({ Type }) => Type.split('::')[1]?.toLowerCase() ?? '',
    ),
  );
  const named = JSON.stringify(DEPLOYING_RIGHTS);
  for (const service of new Set(types.map((type) => SERVICES[type] ?? type))) expect(named).toContain(service);
});
