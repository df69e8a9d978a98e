import { join } from 'node:path';
import { STSClient } from '@aws-sdk/client-sts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { partitionOfRegion } from '../../../lambda/cloudtrail/record/arn.ts';
import { countedWere } from '../../../lambda/shared/counted.ts';
import { callerOf } from '../../aws/caller.ts';
import { explainError } from '../../aws/error-text.ts';
import { ownCommand } from '../../aws/own-command.ts';
import { readKey } from '../../options/event-conditions.ts';
import { readText } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, zoneOption } from '../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import { type FilterOptions, filterOf } from './asked-filter.ts';
import { expectation, PACE } from './how-long.ts';
import { PullProgress } from './pull-progress.ts';
import type { PullOptions, RegionResult } from './pull-regions.ts';
import { regionsOf } from './regions.ts';

interface HistoryOptions extends TimeOptions, FilterOptions {
  readonly data: string;
  readonly fresh?: true;
  readonly region?: readonly string[];
  readonly awsProfile?: string;
}

const DAY_MILLISECONDS = 24 * 3_600_000;
const DEFAULT_DAYS = 7;
const MAX_DAYS = 90;

const DEFAULT_FOLDER = join('.trailwarden', 'history');

/** As shells have it: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

const HELP = `
It asks LookupEvents, which every account has, and runs Trailwarden over the answer on this machine: every other command
works with the same --data. LookupEvents has management events alone, of the last 90 days, and no digest vouches for what
it gives: each answer says so. It gives 100 events a second and region: a filter makes it short. The newest come first, and
what was read is kept: run it again to go on, or to add what is new.

Examples:
  $ trailwarden history
  $ trailwarden history --since 90d --credential AKIAIOSFODNN7EXAMPLE
  $ trailwarden history --since 30d --writes --region eu-west-1 --region us-east-1
  $ trailwarden findings --data ${DEFAULT_FOLDER}
`;

/** `trailwarden history`: the last days of an account that has no deployment. */
export function historyCommand(io: Io): Command {
  return new Command('history')
    .description('Fetches the last days of an account from CloudTrail itself, without any deployment, and judges them.')
    .option('--since <time>', `the earliest time, at most ${MAX_DAYS} days ago (default: ${DEFAULT_DAYS}d)`)
    .option('--until <time>', 'the end of the time; a day that is named is included')
    .addOption(zoneOption())
    .option('--region <region>', 'only this region (default: all that the account has enabled)', collectRegion)
    .addOption(
      new Option('--credential <access key id>', 'only calls with this access key')
        .argParser(readKey)
        .conflicts(['name', 'user', 'writes']),
    )
    .addOption(
      new Option('--name <event name>', 'only calls of this name, such as CreateAccessKey')
        .argParser(readText)
        .conflicts(['user', 'writes']),
    )
    .addOption(
      new Option('--user <name>', 'only calls of this user name, or of this name of a role session')
        .argParser(readText)
        .conflicts(['writes']),
    )
    .option('--writes', 'only calls that change something')
    .option('--data <folder>', 'the folder that keeps all of it', DEFAULT_FOLDER)
    .option('--fresh', 'start anew: remove what that folder holds')
    .option('--aws-profile <profile>', "profile of the AWS configuration (default: the AWS SDK's)")
    .addHelpText('after', HELP)
    .action((options: HistoryOptions) => run(options, io));
}

function collectRegion(value: string, before: readonly string[] = []): readonly string[] {
  const region = value.toLowerCase();
  // It becomes a part of the name of a host.
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(region)) throw new InvalidArgumentError('Write a region such as eu-west-1.');
  return [...before, region];
}

