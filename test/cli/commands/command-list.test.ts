import { COMMANDS } from '../../../cli/commands/command-list.ts';
import { run } from '../../../cli/program.ts';
import { runCommand } from '../support/run-command.ts';

const io = {
  stdout: { write: () => {}, isTerminal: false, columns: undefined, colours: false },
  stderr: { write: () => {}, isTerminal: false, columns: undefined, colours: false },
  env: {},
  now: () => new Date(),
};

test.each(COMMANDS)('$name is listed as it describes itself', async ({ name, takes, description, load }) => {
  const command = (await load())(io);
  expect({ name: command.name(), description: command.description() }).toEqual({ name, description });
  expect(command.createHelp().subcommandTerm(command)).toBe(`${name} ${takes}`.trim());
});

test('the list of commands is the same, whether their code was loaded or not', async () => {
  const { stdout } = await runCommand(['--help']);
  // All names are arguments: so all code is loaded.
  const loaded = await runCommand(['--help', ...COMMANDS.map(({ name }) => name)]);
  expect(loaded.stdout).toBe(stdout);
});

test('a command that doesn’t exist is refused', async () => {
  expect(await run(['scam'], io)).toBe(2);
});
