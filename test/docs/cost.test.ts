import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { estimateCost } from '../../cli/commands/cost/estimate-cost.ts';
import { PRICES } from '../../cli/output/prices.ts';
import { runCommand } from '../cli/support/run-command.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');
const month = (eventsPerDay: number, retentionDays = 365): number =>
  Math.round(estimateCost({ eventsPerDay, retentionDays, accounts: 1, without: [] }).total.onDemand);

test.each(Object.entries(PRICES))('docs/cost.md names the price %s with its date', (name, { dollars, per, asOf }) => {
  expect(PAGE).toContain(`| \`${name}\` | ${dollars} | ${per} | ${asOf} |`);
});

test('docs/cost.md says of an ordinary account what the command says', () => {
  const [, year, first, tenth] =
    /About (\d+) USD a month[\s\S]*?about (\d+) USD in the first[\s\S]*?about (\d+) USD\./.exec(PAGE) ?? [];
  expect(Math.abs(Number(year) - month(100_000))).toBeLessThanOrEqual(2);
  // In the first month half of its days are stored on average.
  expect(Math.abs(Number(first) - month(100_000, 15))).toBeLessThanOrEqual(2);
  expect(Math.abs(Number(tenth) - month(10_000))).toBeLessThanOrEqual(1);
});

test('the commands of docs/cost.md run', async () => {
  const commands = [...PAGE.matchAll(/^trailwarden (.*)$/gm)].map(([, command = '']) => command.split(' '));
  expect(commands).toHaveLength(2);
  for (const command of commands) expect(await runCommand(command)).toMatchObject({ code: 0, stderr: '' });
});
