import { join } from 'node:path';
import { NEEDED_POLICIES } from '../../../cli/aws/needed-policy.ts';
import { expectGolden } from '../../support/golden.ts';
import { runCommand } from '../support/run-command.ts';

/** The program, its groups, and every command: none is without a line in NEEDED_POLICIES, which has a test of its own. */
const COMMANDS = [
  ...new Set(['', ...Object.keys(NEEDED_POLICIES).flatMap((words) => [words.split(' ')[0] ?? '', words])]),
];

const COLUMNS = 125;

describe.each(COMMANDS)('the help of trailwarden %s', (words) => {
  const help = async () => {
    const { code, stdout, stderr } = await runCommand([...words.split(' ').filter(Boolean), '--help'], {
      columns: COLUMNS,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };

  test('is what it was', async () => {
    expectGolden(
      join(__dirname, 'help', `${words === '' ? 'trailwarden' : words.replaceAll(' ', '-')}.txt`),
      await help(),
    );
  });

  test(`fits into ${COLUMNS} columns and two screens`, async () => {
    const lines = (await help()).split('\n');
    expect(lines.filter((line) => line.length > COLUMNS)).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(100);
  });
});
