import { Command } from 'commander';
import type { Io } from '../../../output/process-io.ts';
import { backtestCommand } from '../backtest-command.ts';
import { checkCommand } from '../check-command.ts';
import { explainCommand } from '../explain-command.ts';
import { listCommand } from '../list-command.ts';
import { reportCommand } from '../report/report-command.ts';
import { testCommand } from '../test-command.ts';
import { runSuite } from '../test-suite.ts';
import { tuneCommand } from '../tune/tune-command.ts';

const COMMANDS = [checkCommand, testCommand, explainCommand, listCommand, backtestCommand, tuneCommand] as const;

/** `trailwarden rules`: the tools for authors of rules. */
export function rulesCommand(io: Io): Command {
  const command = new Command('rules').description(
    'Checks, tests, explains, lists, backtests, tunes and reports Sigma rules.',
  );
  for (const factory of COMMANDS) command.addCommand(factory(io));
  command.addCommand(reportCommand(io, runSuite));
  return command;
}
