import { finding } from '../../../../support/findings.ts';
import { record } from '../../../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../../../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../../../support/run-command.ts';

const ROOT_USE = 'Root credentials used';

let deployment: AskedDeployment;

beforeAll(async () => {
  deployment = await startAskedDeployment();
});
afterAll(() => deployment.stop());

async function report(framework: string, ...args: readonly string[]) {
  return runCommand(['rules', 'report', framework, ...deployment.args, ...args]);
}

async function idOf(title: string): Promise<string> {
  const rules = jsonLines((await runCommand(['rules', 'list', '--format', 'jsonl'])).stdout);
  return String(rules.find((rule) => rule.title === title)?.id);
}

describe('rules report', () => {
  test('tells of a control which rules support it, that their tests pass, and when they fired last', async () => {
    const ruleId = await idOf(ROOT_USE);
    const fired = finding({ ruleId, title: ROOT_USE, level: 'high' });
    await deployment.record({ ...fired, findingId: '1'.repeat(32), eventTime: '2026-11-10T08:00:00Z' });
    await deployment.record({ ...fired, findingId: '2'.repeat(32), eventTime: '2026-11-12T09:30:00Z' });
    const { code, stdout, stderr } = await report('cis-7.0', '--format', 'jsonl');
    expect({ code, rows: jsonLines(stdout).filter(({ title }) => title === ROOT_USE) }).toEqual({
      code: 0,
      rows: [
        expect.objectContaining({
          control: '5.3',
          asks: 'Use of root is noticed',
          supports: true,
          ruleId,
          testsFailed: 0,
          lastFired: '2026-11-12T09:30:00Z',
        }),
      ],
    });
    expect(new Set(jsonLines(stdout).map(({ control }) => control)).size).toBe(16);
    expect(jsonLines(stdout).find(({ title }) => title === 'CIS 4.13: route table changed')).not.toHaveProperty(
      'lastFired',
    );
    expect(stderr).toContain('CIS AWS Foundations Benchmark v7.0.0, monitoring: rules that support it.');
  }, 60_000);

  test('numbers the controls of the older version as that does, and names what no rule supports', async () => {
    const five = jsonLines((await report('cis-5.0', '--format', 'jsonl')).stdout);
    expect(five[0]).toMatchObject({ control: '4.1', title: 'CIS 4.1: unauthorized API call' });
    const pci = jsonLines((await report('pci-4.0.1', '--format', 'jsonl')).stdout);
    expect([...new Set(pci.map(({ control }) => control))]).toEqual([
      ...['10.2.1.1', '10.2.1.2', '10.2.1.3', '10.2.1.4', '10.2.1.5', '10.2.1.6', '10.2.1.7', '10.2.2'],
      ...['10.3', '10.4.1', '10.5.1', '10.7'],
    ]);
    expect(pci.find(({ control }) => control === '10.2.2')).toMatchObject({
      supports: false,
      beside: expect.stringContaining('audit index'),
    });
  }, 60_000);

  test('says for people whether the records of the time are complete, and never that anybody complies', async () => {
    const empty = await report('pci-4.0.1');
    expect(empty.stdout).toContain('0 log objects, 0 proved by digests; nothing was delivered.');
    await deployment.put([record()]);
    const { stdout } = await report('pci-4.0.1', '--since', '30d');
    expect(stdout).toMatch(/Root credentials used .* \d+ passed +2026-11-12 09:30/);
    expect(stdout).toMatch(/VPC flow logs deleted .* never/);
    expect(stdout.toLowerCase()).not.toContain('complian');
  }, 60_000);

  test('refuses a framework that it does not know', async () => {
    const { code, stderr } = await report('soc-2');
    expect(code).toBe(2);
    expect(stderr).toContain('cis-7.0');
  });
});
