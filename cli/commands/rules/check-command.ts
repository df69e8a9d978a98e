import { Command } from 'commander';
import { formatProblem } from '../../../lambda/detection/index.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import { parseRulesAt, readPlaceholders, withPlaceholders } from '../../inputs/load-rules.ts';
import { readRuleFiles } from '../../inputs/rule-files.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import { checkWords } from './words/check-words.ts';

const HELP = `
Says everything that is wrong with every rule, a line a problem: file:line:column: what is wrong. Rules are checked
together, so that correlations and filters find the rules that they name. A field below trailwarden. that there is not, or
a value that it never has, is an error; a field or service that CloudTrail isn't known to write is a warning.

Exit codes: 0 nothing is wrong, warnings aside; 1 something is; 2 the command line is wrong.

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
  const words = (await readRuleFiles(paths)).flatMap(checkWords);
  for (const problem of problems) io.stdout.write(`${printableLines(formatProblem(problem))}\n`);
  for (const word of words) {
    const message = `${word.severity}: ${word.message}`;
    io.stdout.write(`${printableLines(formatProblem({ ...word, message }))}\n`);
  }
  const errors = words.filter(({ severity }) => severity === 'error');
  const warnings = words.length - errors.length;
  const wrong = new Set(errors.map(({ file, ruleLine }) => `${file}:${ruleLine}`));
  const right = ruleSet.rules.filter(({ metadata: { file, line } }) => !wrong.has(`${file}:${line}`));
  const others = skipped.length === 0 ? '' : `, ${counted(skipped.length, 'rule')} for other log sources skipped`;
  const warned = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`;
  io.stderr.write(`${counted(right.length, 'rule')} as they should be${others}${warned}\n`);
  const all = problems.length + errors.length;
  if (all > 0) throw new CommandFailure(counted(all, 'problem'));
}
