import { Command } from 'commander';
import { isInForce, type Suppression } from '../../../lambda/alerts/noise/suppression.ts';
import { createFindingQueries } from '../../../lambda/store/findings/finding-query.ts';
import { SuppressionTable } from '../../../lambda/store/suppressions/suppression-table.ts';
import { type Connection, type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { resolveRules } from '../../inputs/resolve-rules.ts';
import { parseEnd } from '../../options/parse-end.ts';
import { zoneOption } from '../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import type { Zone } from '../../time/time-zone.ts';
import { suppressionListing } from './suppression-listing.ts';

interface SuppressOptions extends ConnectionOptions {
  readonly actor?: string;
  readonly account?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly rules?: readonly string[];
  readonly zone: Zone;
}

interface ListOptions extends ConnectionOptions {
  readonly all?: true;
  readonly format: Format;
  readonly zone: Zone;
}

/** What is to stay quiet for longer belongs into the rules, as a Sigma filter that is reviewed like them. */
const MAX_DAYS = 366;
const DAY = 86_400_000;

const HELP = `
Findings of the rule are recorded all the same, with suppressedBy, and tell nobody. Functions that are running take up
to half a minute to notice. Making and ending a suppression is an event of its own in the index: eventSource
trailwarden, with who, what and why. What is to stay quiet for good is excluded with a Sigma filter beside the rules.

Examples:
  $ trailwarden suppress 'Root credentials changed tags' --until 4h --reason 'Migration, CHG-1234'
  $ trailwarden suppress 6f2851ab-02e1-412c-9fd8-7f7d91dbb441 --actor arn:aws:iam::111122223333:role/Deploy \\
      --account 111122223333 --until 2026-12-01 --reason 'Known job, see the wiki'
  $ trailwarden suppress list
  $ trailwarden suppress end sup-0a1b2c3d4e
  $ trailwarden events --action 'trailwarden:*'       who suppressed what, and why
`;

export function suppressCommand(io: Io): Command {
  const command = new Command('suppress')
    .description('Keeps quiet about findings of a rule for a while: they are recorded, and nobody is told.')
    .argument('<rule>', 'id or title of the rule, or the beginning of one')
    .option('--actor <arn>', 'only those about this actor')
    .option('--account <id>', 'only those in this account')
    .option('--until <time>', `when it ends by itself: 4h, 7d (from now), 18:00, 2026-12-01; at most ${MAX_DAYS}d`)
    .option('--reason <text>', 'why, for people who ask later; required, like --until')
    .option('--rules <path...>', 'files and folders of your own rules, beside the default pack')
    .addOption(zoneOption())
    .addHelpText('after', HELP)
    .action((rule: string, options: SuppressOptions) => suppress(rule, options, io));
  return withConnection(command).addCommand(listCommand(io)).addCommand(endCommand(io));
}

function listCommand(io: Io): Command {
  const command = new Command('list')
    .description('Lists the suppressions that are in force, those that end soonest first.')
    .option('--all', 'those that are over too')
    .addOption(zoneOption());
  return withConnection(withFormat(command)).action((_: unknown, it: Command) =>
    list(it.optsWithGlobals<ListOptions>(), io),
  );
}

function endCommand(io: Io): Command {
  const command = new Command('end')
    .description('Ends a suppression before its time.')
    .argument('<id>', 'as suppress and suppress list say it');
  return withConnection(command).action((id: string, _: unknown, it: Command) =>
    end(id, it.optsWithGlobals<ConnectionOptions>(), io),
  );
}

async function suppress(rule: string, options: SuppressOptions, io: Io): Promise<void> {
  const { account, reason = '', zone } = options;
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new CommandFailure(`--account ${account} is not an account id: 12 digits.`, EXIT.usage);
  }
  // Not requiredOption: the subcommands would require it, too.
  if (reason.trim() === '') throw new CommandFailure('Give a --reason, for whoever asks later.', EXIT.usage);
  const request = { ...options, until: endOf(options, io.now()), reason };
  await connected(options, async (connection) => {
    const suppression = await makeSuppression(rule, request, connection, io);
    io.stdout.write(`${suppression.suppressionId}\n`);
    io.stderr.write(`${printableLines(sentence(suppression, zone))}\n`);
    if (await isUnknown(suppression.ruleId, connection, io)) {
      io.stderr.write('No finding of this rule is recorded so far. suppress end takes it back.\n');
    }
  });
}

