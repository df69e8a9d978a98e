import { join } from 'node:path';
import { DERIVED_FIELDS } from '../../../../cli/commands/rules/words/known-fields.ts';
import { readPartialEvent } from '../../../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../../../../lambda/cloudtrail/derived-fields.ts';
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

describe('rules check', () => {
  test('is content with rules that are right', async () => {
    await folder.write('rules/many-users.yml', MANY_USERS);
    expect(await rules('check', path('rules'))).toEqual({
      code: 0,
      stdout: '',
      stderr: '2 rules as they should be\n',
    });
  });

  test('says every problem of every file at once, and where it stands', async () => {
    await folder.write(
      'rules/a.yml',
      USER_CREATED.replace('|contains', '|contians').replace('level: medium', 'level: meduim'),
    );
    await folder.write('rules/deeper/b.yaml', 'title: [\n');
    await folder.write('rules/c.yml', MANY_USERS.replace('user_created', 'user_craeted'));
    const { code, stdout, stderr } = await rules('check', path('rules'));
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/rules\/a\.yml:7:\d+: .*meduim.*medium/),
        expect.stringMatching(/rules\/a\.yml:15:\d+: .*contians.*contains/),
        expect.stringMatching(/rules\/deeper\/b\.yaml:\d+:\d+: not valid YAML/),
        expect.stringMatching(/rules\/c\.yml:7:\d+: .*user_craeted/),
      ]),
    );
    expect(stderr).toContain(`${lines.length} problems`);
  });

  test('counts the rules for other log sources', async () => {
    await folder.write(
      'rules/windows.yml',
      USER_CREATED.replace('product: aws, service: cloudtrail', 'product: windows')
        .replace(/1{8}/, '33333333')
        .replace('name: user_created', ''),
    );
    expect((await rules('check', path('rules'))).stderr).toContain('1 rule for other log sources skipped');
  });

  test('knows placeholders from a file, and refuses those that it doesn’t know', async () => {
    await folder.write(
      'rules/user-created.yml',
      USER_CREATED.replace("contains: ':role/helper'", "expand: '%helpers%'"),
    );
    const file = await folder.write('placeholders.yml', 'helpers: ["*:role/helper"]\n');
    expect((await rules('check', path('rules'))).stdout).toContain('helpers');
    expect((await rules('check', path('rules'), '--placeholders', file)).code).toBe(0);
    const broken = await folder.write('broken.yml', 'helpers: 5\n');
    expect((await rules('check', path('rules'), '--placeholders', broken)).code).toBe(2);
  });

  const words = (detection: string) =>
    `title: Words\nid: 33333333-3333-4333-8333-333333333333\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  sel:\n    ${detection}\n  condition: sel\n`;

  test.each([
    ['trailwarden.acces: write', 'there is no field trailwarden.acces; did you mean trailwarden.access?'],
    ['trailwarden.actor.kinds: root', 'did you mean trailwarden.actor.kind?'],
    ['trailwarden.access: writes', "trailwarden.access is never 'writes'"],
    ['trailwarden.access: [read, writes]', 'did you mean write?'],
  ])('takes %s for an error, because its list is closed', async (detection, message) => {
    await folder.write('words/a.yml', words(detection));
    const { code, stdout, stderr } = await rules('check', path('words'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: '0 rules as they should be\n1 problem\n' });
    expect(stdout).toMatch(/words\/a\.yml:6:\d+: error: /);
    expect(stdout).toContain(message);
  });

  test.each([
    ['eventSorce: iam.amazonaws.com', 'did you mean eventSource?'],
    ['userIdentity.sessionContext.sessionIsuer.arn: x', 'did you mean userIdentity.sessionContext.sessionIssuer?'],
    ['eventSource: iam.amazon.com', 'did you mean iam.amazonaws.com?'],
    ['eventSource: iam', 'did you mean iam.amazonaws.com?'],
  ])('warns of %s, and is content', async (detection, message) => {
    await folder.write('words/a.yml', words(detection));
    const { code, stdout, stderr } = await rules('check', path('words'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '1 rule as they should be, 1 warning\n' });
    expect(stdout).toMatch(/words\/a\.yml:6:\d+: warning: /);
    expect(stdout).toContain(message);
  });

  test.each([
    'eventSource|endswith: .amazon.com',
    "eventSource: '*.amazon.com'",
    'requestParameters.anything.goes: x',
    "trailwarden.access: 'wri*'",
    'trailwarden.mfa: false',
  ])('has nothing against %s', async (detection) => {
    await folder.write('words/a.yml', words(detection));
    expect(await rules('check', path('words'))).toMatchObject({ code: 0, stdout: '' });
  });

  test('has nothing against the default pack', async () => {
    expect(await rules('check', join(__dirname, '../../../../rules'))).toMatchObject({ code: 0, stdout: '' });
  });

  test('knows every field of the classification', () => {
    const receipt = { bucket: '', key: '', version: '', index: 0 };
    const derived = derivedFields(readPartialEvent({ eventName: 'CreateUser' }, receipt));
    expect(Object.keys(derived).sort()).toEqual(Object.keys(DERIVED_FIELDS).sort());
  });

  test.each(['nowhere', 'empty'])('refuses a path that is %s', async (name) => {
    await folder.write('empty/README.md', '');
    const { code, stderr } = await rules('check', path(name));
    expect(code).toBe(2);
    expect(stderr).toContain(path(name));
  });
});
