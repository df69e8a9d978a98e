import { putAll } from '../../../backfill/backfill-bed.ts';
import { madePast } from '../../../backfill/made-objects.ts';
import { useAwsEnvironment } from '../../../support/aws-environment.ts';
import { type Deployment, startDeployment } from '../../../support/deployment.ts';
import { type BackfillInAws, backfillInAws } from '../../support/backfill-in-aws.ts';
import { runCommand } from '../../support/run-command.ts';

const RULE = `
title: A table was deleted
id: rule-table
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    eventName: DeleteTable
  condition: selection
level: high
`;

const DAYS = ['--since', '2026-11-18', '--until', '2026-11-22'];
const past = madePast({ objects: 60, broken: 2, seed: 9 });

let deployment: Deployment;
let inAws: BackfillInAws;
let restore: () => void;

beforeEach(async () => {
  deployment = await startDeployment([RULE]);
  const { aws } = deployment;
  await putAll(aws.clients.s3, aws.resources.buckets.logs, past.objects);
  restore = useAwsEnvironment(aws);
  inAws = await backfillInAws(deployment);
}, 60_000);

afterEach(async () => {
  await inAws.settled();
  inAws.stop();
  restore();
  await deployment.aws.stop();
});

const command = (...args: readonly string[]) =>
  runCommand(['backfill', ...args, '--deployment', deployment.aws.resources.deployment]);

const runOf = (stdout: string): string => JSON.parse(stdout).run;

describe('trailwarden backfill', () => {
  test('says how much it is and what it costs, and leaves nothing behind with --dry-run', async () => {
    const { code, stdout } = await command(...DAYS, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^60 log objects to be read, 0\.\d MB, about \d+ events and \d+ findings\.\n3 batches, 2 at a time: about 1 minute\.\nAbout [\d,]+ write units, [\d,]+ read units and \d+ seconds of the function: 0\.00 USD at list price, and 0\.00 USD for pack afterwards\.\n$/,
    );
    expect(await inAws.bed.work.keys('')).toEqual([]);
    expect(await deployment.rows('ledger')).toEqual([]);
  });

  test('starts only when it is told to', async () => {
    expect(await command(...DAYS)).toMatchObject({ code: 1, stderr: expect.stringContaining('It was not started.') });
    expect(await inAws.bed.work.keys('')).toEqual([]);
  });

  test('runs to its end and prints the report', async () => {
    const { code, stdout, stderr } = await command(...DAYS, '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) });
    expect(stderr).toContain('and goes on if you leave.');
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('60 log objects: 58 read, 2 rejected, 0 read before, 0 left.');
    expect(lines[1]).toContain(`${past.records.length} records: ${past.records.length} events, 0 rejected.`);
    expect(lines[2]).toMatch(/^3 of 3 batches\. /);
    expect(lines.slice(3, 5).every((line) => line.startsWith('rejected: AWSLogs/'))).toBe(true);
  }, 60_000);

  test('counts what was read before in the estimate, and finds nothing more to do', async () => {
    await command(...DAYS, '--yes');
    const { code, stderr } = await command(...DAYS, '--yes');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('There is nothing to be read.') });
    expect((await command(...DAYS, '--dry-run')).stdout).toContain('60 more were read before');
  }, 60_000);

  test('leaves at once with --no-wait; status, stop and resume know it by its name', async () => {
    const left = await command(...DAYS, '--yes', '--no-wait');
    const run = left.stdout.trim();
    expect(run).toMatch(/^20261121t120000-[0-9a-f]{4}$/);
    await inAws.settled();
    expect((await command('status')).stdout).toContain('60 log objects: 58 read, 2 rejected');
    expect((await command('status', run)).stderr).toMatch(new RegExp(`^${run}: succeeded, begun `));
    expect(await command('stop', run)).toMatchObject({ code: 1, stderr: expect.stringContaining('is over already') });
    const resumed = await command('resume', run, '--format', 'json');
    expect({ code: resumed.code, run: runOf(resumed.stdout) }).toEqual({ code: 0, run });
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      attempt: 2,
      report: { objects: 60, closed: 58, rejected: 2, before: 0, left: 0 },
    });
  }, 60_000);

  test('judges the past by one rule, and says so of a rule that is not deployed', async () => {
    const unknown = await command(...DAYS, '--rules-only', '--rule', 'rule-none', '--yes');
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No deployed rule has the id rule-none'),
    });
    const { code, stdout } = await command(
      ...DAYS,
      '--rules-only',
      '--rule',
      'rule-table',
      '--yes',
      '--format',
      'json',
    );
    const deleted = past.records.filter(({ eventName }) => eventName === 'DeleteTable').length;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).report).toMatchObject({ findings: deleted, closed: 58, rejected: 2 });
    expect(await deployment.rows('findings')).toHaveLength(deleted);
    expect(await deployment.indexed()).toEqual([]);
    expect(await deployment.rows('ledger')).toEqual([]);
  }, 60_000);

  test.each([
    [['--until', '2026-11-22'], 'needs --since'],
    [['--since', '2026-11-22', '--until', '2026-11-20'], 'is after --until'],
    [[...DAYS, '--rules-only'], '--rules-only and --rule go together'],
    [[...DAYS, '--rule', 'x'], '--rules-only and --rule go together'],
    [[...DAYS, '--accounts', '1234'], 'is not an account id'],
    [['--since', 'some day'], 'is not a time'],
    [[...DAYS, '--tolerated-failures', '101'], 'Write 0 to 100'],
  ])('refuses %j', async (args, reason) => {
    expect(await command(...args, '--yes')).toMatchObject({ code: 2, stderr: expect.stringContaining(reason) });
  });

  test('says which backfill it does not know', async () => {
    expect(await command('status')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There was no backfill yet.'),
    });
    for (const asked of ['status', 'stop', 'resume']) {
      expect(await command(asked, 'none')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('There is no backfill none'),
      });
    }
  });
});
