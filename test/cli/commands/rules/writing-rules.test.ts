import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

/** The YAML blocks of a page that begin with the name of a file. */
function filesIn(page: string): { name: string; content: string }[] {
  return [...page.matchAll(/```yaml\n# (my-rules\/\S+)\n(.*?)```/gs)].map(([, name = '', content = '']) => ({
    name,
    content,
  }));
}

describe('docs/writing-rules.md', () => {
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const page = await readFile(join(__dirname, '../../../../docs/writing-rules.md'), 'utf8');
    for (const { name, content } of filesIn(page)) await folder.write(name, content);
  });
  afterAll(() => folder.remove());

  test('shows rules, and tests that they pass', async () => {
    const rules = join(folder.path, 'my-rules');
    const { code, stdout } = await runCommand(['rules', 'test', rules]);
    expect(stdout).toBe(
      `${rules}/ssh-open.yml:1: no tests: SSH opened to the world\n7 tests passed, 0 failed, 1 rule without tests\n`,
    );
    expect(code).toBe(0);
  });

  test('shows how a rule is explained', async () => {
    const page = await readFile(join(__dirname, '../../../../docs/writing-rules.md'), 'utf8');
    const [, explanation] = /```text\n(.*?)```/s.exec(page) ?? [];
    const event = {
      eventSource: 'iam.amazonaws.com',
      eventName: 'CreateUser',
      eventID: 'e-1',
      eventTime: '2026-11-20T14:00:00Z',
      recipientAccountId: '111122223333',
      userIdentity: { type: 'AWSService', invokedBy: 'cloudformation.amazonaws.com' },
    };
    const file = await folder.write('event.json', JSON.stringify(event));
    const rule = join(folder.path, 'my-rules/user-created.yml');
    expect((await runCommand(['rules', 'explain', rule, file])).stdout).toBe(explanation);
  });
});
