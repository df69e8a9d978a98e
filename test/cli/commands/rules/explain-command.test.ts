import { iamUser, logObject } from '../../../support/records.ts';
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

describe('rules explain', () => {
  const HELPER = created({
    eventID: 'e-1',
    userIdentity: { ...iamUser('x'), arn: 'arn:aws:iam::111122223333:role/helper' },
  });

  test('draws the condition with what the event has and each verdict', async () => {
    const event = await folder.write('event.json', JSON.stringify(HELPER, null, 2));
    const { code, stdout } = await rules('explain', path('rules/user-created.yml'), event);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        '✗ IAM user created',
        '└─ ✗ and',
        '   ├─ ✓ created',
        '   │  └─ ✓ and',
        '   │     ├─ ✓ eventSource: iam.amazonaws.com  (event: "iam.amazonaws.com")',
        '   │     └─ ✓ eventName: CreateUser  (event: "CreateUser")',
        '   └─ ✗ not',
        '      └─ ✓ helper',
        '         └─ ✓ userIdentity.arn|contains: *:role/helper*  (event: "arn:aws:iam::111122223333:role/helper")',
        '',
      ].join('\n'),
    );
  });

  test('takes an event of a log object by its place, and a rule by its id, name or title', async () => {
    const file = await folder.write('log.json.gz', logObject([HELPER, created()]));
    for (const rule of ['11111111-1111-4111-8111-111111111111', 'user_created', 'IAM user created']) {
      const { stdout } = await rules('explain', rule, `${file}#1`, '--rules', path('rules'));
      expect(stdout).toMatch(/^✓ IAM user created/);
    }
    const { code, stderr } = await rules('explain', path('rules/user-created.yml'), file);
    expect(code).toBe(1);
    expect(stderr).toContain(`name one of them as ${file}#0 to #1`);
  });

  test('offers the rule that a mistyped name may mean', async () => {
    const event = await folder.write('event.json', JSON.stringify(created()));
    const near = await rules('explain', 'IAM user craeted', event, '--rules', path('rules'));
    expect(near.code).toBe(1);
    expect(near.stderr).toContain("Did you mean 'IAM user created'?");
    const far = await rules('explain', 'volcano', event, '--rules', path('rules'));
    expect(far.stderr).not.toContain('Did you mean');
    expect(far.stderr).toContain('trailwarden rules list');
  });

  test('explains the rules of a correlation', async () => {
    const file = await folder.write('many-users.yml', MANY_USERS);
    const event = await folder.write('event.json', JSON.stringify(created()));
    const { stdout } = await rules('explain', file, event, '--rules', path('rules'));
    expect(stdout).toMatch(/^✓ Many IAM users created\n└─ ✓ IAM user created\n/);
  });

  test('masks secrets and obeys no control characters, in a tree and in JSON', async () => {
    const rule = await folder.write(
      'rule.yml',
      USER_CREATED.replace(
        'eventName: CreateUser',
        'requestParameters.password|exists: true\n    requestParameters.note|contains: x',
      ),
    );
    const event = await folder.write(
      'event.json',
      JSON.stringify(created({ requestParameters: { password: 'hunter2', note: 'x\u001b[2J\u009b' } })),
    );
    for (const format of ['tree', 'json']) {
      const { stdout } = await rules('explain', rule, event, '--format', format);
      expect(stdout).toContain('requestParameters.password|exists');
      for (const hidden of ['hunter2', '\u001b', '\u009b']) expect(stdout).not.toContain(hidden);
    }
  });

  test('judges what is no whole record, and says so', async () => {
    const event = await folder.write('event.json', '{"eventSource":"iam.amazonaws.com","eventName":"CreateUser"}');
    const { stdout, stderr } = await rules('explain', path('rules/user-created.yml'), event);
    expect(stdout).toMatch(/^✓ IAM user created/);
    expect(stderr).toContain('Not a whole CloudTrail record');
  });

  test('refuses a rule that isn’t there', async () => {
    const { code, stderr } = await rules('explain', 'nothing', 'event.json', '--rules', path('rules'));
    expect(code).toBe(1);
    expect(stderr).toContain("no rule with the id, name or title 'nothing'");
  });
});