async function run(options: HistoryOptions, io: Io): Promise<void> {
  const now = io.now();
  const times = readTimes(options, now);
  io.stderr.write(`${PACE}\n`);
  const { account, regions } = await whoAndWhere(options);
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort(new CommandFailure(STOPPED, INTERRUPTED));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    // The emulators are loaded only here.
    const { withLocalPipeline } = await import('./local-pipeline.ts');
    const { data, fresh } = options;
    const results = await withLocalPipeline({ data, fresh, io, signal: interruption.signal }, async (local) => {
      const { history, s3, bucket } = local;
      const pull = await history.begin(account, filterOf(options));
      return pullAll({ ...times, now, regions, pull, history, s3, bucket, signal: interruption.signal }, options, io);
    });
    await report(results, options, io);
    // All was fetched by then, and some of it waits to be judged.
    interruption.signal.throwIfAborted();
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

const STOPPED = 'Interrupted. What was read is kept: run the same command again to go on.';

function readTimes(options: HistoryOptions, now: Date) {
  const { until = now, since = new Date(now.getTime() - DEFAULT_DAYS * DAY_MILLISECONDS) } = askedTimes(options, now);
  const end = until < now ? until : now;
  if (since >= end) throw new CommandFailure('--since is not before --until.', EXIT.usage);
  // A day that is named begins before this hour of it.
  if (now.getTime() - since.getTime() > (MAX_DAYS + 1) * DAY_MILLISECONDS) {
    throw new CommandFailure(
      `LookupEvents keeps ${MAX_DAYS} days: --since may be ${MAX_DAYS}d at most. Older log objects are in the bucket of a trail: npm start or trailwarden scan reads them.`,
      EXIT.usage,
    );
  }
  return { since, until: end };
}

const FIRST_REGION = 'us-east-1';

/** Whose credentials these are, and which regions there are for them. @throws the SDK's errors. */
async function whoAndWhere({ awsProfile, region }: HistoryOptions) {
  const profile = awsProfile === undefined ? {} : { profile: awsProfile };
  const configured = new STSClient(profile);
  const home = region?.[0] ?? (await configured.config.region().catch(() => FIRST_REGION));
  configured.destroy();
  const sts = new STSClient({ ...profile, region: home });
  try {
    const { account } = await callerOf(sts);
    return { account, regions: [...new Set(region ?? regionsOf(partitionOfRegion(home)))] };
  } finally {
    sts.destroy();
  }
}

async function pullAll(
  asked: Omit<PullOptions, 'onFirstPages' | 'onEvents' | 'onEnd' | 'profile'>,
  { awsProfile }: HistoryOptions,
  io: Io,
): Promise<readonly RegionResult[]> {
  const { pullRegions } = await import('./pull-regions.ts');
  const progress = new PullProgress(io);
  try {
    const results = await pullRegions({
      ...asked,
      ...(awsProfile !== undefined && { profile: awsProfile }),
      onFirstPages: (pages) => {
        const expected = expectation(pages);
        if (expected !== undefined) io.stderr.write(`${expected}\n`);
      },
      onEvents: (region, events, reached) => progress.add(region, events, reached),
      onEnd: (region) => progress.end(region),
    });
    io.stdout.write(`${countedWere(progress.events, 'event')} fetched.\n`);
    return results;
  } finally {
    progress.stop();
  }
}

/** @throws CommandFailure where not all of it is there. */
async function report(results: readonly RegionResult[], { data }: HistoryOptions, io: Io): Promise<void> {
  const { historyNotes } = await import('../../../local/history/history-file.ts');
  const notEnabled = results.filter((result) => result.notEnabled).map(({ region }) => region);
  if (notEnabled.length > 0) io.stderr.write(`Not enabled in this account: ${notEnabled.join(', ')}.\n`);
  for (const note of await historyNotes(data)) io.stdout.write(`${printableLines(note)}\n`);
  const asking = [['incident', '--since', '24h'], ['findings'], ['events', '--by', 'actor', '--by', 'error']];
  io.stdout.write(`Ask it:\n${asking.map((args) => `  ${ownCommand(args, { data }, io)}\n`).join('')}`);
  const failed = results.filter(({ error }) => error !== undefined);
  const stopped = failed.find(({ error }) => error instanceof CommandFailure);
  if (stopped?.error instanceof CommandFailure) throw stopped.error;
  if (failed.length === 0) return;
  const reasons = await Promise.all(
    failed.map(async ({ region, error }) => `${region}: ${(await explainError(error)).message}`),
  );
  throw new CommandFailure(
    `Not all of it could be read. What was read is kept: run the same command again to go on.\n${reasons.join('\n')}`,
  );
}
