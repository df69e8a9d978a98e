import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { createDetector, type RuleSet } from '../../../../lambda/detection/index.ts';
import type { DetectionRule } from '../../../../lambda/detection/language/rule-set.ts';
import { counted } from '../../../../lambda/shared/counted.ts';
import { ReadMeter } from '../../../../lambda/store/dynamo/queries/read-meter.ts';
import { type ConnectionOptions, connected, withConnection } from '../../../aws/connection.ts';
import { chooseRules } from '../../../inputs/choose-rules.ts';
import { reasonOf } from '../../../inputs/find-files.ts';
import { type RuleLoadOptions, withRules } from '../../../inputs/load-rules.ts';
import { neededRules } from '../../../inputs/needed-rules.ts';
import { readText, testFileOf } from '../../../inputs/rule-files.ts';
import { type ReadLimitOptions, withinReadLimit, withReadLimit } from '../../../options/read-limit.ts';
import { readCount } from '../../../options/repeatable.ts';
import { CommandFailure } from '../../../output/exit-codes.ts';
import { jsonText } from '../../../output/json.ts';
import type { Io } from '../../../output/process-io.ts';
import { parseTestFile, type TestFile } from '../test-file.ts';
import { hiddenBy, proposeFilter, type Tuned } from './propose-filter.ts';
import { readEvidence } from './read-evidence.ts';
import { tuneReport, tuneText } from './tune-report.ts';

interface TuneOptions extends RuleLoadOptions, ConnectionOptions, ReadLimitOptions {
  readonly days: number;
  readonly out?: string;
  readonly format: 'text' | 'json';
}

const DAY_MILLISECONDS = 86_400_000;

const HELP = `
RULE is a rule file, or the id, name or title of a rule, or the beginning of one: a detection rule, whose findings were
marked (trailwarden findings mark, or in the page). The filter is made of the marks alone, and names the actor and at least
one thing more. None is made that would hide a finding marked as true, or what a test beside the rule must find.
Put the file into a folder of rules.folders, or give it to scan with --rules, beside the rule.

Exit codes: 0 there is a filter; 1 there is none, and why; 2 the command line is wrong; 3 --max-reads was reached.

Examples:
  $ trailwarden rules tune 'Access key created for another user'
  $ trailwarden rules tune 6f2851ab --days 90 --out my-rules/known.yml
  $ trailwarden rules tune my-rules/rule.yml --format json
`;

/** `trailwarden rules tune`: a filter made of what people marked, and what it would have hidden. */
export function tuneCommand(io: Io): Command {
  const command = new Command('tune')
    .description('Proposes a filter from findings that were marked, and shows what it would have hidden.')
    .argument('<rule>', 'rule file, or the id, name or title of a rule')
    .addOption(
      new Option('--days <count>', 'show what the rule raised in the last days, before and after')
        .argParser(readCount)
        .default(30),
    )
    .option('--out <file>', 'write the filter to a file that is not there yet')
    .addOption(new Option('--format <format>', 'form of the answer').choices(['text', 'json']).default('text'));
  return withConnection(withReadLimit(withRules(command)))
    .addHelpText('after', HELP)
    .action((rule: string, options: TuneOptions) => tune(rule, options, io));
}

async function tune(named: string, options: TuneOptions, io: Io): Promise<void> {
  const { days, maxReads, out, format } = options;
  const { ruleSet, chosen } = await chooseRules(named, options, io);
  const rule = onlyRule(named, chosen);
  const now = io.now();
  await connected(options, async (connection) => {
    const asked = {
      ruleId: rule.metadata.id,
      since: new Date(now.getTime() - days * DAY_MILLISECONDS),
      now: io.now,
    };
    const findings = await withinReadLimit(() => readEvidence(connection, asked, new ReadMeter(maxReads)));
    const tuned: Tuned = {
      rule,
      needed: neededRules(ruleSet, ({ metadata }) => metadata.file === rule.metadata.file),
      tests: await testsOf(rule.metadata.file),
      severalActions: hasSeveralActions(ruleSet, rule),
      findings,
      day: now.toISOString().slice(0, 10),
    };
    const proposal = proposeFilter(tuned);
    const isHidden = proposal.filter === undefined ? () => false : hiddenBy(tuned, proposal.filter);
    const { id: ruleId, title, level } = rule.metadata;
    const report = tuneReport({
      rule: { ruleId, title, level },
      findings,
      proposal,
      isHidden: ({ event }) => isHidden(event),
      days,
    });
    if (out !== undefined && report.filter !== null) await writeNew(out, report.filter);
    io.stdout.write(format === 'json' ? `${jsonText(report, 2)}\n` : tuneText(report, io));
    if (out !== undefined && report.filter !== null) io.stderr.write(`The filter is in ${out}.\n`);
    if (report.filter === null) throw new CommandFailure(whyNone(report.marks.false, proposal.refused.length));
  });
}

function whyNone(markedFalse: number, refused: number): string {
  if (markedFalse === 0) {
    return 'There is no filter to propose: no finding of the rule is marked as false. trailwarden findings mark does that.';
  }
  return refused === 0
    ? 'There is no filter to propose: no record of a finding marked as false can be read any more.'
    : 'There is no filter to propose: each one would hide too much, as said above.';
}

/** @throws CommandFailure if several rules are meant, or one that no filter can narrow. */
function onlyRule(named: string, chosen: readonly RuleSet['rules'][number][]): DetectionRule {
  const finding = chosen.filter(({ metadata }) => metadata.finding);
  const [rule, other] = finding.length > 0 ? finding : chosen;
  if (rule === undefined || other !== undefined) {
    throw new CommandFailure(
      `'${named}' means ${counted(finding.length, 'rule')} that make findings: name one of them by its id.`,
    );
  }
  if (rule.kind !== 'detection') {
    throw new CommandFailure(
      `'${rule.metadata.title}' is a correlation, and a filter narrows detection rules: tune one of those that it names.`,
    );
  }
  return rule;
}

function hasSeveralActions(ruleSet: RuleSet, { metadata: { id } }: DetectionRule): boolean {
  const actions = createDetector(ruleSet).rules.find((rule) => rule.id === id)?.actions ?? [];
  return actions.length !== 1 || actions.some((action) => action.includes('*'));
}

/** The tests beside a rule; undefined if there are none. @throws CommandFailure if they can't be read. */
async function testsOf(file: string): Promise<TestFile | undefined> {
  const testFile = testFileOf(file);
  if (!existsSync(testFile)) return undefined;
  const parsed = parseTestFile(testFile, await readText(testFile));
  if (parsed.ok) return parsed.content;
  throw new CommandFailure(`${testFile} has problems: trailwarden rules test ${file} names them.`);
}

async function writeNew(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: 'wx' }).catch((error: unknown) => {
    throw new CommandFailure(`${file} can't be written: ${reasonOf(error)}`);
  });
}
