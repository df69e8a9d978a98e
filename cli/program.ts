import { Command, CommanderError } from 'commander';
import { awsAdvice } from './aws/aws-advice.ts';
import { indexAdvice } from './aws/index-advice.ts';
import { alertCommand } from './commands/alert/alert.ts';
import { completionCommand } from './commands/completion/completion.ts';
import { costCommand } from './commands/cost/cost.ts';
import { eventCommand } from './commands/events/event.ts';
import { eventsCommand } from './commands/events/events.ts';
import { findingsCommand } from './commands/events/findings.ts';
import { redriveCommand } from './commands/redrive/redrive.ts';
import { repackCommand } from './commands/repack/repack.ts';
import { rulesCommand } from './commands/rules/rules.ts';
import { scanCommand } from './commands/scan/scan.ts';
import { statusCommand } from './commands/status/status.ts';
import { suppressCommand } from './commands/suppress/suppress.ts';
import { timelineCommand } from './commands/trace/timeline-command.ts';
import { traceCommand } from './commands/trace/trace.ts';
import { verifyCommand } from './commands/verify/verify.ts';
import { CommandFailure, EXIT } from './output/exit-codes.ts';
import { ownVersion } from './output/own-version.ts';
import { printableLines } from './output/printable-lines.ts';
import type { Io } from './output/process-io.ts';

/** Makes one command, its options and help included. */
export type CommandFactory = (io: Io) => Command;

const COMMANDS: readonly CommandFactory[] = [
  eventsCommand,
  eventCommand,
  findingsCommand,
  alertCommand,
  suppressCommand,
  traceCommand,
  timelineCommand,
  costCommand,
  rulesCommand,
  scanCommand,
  redriveCommand,
  repackCommand,
  statusCommand,
  verifyCommand,
  completionCommand,
];

const HELP = `
Exit codes:
  0  done
  1  it couldn't be done, or what was asked for isn't there, or what was checked isn't right
  2  the command line is wrong
  3  --max-reads doesn't do for the answer: nothing was printed, or not everything
  4  a log object isn't what it was when it was indexed

Examples:
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
    await createProgram(io).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { message, exitCode } = explain(error);
    io.stderr.write(`${printableLines(message)}\n`);
    return exitCode;
  }
}

function createProgram(io: Io): Command {
  const program = new Command('trailwarden')
    .version(ownVersion(), '--version', 'says which version this is')
    .description('Asks the audit index of CloudTrail: who did what, from where, with which credentials.')
    .addHelpText('after', HELP);
  for (const factory of COMMANDS) program.addCommand(factory(io));
  for (const command of [program, ...descendants(program)]) settle(command, io);
  return program;
}

/** Every command writes to the given outputs and throws where it would end the process. */
function settle(command: Command, io: Io): void {
  command
    .exitOverride()
    .showHelpAfterError(`(${fullName(command)} --help says more)`)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => io.stdout.colours,
      getErrHasColors: () => io.stderr.colours,
    });
}

/** With the commands that it is below: `trailwarden rules check`. */
function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function descendants(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}

function explain(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommandFailure) return { message: error.message, exitCode: error.exitCode };
  const message = indexAdvice(error) ?? awsAdvice(error) ?? (error instanceof Error ? error.message : String(error));
  return { message, exitCode: EXIT.failure };
}
