import { Argument, Command } from 'commander';
import { createFindingQueries } from '../../../../lambda/store/findings/finding-query.ts';
import { AccountRegions } from '../../../../lambda/store/ledger/account-regions.ts';
import { DigestLedger } from '../../../../lambda/store/ledger/digest-ledger.ts';
import { ledgerStatus } from '../../../../lambda/store/ledger/ledger-status.ts';
import { packPlaceholders } from '../../../../rules/placeholders.ts';
import { type ConnectionOptions, connected, withConnection } from '../../../aws/connection.ts';
import { defaultRules, loadRules, type Placeholders } from '../../../inputs/load-rules.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../../output/exit-codes.ts';
import { printListing } from '../../../output/listing.ts';
import { type Format, withFormat } from '../../../output/output-format.ts';
import type { Io } from '../../../output/process-io.ts';
import { FRAMEWORKS, type FrameworkName } from './frameworks.ts';
import { completeness, periodText } from './period.ts';
import { supportListing } from './support-listing.ts';
import { supportRows, type TestedFiles } from './support-rows.ts';

/** Runs the tests beside the rules at some paths. */
type RunTests = (paths: readonly string[], placeholders: Placeholders) => Promise<TestedFiles>;

interface ReportOptions extends ConnectionOptions, TimeOptions {
  readonly format: Format;
}

const HELP = `
Of each control, in our own words: the rules of the default pack that support it, whether their tests pass, which run for
the report, and when they found something last. Below stands whether the records of the time are complete: read, and
proved by their digests, as the ledger has it. The time is the last 24 hours where nothing else is asked for.
A rule that supports a control doesn't show that anybody meets it: that is for your auditor to say.
Exit codes: 0 the report is whole; 1 tests of a rule failed; 2 the command line is wrong.

Examples:
  $ trailwarden rules report cis-7.0
  $ trailwarden rules report pci-4.0.1 --since 90d --format csv > support.csv
`;

const DEFAULT_MILLISECONDS = 24 * 3_600_000;

/** `trailwarden rules report`: which rules support which control. */
export function reportCommand(io: Io, runTests: RunTests): Command {
  const command = new Command('report')
    .description('Says which rules support which control of CIS or PCI DSS, and when they were tested and fired.')
    .addArgument(new Argument('<framework>', 'what to report about').choices(Object.keys(FRAMEWORKS)));
  withConnection(withFormat(withTimes(command))).addHelpText('after', HELP);
  return command.action((framework: FrameworkName, options: ReportOptions) => report(framework, options, runTests, io));
}

/** @throws CommandFailure if tests of a rule failed, once everything is told. */
async function report(framework: FrameworkName, options: ReportOptions, runTests: RunTests, io: Io): Promise<void> {
  const now = io.now();
  const { until = now, since = new Date(until.getTime() - DEFAULT_MILLISECONDS) } = askedTimes(options, now);
  if (since >= until) throw new CommandFailure('--since is not before now.', EXIT.usage);
  const { name, controls } = FRAMEWORKS[framework];
  const { ruleSet } = await loadRules({ rules: [defaultRules()] }, io);
  const suite = await runTests([defaultRules()], packPlaceholders());
  await connected(options, async ({ documents, tables }) => {
    const findings = createFindingQueries(documents, tables, io.now);
    const rows = await supportRows({
      controls,
      rules: ruleSet.rules.map(({ metadata }) => metadata),
      suite,
      lastFired: async (ruleId) => {
        for await (const { eventTime } of findings.search({ conditions: { ruleId: [ruleId] }, limit: 1 }))
          return eventTime;
        return undefined;
      },
    });
    const accountRegions = await new AccountRegions(documents, tables.ledger).list();
    const ledger = new DigestLedger(documents, tables.ledger);
    const { hours } = await ledgerStatus(ledger, accountRegions, { since, until, now });
    const period = completeness(hours, since, until);
    const shown = options.format === 'table' ? rows.filter(({ ruleId }) => ruleId !== undefined) : rows;
    await printListing(each(shown), supportListing(options.zone, now, period), options.format, io);
    const beside = options.format === 'table' ? io.stdout : io.stderr;
    beside.write(`\n${name}: rules that support it. ${periodText(period)}\n`);
    const besides = new Map(rows.flatMap(({ control, beside: also }) => (also === undefined ? [] : [[control, also]])));
    for (const [control, also] of besides) beside.write(`${control}: ${also}\n`);
    if (rows.some(({ testsFailed = 0 }) => testsFailed > 0))
      throw new CommandFailure('Tests of rules failed: trailwarden rules test says which.');
  });
}

async function* each<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}
