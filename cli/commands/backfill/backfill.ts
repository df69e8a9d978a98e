import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import {
  type BackfillRequest,
  backfillRequestSchema,
  type Cursor,
  newRun,
} from '../../../lambda/backfill/backfill-request.ts';
import { type EstimatePart, estimatePartSchema } from '../../../lambda/backfill/list/estimate.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import { type ConnectionOptions, withConnection } from '../../aws/connection.ts';
import { collect, readCount } from '../../options/repeatable.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { parseTime, TIME_FORMS } from '../../time/parse-time.ts';
import { readZone } from '../../time/time-zone.ts';
import { askYesOrNo } from './ask.ts';
import { type BackfillEstimate, sumUp } from './backfill-cost.ts';
import { estimateText } from './backfill-text.ts';
import { type Engine, withEngine } from './engine.ts';
import { followRun } from './follow-run.ts';
import { type ReportFormat, withReportFormat } from './report-format.ts';
import { resumeCommand, statusCommand, stopCommand } from './runs.ts';

interface BackfillOptions extends ConnectionOptions {
  readonly since?: string;
  readonly until?: string;
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
  readonly rulesOnly?: true;
  readonly rule?: readonly string[];
  readonly alert?: true;
  readonly maxConcurrency?: number;
  readonly toleratedFailures?: number;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly wait: boolean;
  readonly format: ReportFormat;
}

const HELP = `
Reads the log objects of whole UTC days that no function has read before: indexes their events and judges them. Findings
are recorded, and alert nobody unless --alert is given; those in unread objects of the last 24 hours alert in any case.
With --rules-only, rules judge all objects of these days, also those that were read before, and nothing is indexed: for a
rule that is new.

Step Functions does it in AWS: it goes on when you leave. Doing it twice, or stopping and resuming it, changes nothing that
is done. What it may cost is said first, from a listing and a sample of the objects.

Examples:
  $ trailwarden backfill --since 2024-01-01 --until 2026-10-31 --dry-run
  $ trailwarden backfill --since 2026-01-01 --accounts 111122223333,444455556666 --regions eu-west-1
  $ trailwarden backfill --since 2025-01-01 --rules-only --rule 6f2851ab-02e1-412c-9fd8-7f7d91dbb441
  $ trailwarden backfill status                          the last one: how far it is, or its report
  $ trailwarden backfill stop 20261126t101500-4f2a
  $ trailwarden backfill resume 20261126t101500-4f2a     reads what it has left
`;

/** `trailwarden backfill`: reads what lay in the buckets before the deployment. */
export function backfillCommand(io: Io): Command {
  const command = new Command('backfill')
    .description('Reads log objects that were there before the deployment, or judges them by new rules.')
    .option('--since <day>', `the first UTC day of the objects' keys, required: ${TIME_FORMS}`)
    .option('--until <day>', 'the last UTC day (default: today)')
    .option('--accounts <ids>', 'only objects of these accounts, separated by commas', collectSeveral)
    .option('--regions <names>', 'only objects of these regions, separated by commas', collectSeveral)
    .option('--rules-only', 'judge by the rules of --rule, also what was read before; index nothing')
    .option('--rule <id>', 'id of a deployed rule, with --rules-only; may be repeated', collect)
    .option('--alert', 'send alerts for what is found, as for new events')
    .option('--max-concurrency <n>', "batches at the same time (default: the deployment's)", readCount)
    .option('--tolerated-failures <percent>', "batches that may fail (default: the deployment's)", readPercent)
    .option('--dry-run', 'only say how much it is, how long it takes and what it costs')
    .option('-y, --yes', "don't ask before it starts")
    .option('--no-wait', "don't wait for its end")
    .addHelpText('after', HELP)
    .action((options: BackfillOptions) => backfill(options, io));
  return withConnection(withReportFormat(command))
    .addCommand(statusCommand(io))
    .addCommand(stopCommand(io))
    .addCommand(resumeCommand(io));
}

