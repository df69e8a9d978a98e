import { existsSync } from 'node:fs';
import { record } from '../../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { runCommand } from '../../support/run-command.ts';

describe('trailwarden ui', () => {
  let deployment: AskedDeployment;
  let named: readonly string[];
  beforeAll(async () => {
    deployment = await startAskedDeployment();
    await deployment.put([record()]);
    named = ['--deployment', deployment.aws.resources.deployment];
  });
  afterAll(() => deployment.stop());

  test('says which file opens the page, ends once nobody asks, and leaves no file behind', async () => {
    const { code, stdout, stderr } = await runCommand(['ui', ...named, '--no-open', '--idle', '1s']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^The page is on http:\/\/127\.0\.0\.1:\d+\. Enter opens another window/),
    });
    const [, file = ''] = /^Open within a minute: (.+open\.html)\n$/.exec(stdout) ?? [];
    expect(file).not.toBe('');
    expect(existsSync(file)).toBe(false);
    // Nothing that is printed opens the page.
    expect(stdout + stderr).not.toContain('token');
  });

  test('opens nothing where the deployment can’t be asked, and says why', async () => {
    const { code, stdout, stderr } = await runCommand(['ui', '--deployment', 'not-there', '--no-open', '--idle', '1s']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('There is no such table here.');
  });

  test('takes no more reads than --max-reads from the start', async () => {
    const { code, stderr } = await runCommand(['ui', ...named, '--no-open', '--idle', '1s', '--max-reads', '1']);
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('--max-reads is 1') });
  });

  test('refuses a time that is none', async () => {
    const { code, stderr } = await runCommand(['ui', ...named, '--idle', 'soon']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('Write 30m, 2h, 1d or 1h30m.') });
  });
});
