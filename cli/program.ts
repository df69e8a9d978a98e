import { Command, CommanderError } from 'commander';
import { explainError } from './aws/error-text.ts';
import { tellNeededPolicies } from './aws/needed-policy.ts';
import { COMMANDS, type ListedCommand } from './commands/command-list.ts';
import { EXIT } from './output/exit-codes.ts';
import { ownVersion } from './output/own-version.ts';
import { printableLines } from './output/printable-lines.ts';
import type { Io } from './output/process-io.ts';

/** It prints the options of all commands, so all of them are loaded for it. */
const COMPLETION = 'completion';

/** What stands before a command's arguments where it has options. */
const OPTIONS = '[options]';

const HELP = `
Exit codes:
  0  done; a list that has no line is an answer, too
  1  it couldn't be done, or what was named (an id, a key, a resource, a rule) isn't there, or what was checked isn't right
  2  the command line is wrong
  3  --max-reads doesn't do for the answer: nothing was printed, or not everything
  4  a log object isn't what it was when it was indexed

Examples:
  $ trailwarden incident AKIAIOSFODNN7EXAMPLE      the first ten minutes: also of an address, an actor, an alert
  $ trailwarden events --kind root --since 7d
  $ trailwarden events --by actor --by action --since 7d
  $ trailwarden event 8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e
  $ trailwarden timeline fs-0123456789abcdef0 --since 30d
  $ trailwarden trace ASIAIOSFODNN7EXAMPLE
  $ trailwarden findings --level critical --level high --since 24h
  $ trailwarden events --local --action 'fsx:*'    what npm start has read on this machine
`;

/**
 * Runs one command line.
 * @param args without node and the script.
 * @returns the exit code; never throws.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    await (await createProgram(args, io)).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { message, exitCode } = await explainError(error);
    io.stderr.write(`${printableLines(message)}\n`);
    return exitCode;
  }
}

/** Only commands that the arguments name are loaded: the code of all of them takes ten times as long as printing help. */
async function createProgram(args: readonly string[], io: Io): Promise<Command> {
  const program = new Command('trailwarden')
    .version(ownVersion(), '--version', 'says which version this is')
    .description('Asks the audit index of CloudTrail: who did what, from where, with which credentials.')
    .addHelpText('after', HELP);
  const isAsked = ({ name }: ListedCommand): boolean => args.includes(name) || args.includes(COMPLETION);
  for (const listed of COMMANDS) {
    program.addCommand(isAsked(listed) ? (await listed.load())(io) : standIn(listed));
  }
  tellNeededPolicies(program);
  for (const command of [program, ...descendants(program)]) settle(command, io);
  return program;
}

/** A command as the list of all commands shows it. */
function standIn({ name, takes, description }: ListedCommand): Command {
  const command = new Command(name).description(description);
  // Commander shows whether there are options, and not which.
  if (takes.startsWith(OPTIONS)) command.option('--any', 'one of the options');
  const names = takes.replace(OPTIONS, '').trim();
  return names === '' ? command : command.arguments(names);
}

/** Every command writes to the given outputs and throws where it would end the process. */
function settle(command: Command, io: Io): void {
  command
    .exitOverride()
    .showHelpAfterError(`(${wordsOf(command).join(' ')} --help says more)`)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => io.stdout.colours,
      getErrHasColors: () => io.stderr.colours,
    });
}

/** What is typed for a command: the program's name, the groups that it is in, its own name. */
function wordsOf(command: Command): readonly string[] {
  return [...(command.parent === null ? [] : wordsOf(command.parent)), command.name()];
}

function descendants(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}
