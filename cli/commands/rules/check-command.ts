import { Command } from 'commander';
import { formatProblem } from '../../../lambda/detection/index.ts';
import { counted, parseRulesAt, readPlaceholders, withPlaceholders } from '../../inputs/load-rules.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';

const HELP = `
Says everything that is wrong with every rule, a line a problem: file:line:column: what is wrong. Rules are checked
together, so that correlations and filters find the rules that they name. Exit codes: 0 nothing is wrong; 1 something is;
2 the command line is wrong.

Example:
  $ trailwarden rules check ./rules
`;

/** `trailwarden rules check`: every problem of every rule at once. */
export function checkCommand(io: Io): Command {
  const command = new Command('check')
    .description('Says everything that is wrong with rules, all of it at once.')
    .argument('<path...>', 'rule files, and folders with their subfolders');
  return withPlaceholders(command)
    .addHelpText('after', HELP)
    .action((paths: readonly string[], options: { readonly placeholders?: string }) => check(paths, options, io));
}

async function check(paths: readonly string[], options: { readonly placeholders?: string }, io: Io): Promise<void> {
  const { ruleSet, problems, skipped } = await parseRulesAt(paths, await readPlaceholders(options.placeholders));
  for (const problem of problems) io.stdout.write(`${printableLines(formatProblem(problem))}\n`);
  const others = skipped.length === 0 ? '' : `, ${counted(skipped.length, 'rule')} for other log sources skipped`;
  io.stderr.write(`${counted(ruleSet.rules.length, 'rule')} as they should be${others}\n`);
  if (problems.length > 0) throw new CommandFailure(counted(problems.length, 'problem'));
}
