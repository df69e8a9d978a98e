import { record } from '../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../support/run-command.ts';

const FILE_SYSTEM = 'fs-0123456789abcdef0';

describe('--max-reads', () => {
  let deployment: AskedDeployment;
  beforeAll(async () => {
    deployment = await startAskedDeployment();
    await deployment.put(
      Array.from({ length: 600 }, (_, index) =>
        record({
          eventID: `e-${index}`,
          eventTime: new Date(Date.UTC(2026, 10, 15) + index * 600_000).toISOString(),
          requestParameters: { fileSystemId: FILE_SYSTEM },
        }),
      ),
    );
  });
  afterAll(() => deployment.stop());

  const ask = (command: string, ...args: string[]) => runCommand([command, ...args, ...deployment.args]);

  test.each([
    ['events', '--all'],
    ['events', '--count'],
    ['events', '--limit', '500'],
    ['events', '--resource', FILE_SYSTEM, '--all'],
    ['events', '--outcome', 'denied'],
    ['timeline', FILE_SYSTEM],
  ])('says what all of it takes and prints no row: %s %s %s %s', async (command, ...args) => {
    const { code, stdout, stderr } = await ask(
      command,
      ...args.filter(Boolean),
      '--max-reads',
      '40',
      '--format',
      command === 'timeline' ? 'json' : 'csv',
    );
    expect(code).toBe(3);
    expect(stdout).toBe('');
    const [, read, whole] =
      /Stopped after (\d+) read units: --max-reads is 40\. The whole .* about (\d+)/.exec(stderr) ?? [];
    expect(Number(read)).toBeLessThanOrEqual(40);
    expect(Number(whole)).toBeGreaterThan(40);
    expect(Number(whole)).toBeLessThan(200);
  });

  test('estimates what a limit asks for, not the whole range', async () => {
    const { code, stdout, stderr } = await ask('events', '--limit', '20', '--max-reads', '40', '--format', 'jsonl');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'There are more than these 20: --limit, --all, --since, --count.\n',
    });
    expect(jsonLines(stdout)).toHaveLength(20);
  });

  test('says so where it doesn’t even do for an estimate', async () => {
    const { code, stdout, stderr } = await ask('events', '--all', '--max-reads', '2');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('too little to tell what the whole answer takes');
  });

  test('says what a longer answer takes before it is read, and is silent about a short one', async () => {
    const long = await ask('events', '--all', '--max-reads', '105', '--explain', '--format', 'jsonl');
    expect(long.code).toBe(0);
    expect(long.stderr).toMatch(/^This takes about \d+ read units; --max-reads is 105\.\nIndex +by-day/);
    expect(long.stderr).toMatch(/Estimate about \d+ units/);
    const short = await ask('events', '--all', '--explain', '--format', 'jsonl');
    expect(short.stderr).toMatch(/^Index/);
    expect(short.stderr).toContain('Estimate none');
  });
});