async function backfill(options: BackfillOptions, io: Io): Promise<void> {
  const request = requestOf(options, io);
  await withEngine(options, async (engine) => {
    const estimate = await estimateOf(engine, request, options, io);
    const isIndexed = request.rules === undefined;
    if (options.dryRun && options.format === 'json') {
      io.stdout.write(`${JSON.stringify({ request, ...estimate })}\n`);
      return;
    }
    (options.dryRun ? io.stdout : io.stderr).write(estimateText(estimate, isIndexed));
    if (options.dryRun) return;
    if (estimate.objects === 0) {
      io.stderr.write('There is nothing to be read.\n');
      return;
    }
    if (options.yes !== true && !(await askYesOrNo('Start it? [y/N] ', io))) {
      throw new CommandFailure('It was not started. Say y, or give --yes.');
    }
    const { maxConcurrency, toleratedFailures } = options;
    const run = newRun(io.now(), randomBytes(2).toString('hex'));
    await engine.start({
      run,
      attempt: 1,
      request,
      next: { part: 0 },
      ...(maxConcurrency !== undefined && { maxConcurrency }),
      ...(toleratedFailures !== undefined && { toleratedFailurePercentage: toleratedFailures }),
    });
    await followRun(
      engine,
      { run, attempt: 1, mayLeave: !options.wait, format: options.format, objects: estimate.objects + estimate.before },
      io,
    );
  });
}

/** @throws CommandFailure for options that don't go together, or can't be read. */
function requestOf(
  { since, until, accounts = [], regions = [], rulesOnly, rule, alert }: BackfillOptions,
  io: Io,
): BackfillRequest {
  if (since === undefined) throw usage('A backfill needs --since: the first day of what is to be read.');
  if ((rulesOnly === true) !== (rule !== undefined)) {
    throw usage('--rules-only and --rule go together: name each rule that is to judge with --rule ID.');
  }
  const wrong = accounts.find((account) => !/^\d{12}$/.test(account));
  if (wrong !== undefined) throw usage(`--accounts ${wrong} is not an account id: 12 digits.`);
  const request = backfillRequestSchema.parse({
    since: dayOf(since, io),
    until: until === undefined ? io.now().toISOString().slice(0, 10) : dayOf(until, io),
    accounts,
    regions,
    alert: alert === true,
    ...(rule !== undefined && { rules: [...new Set(rule)] }),
  });
  if (request.since > request.until) throw usage(`--since ${request.since} is after --until ${request.until}.`);
  return request;
}

async function estimateOf(
  engine: Engine,
  request: BackfillRequest,
  { maxConcurrency }: BackfillOptions,
  io: Io,
): Promise<BackfillEstimate> {
  const parts: EstimatePart[] = [];
  let next: Cursor | undefined = { part: 0 };
  while (next !== undefined) {
    const part: EstimatePart = estimatePartSchema.parse(await engine.estimate({ action: 'estimate', request, next }));
    parts.push(part);
    next = part.next;
    const listed = parts.reduce((sum, { objects, before }) => sum + objects + before, 0);
    if (next !== undefined && io.stderr.isTerminal) io.stderr.write(`  ${counted(listed, 'object')} listed so far\n`);
  }
  return sumUp(parts, request.rules === undefined, maxConcurrency);
}

/** The UTC day that a text names. */
function dayOf(text: string, io: Io): string {
  try {
    return parseTime(text, readZone('UTC'), io.now()).start.toISOString().slice(0, 10);
  } catch (error) {
    if (error instanceof RangeError) throw usage(error.message);
    throw error;
  }
}

function usage(message: string): CommandFailure {
  return new CommandFailure(message, EXIT.usage);
}

function collectSeveral(text: string, before: readonly string[] = []): readonly string[] {
  const found = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (found.length === 0) throw new InvalidArgumentError('It is empty.');
  return [...before, ...found];
}

function readPercent(text: string): number {
  const percent = Number(text);
  if (text.trim() === '' || !(percent >= 0 && percent <= 100)) throw new InvalidArgumentError('Write 0 to 100.');
  return percent;
}
