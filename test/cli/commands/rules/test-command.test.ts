import { runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { MANY_USERS, USER_CREATED } from './support/user-created.ts';

let folder: TemporaryFolder;
const path = (name: string) => `${folder.path}/${name}`;
const rules = (command: string, ...args: string[]) => runCommand(['rules', command, ...args]);

beforeEach(async () => {
  folder = await temporaryFolder();
  await folder.write('rules/user-created.yml', USER_CREATED);
});
afterEach(() => folder.remove());

describe('rules test', () => {
  const TESTS = `
defaults: { eventSource: iam.amazonaws.com, eventName: CreateUser, userIdentity: { type: IAMUser } }
tests:
- name: somebody creates a user
  match: true
  event: { userIdentity: { arn: 'arn:aws:iam::111122223333:user/alice' } }
- name: the helper does
  match: false
  event: { userIdentity: { arn: 'arn:aws:iam::111122223333:role/helper' } }
- name: a user is deleted
  match: false
  event: { eventName: DeleteUser }
`;

  test('runs the tests beside the rules, and names the rules that have none', async () => {
    await folder.write('rules/user-created.test.yml', TESTS);
    await folder.write('rules/root.yml', USER_CREATED.replaceAll('1', '4').replace('user_created', 'other'));
    const { code, stdout } = await rules('test', path('rules'));
    expect(code).toBe(0);
    expect(stdout).toBe(
      `${path('rules/root.yml')}:2: no tests: IAM user created\n3 tests passed, 0 failed, 1 rule without tests\n`,
    );
    expect((await rules('test', path('rules/user-created.test.yml'), '--verbose')).stdout).toContain(
      `passed ${path('rules/user-created.test.yml')}:4: somebody creates a user\n`,
    );
  });

  test('shows why an event doesn’t match that should, and the other way round', async () => {
    await folder.write('rules/user-created.test.yml', TESTS.replaceAll('match: false', 'match: true'));
    const { code, stdout, stderr } = await rules('test', path('rules'));
    expect(code).toBe(1);
    expect(stdout).toContain(
      `FAILED ${path('rules/user-created.test.yml')}:7: the helper does: does not match, and should`,
    );
    expect(stdout).toContain('✗ eventName: CreateUser  (event: "DeleteUser")');
    expect(stdout).toContain('1 test passed, 2 failed\n');
    expect(stderr).toContain('2 failures');
  });

  test('feeds events to correlations in time, and counts their findings', async () => {
    await folder.write('rules/many-users.yml', MANY_USERS);
    const events = (count: number, every: string) =>
      `[{ at: 2026-11-20T14:00:00Z, event: { userIdentity: { arn: 'arn:aws:iam::111122223333:user/a' } }, repeat: ${count}, every: ${every} }]`;
    const tests = [
      ['three', 3, '1m', 1],
      ['two', 2, '1m', 0],
      ['three in too long a time', 3, '10m', 0],
      ['as many as two windows hold', 24, '1m', 3],
    ] as const;
    const text = tests.map(
      ([name, count, every, findings]) =>
        `  - { name: ${name}, findings: ${findings}, events: ${events(count, every)} }`,
    );
    await folder.write(
      'rules/many-users.test.yml',
      `defaults: { eventSource: iam.amazonaws.com, eventName: CreateUser, userIdentity: { type: IAMUser } }\ntests:\n${text.join('\n')}\n`,
    );
    const { stdout } = await rules('test', path('rules'));
    expect(stdout).toBe('4 tests passed, 0 failed\n');
    await folder.write(
      'rules/many-users.test.yml',
      `tests:\n  - { name: none, findings: 2, events: [{ at: 2026-11-20T14:00:00Z }] }\n`,
    );
    expect((await rules('test', path('rules'))).stdout).toContain('none: 0 findings, where 2 should be');
  });

  test('finds the rule of a file with several that a test names', async () => {
    await folder.write('rules/user-created.yml', `${USER_CREATED}---${MANY_USERS}`);
    const rule = (name: string) =>
      `{ name: ${name}, rule: ${name}, match: true, event: { eventSource: iam.amazonaws.com, eventName: CreateUser } }`;
    await folder.write('rules/user-created.test.yml', `tests:\n  - ${rule('user_created')}\n  - ${rule('nobody')}\n`);
    const { stdout } = await rules('test', path('rules'));
    expect(stdout).toContain("nobody: the rule file has no rule with the id, name or title 'nobody'");
    expect(stdout).toContain('no tests: Many IAM users created');
    expect(stdout).toContain('1 test passed, 1 failed, 1 rule without tests');
  });

  test('knows of addresses what the places of the tests say', async () => {
    const rule = USER_CREATED.replace(/eventName: CreateUser/, 'eventName: CreateUser\n    trailwarden.country: KP');
    await folder.write('rules/user-created.yml', rule);
    const test = (name: string, match: boolean, address: string) =>
      `- { name: ${name}, match: ${match}, event: { sourceIPAddress: ${address} } }`;
    await folder.write(
      'rules/user-created.test.yml',
      [
        'places: { 203.0.113.7: { country: KP, asn: AS64500 } }',
        'defaults: { eventSource: iam.amazonaws.com, eventName: CreateUser }',
        'tests:',
        test('from there', true, '203.0.113.7'),
        test('from elsewhere', false, '198.51.100.7'),
      ].join('\n'),
    );
    expect((await rules('test', path('rules'))).stdout).toContain('2 tests passed, 0 failed');
    await folder.write('rules/user-created.test.yml', 'places: { 203.0.113.7: { asn: 64500 } }\ntests: []');
    expect((await rules('test', path('rules'))).stdout).toContain('asn: ');
  });

  test('gives placeholders the values of the tests', async () => {
    await folder.write(
      'rules/user-created.yml',
      USER_CREATED.replace("contains: ':role/helper'", "expand: '%break_glass_roles%'"),
    );
    await folder.write('rules/user-created.test.yml', `placeholders: { break_glass_roles: ['*:role/helper'] }${TESTS}`);
    expect((await rules('test', path('rules'))).stdout).toContain('3 tests passed, 0 failed');
  });

  test.each<[string, string, string, RegExp]>([
    [
      'a test file that can’t be read',
      'user-created.test.yml',
      'tests:\n  - name: a\n    match: 1\n',
      /user-created\.test\.yml:3:5: match/,
    ],
    ['a test file without a rule', 'users-created.test.yml', TESTS, /users-created\.test\.yml: there is no rule file/],
    ['a rule that can’t be read', 'broken.yml', 'title: 1\n', /broken\.yml:1:1: /],
    [
      'an event that is none',
      'user-created.test.yml',
      'tests:\n  - { name: a, match: false, event: { eventTime: noon } }\n',
      /a: the event can't be read as a CloudTrail record: eventTime/,
    ],
  ])('fails because of %s', async (_what, file, text, message) => {
    await folder.write(`rules/${file}`, text);
    const { code, stdout } = await rules('test', path('rules'));
    expect(code).toBe(1);
    expect(stdout).toMatch(message);
  });

  test('passes for the default pack', async () => {
    const { code, stdout } = await rules('test');
    expect(stdout).toMatch(/\d{2,} tests passed, 0 failed/);
    expect(code).toBe(0);
  });
});