/** What is to be suppressed, for how long and why. */
interface RequestedSuppression extends Pick<SuppressOptions, 'actor' | 'account' | 'rules'> {
  /** As `endOf` gives it. */
  readonly until: string;
  readonly reason: string;
}

/**
 * Makes a suppression of the rule that a text means.
 * @throws CommandFailure for a text that means no rule, or several.
 */
export async function makeSuppression(
  rule: string,
  { actor, account, rules, until, reason }: RequestedSuppression,
  connection: Connection,
  io: Io,
): Promise<Suppression> {
  const ruleIds = await resolveRules([rule], { rules }, connection, io);
  const [ruleId = rule] = ruleIds;
  if (ruleIds.length > 1) throw new CommandFailure(`'${rule}' is the title of several rules: ${ruleIds.join(', ')}.`);
  return await tableOf(connection, io).create(
    { ruleId, ...(actor !== undefined && { actor }), ...(account !== undefined && { account }), until, reason },
    await connection.caller(),
  );
}

async function list(options: ListOptions, io: Io): Promise<void> {
  await connected(options, async (connection) => {
    const suppressions = tableOf(connection, io).list({ all: options.all === true }, (id, reason) =>
      io.stderr.write(`Suppression ${id} isn't shown: another version of Trailwarden wrote its row (${reason}).\n`),
    );
    await printListing(suppressions, suppressionListing(options.zone, io.now()), options.format, io);
  });
}

async function end(id: string, options: ConnectionOptions, io: Io): Promise<void> {
  await connected(options, async (connection) => {
    const table = tableOf(connection, io);
    const suppression = await table.get(id);
    if (suppression === undefined) throw new CommandFailure(`There is no suppression ${id}.`);
    if (!isInForce(suppression, io.now()) || !(await table.end(suppression, await connection.caller()))) {
      throw new CommandFailure(`${id} is over already.`);
    }
    io.stderr.write(`${id} is ended: findings of the rule raise alerts again within half a minute.\n`);
  });
}

function tableOf({ documents, tables }: Connection, io: Io): SuppressionTable {
  return new SuppressionTable(documents, tables, io.now);
}

/**
 * When a suppression ends by itself.
 * @throws CommandFailure for a time that can't be read, is over, or is too far away.
 */
export function endOf({ until, zone }: Pick<SuppressOptions, 'until' | 'zone'>, now: Date): string {
  if (until === undefined) throw new CommandFailure('Say with --until when it ends.', EXIT.usage);
  const time = parseEnd(until, zone, now);
  if (time.getTime() <= now.getTime()) throw new CommandFailure(`--until ${until} is over already.`, EXIT.usage);
  if (time.getTime() > now.getTime() + MAX_DAYS * DAY) {
    throw new CommandFailure(
      `--until ${until} is more than ${MAX_DAYS} days away: exclude it with a Sigma filter.`,
      EXIT.usage,
    );
  }
  return time.toISOString();
}

function sentence({ ruleId, actor, account, until }: Suppression, zone: Zone): string {
  const about = [actor === undefined ? '' : ` about ${actor}`, account === undefined ? '' : ` in ${account}`].join('');
  return `Findings of ${ruleId}${about} raise no alert until ${zone.format(new Date(until))} ${zone.name}.`;
}

/** Whether nothing tells that it is the rule that was meant. */
async function isUnknown(ruleId: string, { documents, tables }: Connection, io: Io): Promise<boolean> {
  const query = { conditions: { ruleId: [ruleId] }, limit: 1 };
  for await (const _ of createFindingQueries(documents, tables, io.now).search(query)) return false;
  return true;
}
