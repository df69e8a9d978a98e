import { jsonLines, runCommand } from '../../support/run-command.ts';
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

describe('rules list', () => {
  test('tells what each rule looks at', async () => {
    await folder.write('rules/many-users.yml', MANY_USERS);
    await folder.write(
      'rules/root.yml',
      USER_CREATED.replaceAll('1', '4')
        .replace('user_created', 'root')
        .replace(/created:.*helper$/ms, 'r: { userIdentity.arn|endswith: x }\n  condition: not r'),
    );
    const { stdout } = await rules('list', path('rules'), '--format', 'jsonl');
    expect(jsonLines(stdout)).toEqual([
      expect.objectContaining({
        title: 'Many IAM users created',
        level: 'high',
        kind: 'correlation',
        indexed: true,
        findings: true,
      }),
      expect.objectContaining({ title: 'IAM user created', actions: [], indexed: false, findings: true }),
      expect.objectContaining({
        id: '11111111-1111-4111-8111-111111111111',
        title: 'IAM user created',
        level: 'medium',
        attack: ['persistence', 'T1136.003'],
        actions: ['iam:CreateUser'],
        indexed: true,
        findings: false,
        author: 'somebody',
      }),
    ]);
    const table = (await rules('list', path('rules'))).stdout;
    expect(table).toMatch(
      /IAM user created .* medium +persistence T1136\.003 +iam:CreateUser +indexed, for correlations only/,
    );
    expect(table).toMatch(/IAM user created .* any action +always run/);
    expect(table).toMatch(/Many IAM users created .* what its rules find +correlation event_count, indexed/);
  });

  test('lists the rules that are right, and ends with 1 where others were rejected', async () => {
    await folder.write('rules/broken.yml', USER_CREATED.replaceAll('1', '5').replace('condition:', 'conditoin:'));
    const { code, stdout, stderr } = await rules('list', path('rules'), '--format', 'jsonl');
    expect(code).toBe(1);
    expect(jsonLines(stdout)).toHaveLength(1);
    expect(stderr).toMatch(/broken\.yml:\d+:\d+: [\s\S]*not every rule is listed/);
    expect((await rules('list', path('rules/user-created.yml'))).code).toBe(0);
  });
});
