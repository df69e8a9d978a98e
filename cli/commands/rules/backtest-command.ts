import { Command, Option } from 'commander';
import type { RuleSet } from '../../../lambda/detection/index.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { chooseRules } from '../../inputs/choose-rules.ts';
import { createFileProgress } from '../../inputs/file-progress.ts';
import { findRecordFiles } from '../../inputs/find-files.ts';
import { type Known, type KnownOptions, loadKnown, withKnown } from '../../inputs/known.ts';
import { type RuleLoadOptions, withRules } from '../../inputs/load-rules.ts';
import { neededRules } from '../../inputs/needed-rules.ts';
import { readCount } from '../../options/repeatable.ts';
import { askedTimes, zoneOption } from '../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { jsonText } from '../../output/json.ts';
import type { Io } from '../../output/process-io.ts';
import { TIME_FORMS } from '../../time/parse-time.ts';
import type { Zone } from '../../time/time-zone.ts';
import { judgeDeployed } from '../scan/deployed-objects.ts';
import { gather, type ScanTotals, type Taught } from '../scan/gather-results.ts';
import { type HistoryOptions, readHistory, withHistory } from '../scan/history-option.ts';
import type { ScanFinding } from '../scan/report/scan-finding.ts';
import { Summary } from '../scan/report/scan-summary.ts';
import { reportTotals, reportUnreadable } from '../scan/report-totals.ts';
import { scan } from '../scan/scan-files.ts';
import { Backtest } from './backtest.ts';
import { backtestText } from './backtest-text.ts';

interface BacktestOptions extends RuleLoadOptions, KnownOptions, ConnectionOptions, HistoryOptions {
  readonly days?: number;
  readonly since?: string;
  readonly until?: string;
  readonly zone: Zone;
  readonly window: number;
  readonly format: 'text' | 'json';
}

const HELP = `
RULE is a rule file, or the id, name or title of a rule, or the beginning of one. The events are those in files (PATH,
as for scan), or with --days or --since those that the deployment has read: the ledger names the log objects of that time,
and their raw records are read from S3. A rule of type first_seen learns from the first of them on; with --history from
the first record of that.

Examples:
  $ trailwarden rules backtest rules/root/root-login.yml ./AWSLogs
  $ trailwarden rules backtest my-rule.yml --days 30
  $ trailwarden rules backtest my-rule.yml --since 2026-11-01 --until 2026-11-07
  $ trailwarden rules backtest 'Root signed in to the console' --days 90 --format json
`;

/** `trailwarden rules backtest`: what a rule would have done over past events. */
export function backtestCommand(io: Io): Command {
  const command = new Command('backtest')
    .description('Says how many alerts a rule would have sent: by day, by actor, with examples.')
    .argument('<rule>', 'rule file, or the id, name or title of a rule')
    .argument('[path...]', 'files and folders of CloudTrail records')
    .addOption(
      new Option('--days <count>', 'the last days that the deployment has read, in the place of files')
        .argParser(readCount)
        .conflicts(['since', 'until']),
    )
    .option('--since <time>', `the same from a time on: ${TIME_FORMS}`)
    .option('--until <time>', 'with --since, the end of the time; a day that is named is included')
    .addOption(zoneOption())
    .addOption(
      new Option('--window <minutes>', 'findings within it share an alert: alerts.windowMinutes of the deployment')
        .argParser(readCount)
        .default(15),
    )
    .addOption(new Option('--format <format>', 'form of the answer').choices(['text', 'json']).default('text'));
  return withConnection(withHistory(withKnown(withRules(command))))
    .addHelpText('after', HELP)
    .action((rule: string, paths: readonly string[], options: BacktestOptions) => backtest(rule, paths, options, io));
}

async function backtest(rule: string, paths: readonly string[], options: BacktestOptions, io: Io): Promise<void> {
  const { window, format } = options;
  const times = timesOf(options, io.now());
  if (paths.length > 0 === (times !== undefined)) {
    throw new CommandFailure('Give either files and folders, or --days or --since.', EXIT.usage);
  }
  const { ruleSet, chosen } = await chooseRules(rule, options, io);
  const known = await loadKnown(options, io);
  const wanted = new Set(chosen.flatMap(({ metadata }) => (metadata.finding ? metadata.id : [])));
  if (wanted.size === 0) throw new CommandFailure(`${rule} makes no findings of its own: backtest the correlation.`);
  const needed = neededRules(ruleSet, ({ metadata }) => wanted.has(metadata.id));
  const counts = new Backtest(window);
  const found = new Summary();
  const take = (finding: ScanFinding): void => {
    if (!wanted.has(finding.ruleId)) return;
    counts.add(finding);
    found.add(finding);
  };
  const history = await readHistory(options, needed, io);
  const judged = { ruleSet: needed, take, known, ...(history && { history }) };
  const totals = times === undefined ? await overFiles(paths, judged, io) : await overTime(times, judged, options, io);
  reportTotals(totals, wanted.size, found, io);
  const rules = chosen.flatMap(({ metadata: { id, title, level } }) =>
    wanted.has(id) ? { ruleId: id, title, level } : [],
  );
  const report = counts.report(rules, totals.judged);
  io.stdout.write(format === 'json' ? `${jsonText(report, 2)}\n` : backtestText(report, io));
}

interface Judged {
  readonly ruleSet: RuleSet;
  readonly take: (finding: ScanFinding) => void;
  readonly history?: Taught;
  readonly known?: Known;
}

async function overFiles(paths: readonly string[], { take, ...judged }: Judged, io: Io): Promise<ScanTotals> {
  const { files, unreadable } = await findRecordFiles(paths);
  reportUnreadable(unreadable, io);
  if (files.length === 0) throw new CommandFailure(`There is no file of CloudTrail records in ${paths.join(', ')}.`);
  const progress = await createFileProgress(files, 'table', io);
  try {
    return await drain(scan({ ...judged, files, onFile: progress.done }), take);
  } finally {
    progress.stop();
  }
}

const DAY_MILLISECONDS = 86_400_000;

interface BacktestTimes {
  readonly since: Date;
  readonly until: Date;
}

/** The time whose events are asked for; undefined where files are. @throws CommandFailure */
function timesOf({ days, ...options }: BacktestOptions, now: Date): BacktestTimes | undefined {
  if (days !== undefined) return { since: new Date(now.getTime() - days * DAY_MILLISECONDS), until: now };
  const { since, until = now } = askedTimes(options, now);
  if (since !== undefined) return { since, until };
  if (options.until !== undefined) throw new CommandFailure('--until goes with --since.', EXIT.usage);
  return undefined;
}

async function overTime(
  { since, until }: BacktestTimes,
  { ruleSet, take, history, known }: Judged,
  options: ConnectionOptions,
  io: Io,
): Promise<ScanTotals> {
  return await connected(options, (connection) =>
    drain(
      gather(judgeDeployed(connection, ruleSet, { since, until, now: io.now() }, known?.content), ruleSet, history),
      take,
    ),
  );
}

async function drain(findings: AsyncGenerator<ScanFinding, ScanTotals>, take: Judged['take']): Promise<ScanTotals> {
  for (;;) {
    const { done, value } = await findings.next();
    if (done) return value;
    take(value);
  }
}
