import { Command, Option } from 'commander';
import { ALERT_LEVELS } from '../../../lambda/runtime/environment.ts';
import type { AlertRow } from '../../../lambda/store/alerts/alert-row.ts';
import { AlertTable } from '../../../lambda/store/alerts/alert-table.ts';
import { createFindingQueries } from '../../../lambda/store/findings/finding-query.ts';
import { type Connection, type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { resolveRules } from '../../inputs/resolve-rules.ts';
import { FirstOnes } from '../../options/first-ones.ts';
import { type ReadLimitOptions, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { collect, readCount, severalOf } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { alertListing } from './alert-listing.ts';

interface ListOptions extends ConnectionOptions, TimeOptions, ReadLimitOptions {
  readonly rule?: readonly string[];
  readonly level?: readonly string[];
  readonly limit: number;
  readonly format: Format;
}

const HELP = `
An alert stands where the newest of its findings does; times are those of the events. Storms are shown by alert show,
which names the one that an alert went into.

Examples:
  $ trailwarden alert list
  $ trailwarden alert list --level critical --level high --since 24h
  $ trailwarden alert list --rule 'Trail deleted' --format jsonl
`;

/** `trailwarden alert list`: the last alerts, and what became of them. */
export function listAlertsCommand(io: Io): Command {
  const command = new Command('list')
    .description('Lists alerts, the newest first, and what became of them.')
    .addOption(severalOf(new Option('--level <level>', 'of a level'), ALERT_LEVELS))
    .option('--rule <rule>', 'of a rule: its id, title, or the beginning of one', collect)
    .addOption(new Option('--limit <count>', 'at most so many').argParser(readCount).default(20));
  withConnection(withReadLimit(withFormat(withTimes(command))));
  return command.addHelpText('after', HELP).action((options: ListOptions) => list(options, io));
}

async function list(options: ListOptions, io: Io): Promise<void> {
  await connected(options, (connection) =>
    withinReadLimit(async () => {
      const alerts = new FirstOnes(alertsOf(options, connection, io), options.limit);
      await printListing(alerts, alertListing(options.zone, connection.names), options.format, io);
      if (alerts.hasMore) io.stderr.write(`There are more than these ${options.limit}: --limit, --since, --level.\n`);
    }),
  );
}

/** Alerts by way of their findings, which the index has in the order of time. */
async function* alertsOf(
  { level, rule, maxReads, ...times }: ListOptions,
  connection: Connection,
  io: Io,
): AsyncGenerator<AlertRow> {
  const { documents, tables } = connection;
  const table = new AlertTable(documents, tables.alerts, io.now);
  const query = {
    conditions: { level, ruleId: rule && (await resolveRules(rule, {}, connection, io)) },
    ...askedTimes(times, io.now()),
    maxReadUnits: maxReads,
  };
  const seen = new Set<string>();
  for await (const { alertId } of createFindingQueries(documents, tables, io.now).search(query)) {
    if (alertId === undefined || seen.has(alertId)) continue;
    seen.add(alertId);
    const alert = await table.get(alertId);
    // Its text is for alert show.
    if (alert !== undefined) yield { ...alert, message: undefined };
  }
}
