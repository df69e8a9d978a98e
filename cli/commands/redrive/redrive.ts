import { Command } from 'commander';
import { counted, countedWere } from '../../../lambda/shared/counted.ts';
import { AccountRegions } from '../../../lambda/store/ledger/account-regions.ts';
import { DigestLedger } from '../../../lambda/store/ledger/digest-ledger.ts';
import { Ledger, type LedgerEntry, type ObjectVersion } from '../../../lambda/store/ledger/ledger.ts';
import { type Connection, type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { countProgress } from '../../output/count-progress.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { findQueue, type QueueWithDeadLetters } from './find-queue.ts';
import { forgetTriesOfMessage, type TriesLedgers } from './forget-tries.ts';
import { countMessages, moveMessages } from './move-messages.ts';
import { requeueCopy } from './quarantined-objects.ts';
import { type FoundRow, findRejected, type RejectedObjects, tellLost } from './rejected-objects.ts';
import { type Requeued, requeue } from './requeue-objects.ts';

interface RedriveOptions extends ConnectionOptions, TimeOptions {
  readonly dryRun?: true;
}

const HELP = `
Reading an object again changes nothing that is right already: rows, findings and alerts keep their ids. Rejected records
whose log object is gone are read from their copy in the quarantine bucket, with the receipts that they had.

Examples:
  $ trailwarden redrive dead-letters                     what the functions gave up, after its cause is removed
  $ trailwarden redrive rejected --since 7d              log objects with records that couldn't be read,
                                                         or the quarantine's copies of these
  $ trailwarden redrive object s3://my-trail/AWSLogs/…   one log object, or one digest
  $ trailwarden redrive range --since 2026-11-20 --until 2026-11-20 --dry-run
`;

/** `trailwarden redrive`: lets what failed be read again. */
export function redriveCommand(io: Io): Command {
  const redrive = new Command('redrive')
    .description('Lets objects be read again: dead letters, rejected records, one object, a time range.')
    .addHelpText('after', HELP);
  const sub = (name: string, description: string) =>
    withConnection(new Command(name).description(description)).option('--dry-run', 'say only how much there is');
  redrive.addCommand(
    sub('dead-letters', 'Moves the messages of the dead-letter queues back to their queues.').action(
      (options: RedriveOptions) => redriveDeadLetters(options, io),
    ),
  );
  redrive.addCommand(
    withTimes(sub('rejected', 'Reads log objects again that were rejected, or that hold rejected records.')).action(
      (options: RedriveOptions) => redriveRejected(options, io),
    ),
  );
  redrive.addCommand(
    withTimes(sub('range', 'Reads every log object again that was delivered in a time range.')).action(
      (options: RedriveOptions) => {
        if (options.since === undefined && options.around === undefined) {
          throw new CommandFailure('A time range needs --since (or --around).', EXIT.usage);
        }
        return redriveRange(options, io);
      },
    ),
  );
  redrive.addCommand(
    sub('object', 'Reads objects again, in any state.')
      .argument('<s3://bucket/key...>', 'log objects or digests')
      .action((names: readonly string[], options: RedriveOptions) => redriveObjects(names, options, io)),
  );
  return redrive;
}

interface Queues {
  readonly logs: QueueWithDeadLetters;
  readonly digests?: QueueWithDeadLetters;
}

async function findQueues({ sqs }: Connection, { deployment }: RedriveOptions): Promise<Queues> {
  const [logs, digests] = await Promise.all([
    findQueue(sqs, `${deployment}-logs`),
    findQueue(sqs, `${deployment}-digests`),
  ]);
  if (logs === undefined) throw new CommandFailure(`There is no queue ${deployment}-logs here. Is --deployment right?`);
  return { logs, ...(digests !== undefined && { digests }) };
}

function ledgersOf({ documents, tables }: Connection): TriesLedgers {
  return { ledger: new Ledger(documents, tables.ledger), digests: new DigestLedger(documents, tables.ledger) };
}

async function redriveDeadLetters(options: RedriveOptions, io: Io): Promise<void> {
  await connected(options, async (connection) => {
    const { sqs } = connection;
    const { logs, digests } = await findQueues(connection, options);
    const ledgers = ledgersOf(connection);
    const pairs = [logs, digests].flatMap((queue) =>
      queue?.deadLetters === undefined ? [] : [{ from: queue.deadLetters, to: queue.url }],
    );
    let waiting = 0;
    for (const { from } of pairs) waiting += await countMessages(sqs, from);
    if (options.dryRun) {
      io.stdout.write(`${counted(waiting, 'message')} would be moved back.\n`);
      return;
    }
    const progress = countProgress('messages', io);
    let moved = 0;
    const move = async ({ from, to }: { readonly from: string; readonly to: string }) => {
      // Messages that come back in the meantime must not be moved without end.
      const limit = 2 * (await countMessages(sqs, from)) + 100;
      const forget = (body: string) => forgetTriesOfMessage(ledgers, body);
      await moveMessages(sqs, from, to, limit, forget, () => progress.show(++moved, waiting));
    };
    try {
      await Promise.all(pairs.map(move));
    } finally {
      progress.stop();
    }
    io.stdout.write(`${countedWere(moved, 'message')} moved back to ${moved === 1 ? 'its queue' : 'their queues'}.\n`);
  });
}

/** The rows of a time (default: a week) that need action. */
async function findRows(
  { documents, tables }: Connection,
  options: RedriveOptions,
  io: Io,
  isMeant: (row: LedgerEntry) => boolean,
): Promise<readonly FoundRow[]> {
  const now = io.now();
  const { since = new Date(now.getTime() - 7 * 86_400_000), until = now } = askedTimes(options, now);
  const digestLedger = new DigestLedger(documents, tables.ledger);
  const found: FoundRow[] = [];
  for (const { account, region } of await new AccountRegions(documents, tables.ledger).list()) {
    for await (const row of digestLedger.logObjects(account, region, since.toISOString(), until.toISOString())) {
      const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(row.object) ?? [];
      if (bucket !== undefined && key !== undefined && isMeant(row))
        found.push({ object: { bucket, key, version: row.version }, row });
    }
  }
  return found;
}

async function redriveRange(options: RedriveOptions, io: Io): Promise<void> {
  await connected(options, async (connection) => {
    const rows = await findRows(connection, options, io, ({ status }) => status !== 'missing');
    const objects = rows.map(({ object }) => object);
    await requeueAll(connection, objects, options, io);
  });
}

async function redriveRejected(options: RedriveOptions, io: Io): Promise<void> {
  await connected(options, async (connection) => {
    const rows = await findRows(connection, options, io, (row) => row.status === 'rejected' || row.rejected > 0);
    const progress = countProgress('objects looked for', io);
    const found = await findRejected(connection.s3, ledgersOf(connection).ledger, rows, (done) =>
      progress.show(done, rows.length),
    ).finally(progress.stop);
    const records = found.quarantined.flatMap(({ copies }) => copies).reduce((sum, copy) => sum + copy.records, 0);
    if (options.dryRun) showCopies(found, records, io);
    else await requeueCopies(connection, found, records, options, io);
    const lost = tellLost(found.quarantined, io);
    for (const { bucket, key } of found.gone) io.stderr.write(`${REASONS.gone}: s3://${bucket}/${key}\n`);
    await requeueAll(connection, found.there, options, io);
    const failures = [
      ...(found.gone.length > 0 ? [`${counted(found.gone.length, 'object')} gone`] : []),
      ...(lost > 0 ? [`${lost} rejected records can't be recovered`] : []),
    ];
    if (failures.length > 0) throw new CommandFailure(`${failures.join(', ')}.`);
  });
}

function showCopies({ quarantined }: RejectedObjects, records: number, io: Io): void {
  for (const { bucket, copies } of quarantined) {
    for (const { key } of copies) io.stdout.write(`s3://${bucket}/${key}\n`);
  }
  if (records > 0) io.stderr.write(`${counted(records, 'record')} would be read again from the quarantine.\n`);
}

async function requeueCopies(
  connection: Connection,
  { quarantined }: RejectedObjects,
  records: number,
  options: RedriveOptions,
  io: Io,
): Promise<void> {
  if (records === 0) return;
  const { logs } = await findQueues(connection, options);
  for (const { bucket, copies } of quarantined) {
    for (const { key } of copies) await requeueCopy(connection.sqs, logs.url, bucket, key);
  }
  io.stdout.write(`${countedWere(records, 'record')} queued to be read again from the quarantine.\n`);
}

async function redriveObjects(names: readonly string[], options: RedriveOptions, io: Io): Promise<void> {
  const objects = names.map((name) => {
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(name) ?? [];
    if (bucket === undefined || key === undefined)
      throw new CommandFailure(`${name} is not s3://BUCKET/KEY.`, EXIT.usage);
    return { bucket, key };
  });
  await connected(options, (connection) => requeueAll(connection, objects, options, io));
}

async function requeueAll(
  connection: Connection,
  objects: readonly (Omit<ObjectVersion, 'version'> & Partial<ObjectVersion>)[],
  options: RedriveOptions,
  io: Io,
): Promise<void> {
  if (options.dryRun) {
    for (const { bucket, key } of objects) io.stdout.write(`s3://${bucket}/${key}\n`);
    io.stderr.write(`${counted(objects.length, 'object')} would be read again.\n`);
    return;
  }
  const { s3, sqs } = connection;
  const { logs, digests } = await findQueues(connection, options);
  const ledgers = ledgersOf(connection);
  const counts: Record<Requeued, number> = { queued: 0, gone: 0, 'not-cloudtrail': 0 };
  const progress = countProgress('objects', io);
  let done = 0;
  try {
    for (const object of objects) {
      const requeued = await requeue(
        { s3, sqs, ledgers, logQueueUrl: logs.url, ...(digests && { digestQueueUrl: digests.url }) },
        object,
      );
      counts[requeued]++;
      if (requeued !== 'queued') io.stderr.write(`${REASONS[requeued]}: s3://${object.bucket}/${object.key}\n`);
      progress.show(++done, objects.length);
    }
  } finally {
    progress.stop();
  }
  io.stdout.write(`${countedWere(counts.queued, 'object')} queued to be read again.\n`);
  const failed = counts.gone + counts['not-cloudtrail'];
  if (failed > 0) throw new CommandFailure(`${counted(failed, 'object')} could not be queued.`);
}

const REASONS: Readonly<Record<Exclude<Requeued, 'queued'>, string>> = {
  gone: 'Not in the bucket any more',
  'not-cloudtrail': 'Nothing that this deployment reads',
};
