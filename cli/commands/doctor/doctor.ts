import { Command, InvalidArgumentError, Option } from 'commander';
import { type ChainRow, DigestChains } from '../../../lambda/store/ledger/digest-chains.ts';
import { type Connection, type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { eventQuestions } from '../../aws/event-questions.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { type Check, type Checked, runChecks } from './check.ts';
import { checkFunctions, checkNotification, checkSubscriptions } from './check-announcements.ts';
import { checkDigests } from './check-digests.ts';
import { checkPolicies } from './check-policies.ts';
import { checkSources } from './check-sources.ts';
import {
  checkProtection,
  checkStacks,
  checkVersion,
  type DeployedStacks,
  findStacks,
  outputOf,
} from './check-stacks.ts';
import { checkTrail, type TrailDigests } from './check-trail.ts';
import { type DoctorClients, type DoctorTarget, doctorClients, doctorTarget } from './doctor-clients.ts';
import { type Diagnosis, diagnosisJson, diagnosisText, isWell } from './doctor-listing.ts';
import { awaitTestEvent, checkClock, sendTestEvent } from './test-event.ts';

interface DoctorOptions extends ConnectionOptions {
  readonly wait: number;
  readonly format: 'table' | 'json';
}

const HELP = `
For after a deploy, and for whenever nobody knows. It looks at the stacks, their version and protection; the trail, its
digests, and the notification of its bucket; the queues, policies, functions and subscriptions; the clock of this machine.
Then it makes one call that CloudTrail records (sts:GetCallerIdentity, with a mark as its user agent) and waits until that
call is in the index: CloudTrail delivers within about five minutes, and up to fifteen. It changes nothing.

Exit codes: 0 all is well, or nothing can be said yet; 1 something is wrong, or couldn't be looked at; 2 the command line is
wrong.

Examples:
  $ trailwarden doctor
  $ trailwarden doctor --wait 0                 without the marked call
  $ trailwarden doctor --format json
`;

const POLL_MS = 5000;

/** `trailwarden doctor`: whether a deployment works, and what to do where it doesn't. */
export function doctorCommand(io: Io): Command {
  const command = new Command('doctor')
    .description('Looks whether a deployment works: each line is ok, or says what to do.')
    .addOption(
      new Option('--wait <minutes>', 'how long to wait for the marked call; 0 makes none')
        .argParser(readMinutes)
        .default(15),
    )
    .addOption(new Option('--format <format>', 'form of the answer').choices(['table', 'json']).default('table'));
  return withConnection(command)
    .addHelpText('after', HELP)
    .action((options: DoctorOptions) => examine(options, io));
}

async function examine(options: DoctorOptions, io: Io): Promise<void> {
  if (options.local === true || options.data !== undefined) {
    throw new CommandFailure('On this machine nothing is deployed: leave out --local and --data.', EXIT.usage);
  }
  const clients = doctorClients(options);
  try {
    const diagnosis = await connected(options, (connection) => diagnose(options, clients, connection, io));
    io.stdout.write(options.format === 'json' ? diagnosisJson(diagnosis) : diagnosisText(diagnosis, io.stdout));
    if (!isWell(diagnosis)) {
      throw new CommandFailure('Something is wrong, or could not be looked at: the lines above say what to do.');
    }
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

async function diagnose(
  options: DoctorOptions,
  clients: DoctorClients,
  connection: Connection,
  io: Io,
): Promise<Diagnosis> {
  const { deployment, wait } = options;
  const { now } = io;
  // Sent first, so that CloudTrail works on it while the rest is looked at.
  const testEvent = await sendTestEvent(clients.sts, now);
  const region = await clients.sts.config.region();
  const { account } = testEvent;
  const target = doctorTarget(clients, { deployment, account, region });
  const stacks = await findStacks(target);
  if (stacks.size === 0) {
    throw new CommandFailure(
      `There is no deployment ${deployment} in ${account}, ${region}. Is --deployment right, and --aws-region?`,
    );
  }
  const checks = [...(await settingsOf(options, target, stacks, connection, now)), checkClock(testEvent)];
  if (wait > 0) checks.push(...(await runChecks([{ name: 'test event', run: awaited }])));
  return { deployment, account, region, checks };

  async function awaited(): Promise<readonly Checked[]> {
    const onWait = (waitedMs: number) => {
      if (io.stderr.isTerminal) io.stderr.write(`\rwaiting for the marked call: ${Math.round(waitedMs / 1000)} s `);
    };
    const patience = { waitMs: wait * 60_000, everyMs: POLL_MS, now, onWait };
    const line = await awaitTestEvent(testEvent, eventQuestions(connection, io), patience);
    if (io.stderr.isTerminal) io.stderr.write('\r\n');
    return [line];
  }
}

/** What can be looked at at once. */
async function settingsOf(
  { sources = [], ownTrail = true, trailStack = true }: DoctorOptions,
  target: DoctorTarget,
  stacks: DeployedStacks,
  { documents, tables, s3 }: Connection,
  now: () => Date,
): Promise<Checked[]> {
  const { deployment, account, region } = target;
  const bucket = `${deployment}-logs-${account}-${region}`;
  const trail =
    outputOf(stacks, 'trail', 'trailArn') ??
    target.arn('cloudtrail', `trail/${outputOf(stacks, 'trail', 'trailName') ?? deployment}`);
  let digests: TrailDigests = {};
  // Where all trails are there already, the deployment has neither a trail nor a log bucket.
  const ofOwnTrail = (check: Check): readonly Check[] => (ownTrail ? [check] : []);
  const checks: readonly Check[] = [
    { name: 'stacks', run: async () => checkStacks(stacks, deployment, trailStack) },
    { name: 'version', run: async () => checkVersion(stacks) },
    { name: 'protection', run: () => checkProtection(target, stacks) },
    ...ofOwnTrail({
      name: 'trail',
      run: async () => {
        const { lines, digests: found } = await checkTrail(target, trail, now());
        digests = found;
        return lines;
      },
    }),
    ...ofOwnTrail({ name: 'notification', run: () => checkNotification(target, bucket) }),
    ...(sources.length > 0 ? [{ name: 'sources', run: () => checkSources(target, s3, sources) }] : []),
    { name: 'subscriptions', run: () => checkSubscriptions(target) },
    ...ofOwnTrail({ name: 'policies', run: () => checkPolicies(target, bucket, trail) }),
    { name: 'functions', run: () => checkFunctions(target) },
  ];
  const lines = await runChecks(checks);
  // After the trail: what it says of its digests is half of the answer.
  const ofDigests = await runChecks([
    {
      name: 'digests',
      run: async () => {
        const chains: ChainRow[] = [];
        for await (const chain of new DigestChains(documents, tables.ledger).list()) chains.push(chain);
        return [checkDigests(chains, digests, now())];
      },
    },
  ]);
  return [...lines, ...ofDigests];
}

function readMinutes(value: string): number {
  const minutes = Number(value);
  if (value.trim() === '' || !(minutes >= 0 && minutes <= 120))
    throw new InvalidArgumentError('It is a number from 0 to 120.');
  return minutes;
}
