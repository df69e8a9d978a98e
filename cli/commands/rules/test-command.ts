import { Command } from 'commander';
import { formatProblem } from '../../../lambda/detection/index.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import { defaultRules, readPlaceholders, withPlaceholders } from '../../inputs/load-rules.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import { paintFor } from '../../output/text-style.ts';
import { drawExplanation } from './explain-tree.ts';
import { type FileOutcome, runSuite } from './test-suite.ts';

const HELP = `
The tests of rules/iam/user-created.yml are in rules/iam/user-created.test.yml; docs/writing-rules.md describes them.
Rules without tests are named. Exit codes: 0 all tests passed; 1 some didn't, or a rule or a test can't be read;
2 the command line is wrong.

Examples:
  $ trailwarden rules test                         the default pack
  $ trailwarden rules test ./rules
  $ trailwarden rules test ./rules/iam/user-created.yml --verbose
`;

interface TestOptions {
  readonly placeholders?: string;
  readonly verbose?: true;
}

/** `trailwarden rules test`: runs the tests beside the rules. */
export function testCommand(io: Io): Command {
  const command = new Command('test')
    .description('Runs the tests beside the rules.')
    .argument('[path...]', 'rule files, and folders with their subfolders (default: the default pack)')
    .option('--verbose', 'name the tests that passed, too');
  return withPlaceholders(command)
    .addHelpText('after', HELP)
    .action((paths: readonly string[], options: TestOptions) => test(paths, options, io));
}

async function test(paths: readonly string[], { placeholders, verbose }: TestOptions, io: Io): Promise<void> {
  const suite = await runSuite(paths.length === 0 ? [defaultRules()] : paths, await readPlaceholders(placeholders));
  const { files, problems, untested, orphans } = suite;
  const say = (line: string): void => io.stdout.write(`${line}\n`);
  for (const problem of problems) say(printableLines(formatProblem(problem)));
  for (const file of files) for (const line of outcomeLines(file, verbose === true, io)) say(line);
  for (const file of orphans) say(printableLines(`${file}: there is no rule file of this name beside it`));
  for (const { title, file, line } of untested) say(printableLines(`${file}:${line}: no tests: ${title}`));

  const outcomes = files.flatMap((file) => file.outcomes);
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  const without = untested.length === 0 ? '' : `, ${counted(untested.length, 'rule')} without tests`;
  say(`${counted(outcomes.length - failed, 'test')} passed, ${failed} failed${without}`);
  const wrong = failed + problems.length + orphans.length;
  if (wrong > 0)
    throw new CommandFailure(`${counted(failed + orphans.length, 'failure')}, ${counted(problems.length, 'problem')}`);
}

function outcomeLines({ testFile, outcomes }: FileOutcome, verbose: boolean, io: Io): string[] {
  const { colours } = io.stdout;
  const paint = paintFor(colours);
  return outcomes.flatMap(({ name, line, failure, explanation = [] }) => {
    const place = printableLines(`${testFile}:${line}: ${name}`);
    if (failure === undefined) return verbose ? [`${paint('passed', 'good')} ${place}`] : [];
    const why = explanation.map((node) => drawExplanation(node, colours).replace(/^/gm, '  '));
    return [`${paint('FAILED', 'bad')} ${place}: ${printableLines(failure)}`, ...why];
  });
}
