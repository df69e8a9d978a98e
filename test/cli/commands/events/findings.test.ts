import { finding } from '../../../support/findings.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';

const ALICE = 'arn:aws:iam::111122223333:user/alice';

describe('trailwarden findings', () => {
  let deployment: AskedDeployment;
  beforeAll(async () => {
    deployment = await startAskedDeployment();
    await deployment.record(finding({ findingId: 'f-1', eventTime: '2026-11-19T23:59:59Z' }), 'alert-1');
    await deployment.record(finding({ findingId: 'f-2', eventTime: '2026-11-20T00:00:00Z' }), 'alert-1');
    await deployment.record(
      finding({
        findingId: 'f-3',
        level: 'low',
        actor: ALICE,
        actorKind: 'iam-user',
        ruleId: 'rule-2',
        title: 'Alice at night',
      }),
    );
    await deployment.record(finding({ findingId: 'f-4', eventTime: '2019-01-01T00:00:00Z', level: 'critical' }));
  });
  afterAll(() => deployment.stop());

  const ask = (...args: string[]) => runCommand(['findings', ...deployment.args, ...args]);
  const found = async (...args: string[]) =>
    jsonLines((await ask(...args, '--format', 'jsonl')).stdout).map(({ findingId }) => findingId);

  test.each([
    [[], ['f-3', 'f-2', 'f-1', 'f-4']],
    [['--oldest-first'], ['f-4', 'f-1', 'f-2', 'f-3']],
    [['--rule', 'rule-2'], ['f-3']],
    [
      ['--level', 'high'],
      ['f-2', 'f-1'],
    ],
    [
      ['--level', 'high', '--level', 'critical', '--until', '2026-11-19'],
      ['f-1', 'f-4'],
    ],
    [['--actor', ALICE], ['f-3']],
    [['--actor', '*user*'], ['f-3']],
    [['--actor', 'user/alice'], ['f-3']],
    [['--actor', 'alice'], ['f-3']],
    [['--alert', 'alert-1', '--since', '2026-11-20'], ['f-2']],
    [['--account', '4*'], []],
    [['--limit', '1'], ['f-3']],
  ])('answers %j', async (args, expected) => {
    expect(await found(...args)).toEqual(expected);
  });

  test('counts, and shows a table', async () => {
    expect((await ask('--count')).stdout).toBe('4\n');
    const { stdout } = await ask('--rule', 'rule-2');
    expect(stdout).toContain('Alice at night');
    expect(stdout).toContain('user/alice');
  });

  test.each([
    ['its id in capitals', 'RULE-2'],
    ['its title', 'alice AT night'],
    ['the beginning of its title', 'Alice at'],
  ])('finds a rule by %s', async (_, text) => {
    expect(await found('--rule', text)).toEqual(['f-3']);
  });

  test('refuses a rule that there is not, with the nearest', async () => {
    const { code, stdout, stderr } = await ask('--rule', 'Trail deletd');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain("Did you mean 'Trail deleted'?");
    expect((await ask('--rule', 'nope')).code).toBe(1);
  });

  test('counts by level, tactic, day, rule and actor, with bars on a terminal', async () => {
    const by = (...args: string[]) => ['findings', ...deployment.args, '--until', '2026-11-20', ...args];
    const { stdout } = await runCommand(by('--by', 'level', '--format', 'jsonl'));
    expect(jsonLines(stdout).map(({ value, count }) => [value, count])).toEqual(
      expect.arrayContaining([
        ['critical', 1],
        ['low', 1],
      ]),
    );
    expect(jsonLines(stdout)[0]).toMatchObject({ by: 'level', value: 'critical' });
    const tags = ['attack.persistence', 'attack.t1098', 'attack.impact'];
    await deployment.record(finding({ findingId: 'f-8', ruleId: 'rule-8', title: 'Tactics', tags }));
    const tactics = await runCommand(by('--rule', 'rule-8', '--by', 'tactic', '--by', 'day'), { columns: 100 });
    expect(tactics.stdout).toMatch(/By tactic, 2 values, 1 finding\n/);
    expect(tactics.stdout).toMatch(/│ 1 +│ 100\.0% │ impact +│ █{20} │/);
    expect(tactics.stdout).toContain('2026-11-20');
    expect(tactics.stdout).not.toContain('t1098');
    expect((await runCommand(by('--top', '3'))).code).toBe(2);
  });

  test('refuses an account that is none', async () => {
    const { code, stderr } = await ask('--account', '123');
    expect(code).toBe(2);
    expect(stderr).toContain('An account id has 12 digits');
  });

  test('never cuts an eventID, on a terminal of 80 columns', async () => {
    const eventID = '8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e';
    await deployment.record(finding({ findingId: 'f-5', ruleId: 'rule-5', eventID, title: 'Long title '.repeat(9) }));
    const { stdout } = await runCommand(['findings', ...deployment.args, '--rule', 'rule-5'], { columns: 80 });
    expect(stdout).toContain(eventID);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('shows a finding a line from 120 columns on, with what the next commands take, and a summary by rule', async () => {
    const eventID = '8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e';
    const title = 'A title that takes the room of two';
    await deployment.record(finding({ findingId: 'f-7', ruleId: 'rule-7', eventID, title, session: 'somebody-7' }));
    const { stdout } = await runCommand(['findings', ...deployment.args, '--rule', 'rule-7'], { columns: 120 });
    const lines = stdout.split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
    expect(lines.filter((line) => line.includes('2026-11-20')).length).toBe(1);
    expect(lines.find((line) => line.includes(eventID))).toContain('203.0.113.10');
    expect(lines[5]).toBe('');
    expect(lines[9]).toMatch(/^│ high +│ 1 +│ A title that takes the room of two │ rule-7 +│$/);
  });

  test('gives JSON that keeps what a finding has beside the known members', async () => {
    const [first] = jsonLines((await ask('--alert', 'alert-1', '--format', 'jsonl')).stdout);
    expect(first).toMatchObject({ matched: [{ field: 'userIdentity.type', value: 'Root' }], alertId: 'alert-1' });
    expect(first).not.toHaveProperty('levelDay');
  });
});
