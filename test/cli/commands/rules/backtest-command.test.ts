import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { iamUser, logObject, record, root } from '../../../support/records.ts';
import { runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { created, MANY_USERS, USER_CREATED } from './support/user-created.ts';

let folder: TemporaryFolder;
const path = (name: string) => `${folder.path}/${name}`;
const rules = (command: string, ...args: string[]) => runCommand(['rules', command, ...args]);

beforeEach(async () => {
  folder = await temporaryFolder();
  await folder.write('rules/user-created.yml', USER_CREATED);
});
afterEach(() => folder.remove());

describe('rules backtest', () => {
  const at = (day: number, minute: number, user: string, members: JsonObject = {}): JsonObject =>
    created({ eventTime: `2026-11-${day}T10:${minute}:00Z`, userIdentity: iamUser(user), ...members });

  test('counts alerts as a deployment would send them, by day and by actor, with examples', async () => {
    const records = [
      at(17, 10, 'alice'),
      at(17, 11, 'alice'),
      at(17, 12, 'bob'),
      at(17, 31, 'alice'),
      at(19, 10, 'carol', { eventID: 'e-carol' }),
      at(19, 10, 'dave', { eventName: 'DeleteUser' }),
      record({ userIdentity: root() }),
    ];
    const file = await folder.write('log.json.gz', logObject(records));
    const { code, stdout, stderr } = await rules('backtest', path('rules/user-created.yml'), file, '--format', 'json');
    expect(code).toBe(0);
    const report: unknown = JSON.parse(stdout);
    const arn = (user: string) => `arn:aws:iam::111122223333:user/${user}`;
    expect(report).toEqual({
      rules: [{ ruleId: '11111111-1111-4111-8111-111111111111', title: 'IAM user created', level: 'medium' }],
      events: 7,
      findings: 5,
      alerts: 4,
      windowMinutes: 15,
      undated: 0,
      days: [
        { day: '2026-11-17', findings: 4, alerts: 3 },
        { day: '2026-11-18', findings: 0, alerts: 0 },
        { day: '2026-11-19', findings: 1, alerts: 1 },
      ],
      actors: [
        { actor: arn('alice'), findings: 3 },
        { actor: arn('bob'), findings: 1 },
        { actor: arn('carol'), findings: 1 },
      ],
      examples: [
        expect.objectContaining({ actor: arn('alice') }),
        expect.objectContaining({ actor: arn('carol'), eventID: 'e-carol' }),
        expect.objectContaining({ actor: arn('bob') }),
      ],
    });
    expect(stderr).toContain('7 events in 1 file judged by 1 rule: 5 findings (5 medium)');
    const text = (await rules('backtest', path('rules/user-created.yml'), file, '--window', '60')).stdout;
    expect(text).toContain('3 alerts of 5 findings in 7 events');
    expect(text).toMatch(
      /2026-11-17 {2}4 {2}█{40} {2}2 alerts\n2026-11-18 {2}0 {2}\n2026-11-19 {2}1 {2}█{10} {2}1 alert\n/,
    );
    expect(text).toMatch(/Most frequent actors\n {2}3 {2}arn:aws:iam::111122223333:user\/alice\n/);
  });

  test('says that informational rules send no alerts, and that nothing was found', async () => {
    const rule = await folder.write('rule.yml', USER_CREATED.replace('level: medium', 'level: informational'));
    const file = await folder.write('log.json.gz', logObject([created()]));
    const { stdout } = await rules('backtest', rule, file);
    expect(stdout).toContain('0 alerts of 1 finding in 1 event');
    expect(stdout).toContain('send no alerts');
    const other = await folder.write('other.json.gz', logObject([record()]));
    expect((await rules('backtest', rule, other)).stdout).toContain('0 alerts of 0 findings in 1 event');
  });

  test('backtests a correlation with the rules that it names', async () => {
    const rule = await folder.write('rules/many-users.yml', MANY_USERS);
    const file = await folder.write('log.json', JSON.stringify([10, 11, 12].map((minute) => at(17, minute, 'alice'))));
    const { stdout } = await rules('backtest', rule, file, '--rules', path('rules'), '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      findings: 1,
      alerts: 1,
      rules: [{ title: 'Many IAM users created' }],
    });
    const { code, stderr } = await rules('backtest', path('rules/user-created.yml'), file, '--rules', path('rules'));
    expect(code).toBe(1);
    expect(stderr).toContain('makes no findings of its own');
  });

  test.each([[[]], [['--days', '7', '.']], [['--since', '7d', '.']]])(
    'refuses neither files nor a time, and both: %j',
    async (args) => {
      const { code, stderr } = await rules('backtest', path('rules/user-created.yml'), ...args);
      expect(code).toBe(2);
      expect(stderr).toContain('either files and folders, or --days or --since');
    },
  );

  test('refuses an end without a beginning, and days beside a beginning', async () => {
    const rule = path('rules/user-created.yml');
    expect(await rules('backtest', rule, '--until', '7d')).toMatchObject({ code: 2 });
    expect(await rules('backtest', rule, '--days', '7', '--since', '7d')).toMatchObject({ code: 2 });
  });
});
