import { Command } from 'commander';
import { parsePattern } from '../../../lambda/store/dynamo/queries/text-pattern.ts';
import { AccountRegions } from '../../../lambda/store/ledger/account-regions.ts';
import { type ChainRow, DigestChains } from '../../../lambda/store/ledger/digest-chains.ts';
import { DigestLedger } from '../../../lambda/store/ledger/digest-ledger.ts';
import { ledgerStatus, type Trouble } from '../../../lambda/store/ledger/ledger-status.ts';
import { indexStatus } from '../../../lambda/store/segments/table/index-status.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { collectAccount } from '../../options/event-conditions.ts';
import { collect } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { type Column, renderTable } from '../../output/table.ts';
import { paintFor } from '../../output/text-style.ts';
import { indexListing, indexText } from './index-listing.ts';
import { hasTrouble, statusListing, totalsText } from './status-listing.ts';

interface StatusOptions extends ConnectionOptions, TimeOptions {
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly troubles?: true;
  readonly index?: true;
  readonly format: Format;
}

const HELP = `
Hours are those in which S3 took the log objects, the last 24 hours where nothing else is asked for. Of each:
  delivered  log objects that are known           late       not closed half an hour later, or never notified
  processed  read to their end                    missing    named by a digest, and not in the bucket
  failed     their content is at fault            digest     valid, pending, invalid, or none (yet)
  records, indexed, rejected                      what was in those that were read, and what became of it
The ledger's rows call processed objects closed, and failed ones rejected. Findings are those about single events: what
correlations found over many comes of no one object, and is in trailwarden findings only.

Examples:
  $ trailwarden status
  $ trailwarden status --since 7d --troubles
  $ trailwarden status --index --format json
  $ trailwarden status --account 111122223333 --since yesterday --format json
`;

/** Log objects that are named one by one below the table. */
const NAMED_TROUBLES = 20;

const DEFAULT_MILLISECONDS = 24 * 3_600_000;

/** `trailwarden status`: what was delivered, and what became of it. */
export function statusCommand(io: Io): Command {
  const command = new Command('status')
    .description('Says by account, region and hour what was delivered, processed, failed, missing and late.')
    .option('--account <id>', 'of an account: 12 digits, or a pattern with *', collectAccount)
    .option('--region <region>', 'of a region, or a pattern with *', collect)
    .option('--troubles', 'only hours in which something failed, is late, missing, modified or unvouched')
    .option('--index', 'only what of the audit index waits to be packed and merged');
  withConnection(withFormat(withTimes(command))).addHelpText('after', HELP);
  return command.action((options: StatusOptions) => show(options, io));
}

async function show(options: StatusOptions, io: Io): Promise<void> {
  const now = io.now();
  const { until = now, since = new Date(until.getTime() - DEFAULT_MILLISECONDS) } = askedTimes(options, now);
  if (since >= until) throw new CommandFailure('--since is not before now.', EXIT.usage);
  const [accounts, regions] = [options.account, options.region].map((values) => values?.map(parsePattern));
  const isAsked = ({ account, region }: { readonly account: string; readonly region: string }) =>
    (accounts?.some(({ matches }) => matches(account)) ?? true) &&
    (regions?.some(({ matches }) => matches(region)) ?? true);
  await connected(options, async ({ documents, tables, names }) => {
    const segments = { client: documents, table: tables.segments };
    if (options.index) {
      await printListing([await indexStatus(segments, now)], indexListing(options.zone), options.format, io);
      return;
    }
    const accountRegions = (await new AccountRegions(documents, tables.ledger).list()).filter(isAsked);
    const { hours, troubles } = await ledgerStatus(new DigestLedger(documents, tables.ledger), accountRegions, {
      since,
      until,
      now,
    });
    const overdue: ChainRow[] = [];
    for await (const chain of new DigestChains(documents, tables.ledger).overdue(now)) {
      if ('unreadable' in chain) {
        io.stderr.write(`Another version of Trailwarden wrote the row of ${chain.name} (${chain.unreadable}).\n`);
      } else if (isAsked(chain.row)) overdue.push(chain.row);
    }
    const shown = async function* () {
      yield* options.troubles ? hours.filter(hasTrouble) : hours;
    };
    const listing = statusListing(options.zone, names);
    const nothing =
      options.troubles && hours.length > 0
        ? 'No hour had trouble: nothing failed, is late, missing, modified or unvouched.'
        : listing.nothing;
    await printListing(shown(), { ...listing, nothing }, options.format, io);
    const beside = options.format === 'table' ? io.stdout : io.stderr;
    if (options.format === 'table' && troubles.length > 0) {
      beside.write(`\n${renderTable(TROUBLE_COLUMNS, troubles.slice(0, NAMED_TROUBLES), beside)}`);
      if (troubles.length > NAMED_TROUBLES) beside.write(`… and ${troubles.length - NAMED_TROUBLES} more.\n`);
    }
    const paint = paintFor(beside.colours);
    for (const { account, region, trail, lastEnd } of overdue) {
      const text = `No digest of the trail ${trail} in ${account} ${region} since ${lastEnd}.`;
      beside.write(`${paint(text, 'bad')}\n`);
    }
    beside.write(`\n${totalsText(hours)}\n`);
    // What can't be said of the index is no reason to say nothing of the objects.
    const { text, isGood } = await indexStatus(segments, now).then(
      (index) => ({ text: indexText(index, options.zone), isGood: !index.tooOld && index.pagesLeftBehind === 0 }),
      (error: unknown) => ({ text: `Index: ${error instanceof Error ? error.message : String(error)}`, isGood: false }),
    );
    beside.write(`${paint(text, isGood ? 'plain' : 'bad')}\n`);
  });
}

const TROUBLE_COLUMNS: readonly Column<Trouble>[] = [
  {
    title: 'Trouble',
    parts: [
      { title: 'Trouble', text: ({ trouble }) => trouble, style: () => 'bad' },
      { title: 'Log object', text: ({ object }) => object },
      { title: 'Reason', text: ({ reason }) => reason },
    ],
  },
];
