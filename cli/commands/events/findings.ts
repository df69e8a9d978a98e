import { Command, Option } from 'commander';
import { createFindingQueries } from '../../../lambda/store/findings/finding-query.ts';
import type { IndexedFinding } from '../../../lambda/store/findings/indexed-finding.ts';
import { actorPatterns } from '../../../lambda/store/questions/incident/subject.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { resolveRules } from '../../inputs/resolve-rules.ts';
import { findingListing } from '../../listings/finding-listing.ts';
import { type FindingConditionOptions, withFindingConditions } from '../../options/finding-conditions.ts';
import { FirstOnes } from '../../options/first-ones.ts';
import { type ReadLimitOptions, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { readCount, severalOf } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { jsonText } from '../../output/json.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { renderTable } from '../../output/table.ts';
import { SUMMARY_COLUMNS, Summary } from '../scan/report/scan-summary.ts';
import { countFindings, FINDING_FACETS, type FindingFacet } from './count-findings.ts';
import { printFacets } from './facet-listing.ts';
import { markFindingCommand } from './mark-finding.ts';

interface FindingsOptions extends ConnectionOptions, FindingConditionOptions, TimeOptions, ReadLimitOptions {
  readonly format: Format;
  readonly limit: number;
  readonly all?: true;
  readonly count?: true;
  readonly oldestFirst?: true;
  readonly by?: readonly FindingFacet[];
  readonly top?: number;
}

const DEFAULT_TOP = 20;

const HELP = `
All conditions must hold; an option that is given twice means either value, and * stands for any characters. Exact
values of --alert, --rule and --actor are found by an index; without them, the levels are read day by day.
Times are those of the events. --by counts by rule, actor, level, tactic of ATT&CK or day (in UTC), with a bar a row on a
terminal; given several times, a table each.

Examples:
  $ trailwarden findings --level critical --level high --since 24h
  $ trailwarden findings --actor arn:aws:iam::111122223333:user/alice --all
  $ trailwarden findings --alert 5e0c…                     the findings that an alert stands for
  $ trailwarden findings --by rule --by tactic --since 7d
  $ trailwarden findings --since yesterday --format jsonl
  $ trailwarden findings mark 5e0c… false --reason 'Migration, CHG-1234'
`;

export function findingsCommand(io: Io): Command {
  const command = new Command('findings').description('Lists what rules found, the newest first.');
  withFindingConditions(command);
  withTimes(command)
    .addOption(new Option('--limit <count>', 'at most so many').argParser(readCount).default(50))
    .addOption(new Option('--all', 'however many there are').conflicts('limit'))
    .option('--count', 'say only how many there are')
    .option('--oldest-first', 'the oldest first')
    .addOption(
      severalOf(new Option('--by <what>', 'count by what findings have'), FINDING_FACETS).conflicts([
        'count',
        'limit',
        'all',
        'oldestFirst',
      ]),
    )
    .addOption(new Option('--top <count>', 'of each --by at most so many values (default: 20)').argParser(readCount));
  withReadLimit(withFormat(command));
  return withConnection(command)
    .addHelpText('after', HELP)
    .action((options: FindingsOptions) => list(options, io))
    .addCommand(markFindingCommand(io));
}

async function list(options: FindingsOptions, io: Io): Promise<void> {
  const { rule, level, actor, alert, account, format, all, count, limit, zone, by, top } = options;
  if (top !== undefined && by === undefined) throw new CommandFailure('--top goes with --by', EXIT.usage);
  const bound = all || count || by ? Number.POSITIVE_INFINITY : limit;
  const query = {
    conditions: { level, actor: actor?.flatMap(actorPatterns), alertId: alert, account },
    ...askedTimes(options, io.now()),
    order: options.oldestFirst ? ('oldest-first' as const) : ('newest-first' as const),
    limit: bound + 1,
    maxReadUnits: options.maxReads,
  };
  await connected(options, async ({ documents, tables }) => {
    const ruleId = rule && (await resolveRules(rule, {}, { documents, tables }, io));
    await withinReadLimit(async () => {
      const asked = { ...query, conditions: { ...query.conditions, ruleId } };
      const findings = new FirstOnes(createFindingQueries(documents, tables, io.now).search(asked), bound);
      if (by !== undefined) {
        await printFacets(await countFindings(findings, by, top ?? DEFAULT_TOP), format, zone, io, 'finding');
        return;
      }
      if (count) {
        let number = 0;
        for await (const _ of findings) number++;
        io.stdout.write(format === 'json' || format === 'jsonl' ? `${jsonText({ count: number })}\n` : `${number}\n`);
        return;
      }
      const summary = new Summary();
      await printListing(counted(findings, summary), findingListing(zone, io.now()), format, io);
      const rules = summary.rules();
      if (format === 'table' && rules.length > 0) {
        io.stdout.write(`\n${renderTable(SUMMARY_COLUMNS, rules, io.stdout)}`);
      }
      if (findings.hasMore) io.stderr.write(`There are more than these ${limit}: --limit, --all, --since, --count.\n`);
    });
  });
}

async function* counted(findings: AsyncIterable<IndexedFinding>, summary: Summary): AsyncGenerator<IndexedFinding> {
  for await (const finding of findings) {
    summary.add(finding);
    yield finding;
  }
}
