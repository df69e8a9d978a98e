import { Command, Option } from 'commander';
import { LEVELS, type Level } from '../../../lambda/detection/language/rule-set.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import { createFileProgress } from '../../inputs/file-progress.ts';
import { type FoundFiles, findRecordFiles } from '../../inputs/find-files.ts';
import { type KnownOptions, loadKnown, withKnown } from '../../inputs/known.ts';
import { loadRules, type RuleLoadOptions, withRules } from '../../inputs/load-rules.ts';
import { oneOf } from '../../options/repeatable.ts';
import { type AskedTimes, askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { renderTable } from '../../output/table.ts';
import type { ScanTotals } from './gather-results.ts';
import { type HistoryOptions, readHistory, withHistory } from './history-option.ts';
import type { JudgeThread } from './judge-thread.ts';
import type { ScanFinding } from './report/scan-finding.ts';
import { findingListing } from './report/scan-finding-listing.ts';
import { isAtLeast, SUMMARY_COLUMNS, Summary } from './report/scan-summary.ts';
import { countUnreadable, reportTotals, reportUnreadable } from './report-totals.ts';
import { scan, startThreads } from './scan-files.ts';

interface ScanCommandOptions extends RuleLoadOptions, KnownOptions, TimeOptions, HistoryOptions {
  readonly format: Format;
  readonly minLevel: Level;
  readonly failOn?: Level;
}

const HELP = `
PATH is a file, a folder with its subfolders, or - for standard input: log objects (.json.gz or .json), lists of records,
JSON lines, single records, what aws cloudtrail lookup-events prints; gzipped or not. Records that lack an id, a time or
an account are judged as far as they go; those without a time are shown last, and correlations leave them out.
Rules of type first_seen learn from the first record on for as long as they say; with --history from the first record
of that, which makes no findings.
stdout carries the findings alone, each once however often its event was delivered; everything else is on stderr.

Exit codes: 0 done, even if rules, files or records had to be left out (stderr says which); 1 with --fail-on if there
is a finding of that level or above, or if anything was left out, and always if no rule could be loaded; 2 the command
line is wrong, or files of records, rules or placeholders that it names aren't there or can't be read.

Examples:
  $ trailwarden scan ./AWSLogs
  $ trailwarden scan ./AWSLogs --rules ./rules --min-level high --since 7d
  $ trailwarden scan ./today --history ./AWSLogs
  $ aws cloudtrail lookup-events | trailwarden scan -
  $ trailwarden scan ./AWSLogs --fail-on high --format jsonl > findings.jsonl
`;

/** `trailwarden scan`: judges files of CloudTrail records by Sigma rules, without AWS. */
export function scanCommand(io: Io): Command {
  const command = new Command('scan')
    .description('Judges files and folders of CloudTrail records by Sigma rules, without AWS.')
    .argument('<path...>', 'files and folders of CloudTrail records');
  withFormat(withHistory(withTimes(withKnown(withRules(command)))))
    .addOption(oneOf(new Option('--min-level <level>', 'lowest level that is shown').default('informational'), LEVELS))
    .addOption(
      oneOf(new Option('--fail-on <level>', 'exit with 1 if there is a finding of this level or above'), LEVELS),
    )
    .addHelpText('after', HELP);
  return command.action((paths: readonly string[], options: ScanCommandOptions) => scanPaths(paths, options, io));
}

/** @throws CommandFailure for `--fail-on`, and where there is nothing to judge or to judge by. */
async function scanPaths(paths: readonly string[], options: ScanCommandOptions, io: Io): Promise<void> {
  const times = askedTimes(options, io.now());
  const found = await findRecordFiles(paths);
  // Before the rules are loaded, which takes as long as starting a thread.
  const threads = await startThreads(found.files);
  try {
    await scanFiles({ paths, ...found, ...times, threads }, options, io);
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

interface Asked extends FoundFiles, AskedTimes {
  readonly paths: readonly string[];
  readonly threads: readonly JudgeThread[];
}

async function scanFiles(asked: Asked, options: ScanCommandOptions, io: Io): Promise<void> {
  const { paths, files, unreadable, since, until, threads } = asked;
  const { format, minLevel, failOn } = options;
  const { ruleSet, problems } = await loadRules(options, io);
  const known = await loadKnown(options, io);
  if (files.length === 0) {
    reportUnreadable(unreadable, io);
    throw new CommandFailure(`There is no file of CloudTrail records in ${paths.join(', ')}.`, EXIT.usage);
  }
  const bounds = { ...(since && { since: since.getTime() }), ...(until && { until: until.getTime() }) };
  const history = await readHistory(options, ruleSet, io);
  const progress = await createFileProgress(files, format, io);
  const all = new Summary();
  const shown = new Summary();
  let totals: ScanTotals | undefined;
  const findings = async function* (): AsyncGenerator<ScanFinding> {
    const scanned = scan({
      ruleSet,
      files,
      bounds,
      known,
      threads,
      onFile: progress.done,
      ...(history && { history }),
    });
    try {
      for (;;) {
        const { done, value } = await scanned.next();
        if (done) {
          totals = value;
          return;
        }
        all.add(value);
        if (!isAtLeast(value.level, minLevel)) continue;
        shown.add(value);
        yield value;
      }
    } finally {
      // Before a table is drawn where the bar was.
      progress.stop();
    }
  };
  const rows = format === 'table' ? byTime(findings()) : findings();
  await printListing(rows, findingListing(options.zone, io.now()), format, io);
  const summary = shown.rules();
  const beside = format === 'table' ? io.stdout : io.stderr;
  const gap = format === 'table' ? '\n' : '';
  if (summary.length > 0) beside.write(`${gap}${renderTable(SUMMARY_COLUMNS, summary, beside)}`);
  if (totals === undefined) return;
  const missed = { ...totals, unreadableFiles: [...unreadable, ...totals.unreadableFiles] };
  reportTotals(missed, ruleSet.rules.length, shown, io);
  if (failOn === undefined) return;
  const failing = all.atLeast(failOn);
  if (failing > 0) throw new CommandFailure(`${counted(failing, 'finding')} of level ${failOn} or above`);
  const uncorrelated = ruleSet.rules.some(({ kind }) => kind === 'correlation') ? missed.undated : 0;
  if (countUnreadable(missed) + problems.length + uncorrelated > 0) {
    throw new CommandFailure(
      '--fail-on: not everything could be read and judged, so nothing can be said for all of it',
    );
  }
}

async function* byTime(findings: AsyncIterable<ScanFinding>): AsyncGenerator<ScanFinding> {
  const all: ScanFinding[] = [];
  for await (const finding of findings) all.push(finding);
  // The newest first, as everywhere; what has no time comes last.
  const timeOf = ({ eventTime }: ScanFinding): string => eventTime ?? '';
  yield* all.sort((a, b) => (timeOf(a) > timeOf(b) ? -1 : timeOf(a) < timeOf(b) ? 1 : 0));
}
