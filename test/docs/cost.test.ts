import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { estimateCost } from '../../cli/commands/cost/estimate-cost.ts';
import { PRICES } from '../../cli/output/prices.ts';
import { runCommand } from '../cli/support/run-command.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');
const estimate = estimateCost({
  eventsPerDay: 100_000,
  retentionDays: 365,
  accounts: 1,
  eventsPerObject: 50,
  notableShare: 0.2,
});

test.each(Object.entries(PRICES))('docs/cost.md names the price %s with its date', (name, { dollars, per, asOf }) => {
  expect(PAGE).toContain(`| \`${name}\` | ${dollars} | ${per} | ${asOf} |`);
});

test.each([
  ['`index.rows: none`', estimate.perMillion.none],
  ['`index.rows: notable`', estimate.perMillion.notable],
  ['`index.rows: all`', estimate.perMillion.all],
  ['a row an event in seven indexes, no segments', estimate.perMillion.rowAnEvent],
  ['CloudWatch: 1.5 GB taken in, and kept compressed', estimate.perMillion.cloudwatch],
])('docs/cost.md says of %s what the command says', (name, dollars) => {
  expect(PAGE).toContain(`| ${name} | ${dollars.toFixed(2)} |`);
});

test('docs/cost.md says of an ordinary account what the command says', () => {
  const [, month, fixed, cloudwatch] =
    /About (\d+) USD a month[\s\S]*?about (\d+) USD are[\s\S]*?about (\d+) USD for/.exec(PAGE) ?? [];
  expect(Math.abs(Number(month) - estimate.month.notable)).toBeLessThanOrEqual(1);
  expect(Math.abs(Number(fixed) - estimate.fixed.reduce((sum, { dollars }) => sum + dollars, 0))).toBeLessThanOrEqual(
    1,
  );
  expect(Math.abs(Number(cloudwatch) - estimate.month.cloudwatch)).toBeLessThanOrEqual(1);
});

test('the commands of docs/cost.md run', async () => {
  const commands = [...PAGE.matchAll(/^trailwarden (.*)$/gm)].map(([, command = '']) => command.split(' '));
  expect(commands).toHaveLength(2);
  for (const command of commands) expect(await runCommand(command)).toMatchObject({ code: 0, stderr: '' });
});
