import { Command } from 'commander';
import { type PublicKeySource, PublicKeys } from '../../../lambda/verify/public-keys.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { collect } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { countProgress } from '../../output/count-progress.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { paintFor } from '../../output/text-style.ts';
import { type AuditOptions, audit } from './audit.ts';
import { type AuditItem, isProblem } from './audit-item.ts';
import { AUDIT_LISTING } from './audit-listing.ts';
import { BucketFiles } from './bucket-files.ts';
import { FolderFiles } from './folder-files.ts';
import { readPublicKeyFiles } from './public-key-file.ts';
import type { StoredFiles } from './stored-files.ts';

interface VerifyOptions extends ConnectionOptions, TimeOptions {
  readonly publicKeys?: readonly string[];
  readonly format: Format;
  readonly all?: true;
}

const HELP = `
PATH is a folder (or several) with the digests and log objects of a trail, or s3://BUCKET/PREFIX where CloudTrail put
them. In a copy, the newest digest stays unvouched: its signature is only in the metadata of its S3 object.

Each item is one of:
  valid      a digest that CloudTrail signed          altered    a digest that it didn't sign so
  verified   a log object as a valid digest names it  modified   a log object with other content
  unvouched  nothing speaks for it or against it      missing    named by a digest, and not there
  gap        hours that no digest speaks of           added      there, and named by no digest of its hour

The public keys are CloudTrail's, which is asked for them in the region of each digest. Offline they come from a file:
  $ aws cloudtrail list-public-keys --region eu-central-1 --start-time 2026-11-01 --end-time 2026-11-21 > keys.json

Exit codes: 0 nothing speaks against the log; 1 it couldn't be done; 2 the command line is wrong; 4 something is altered,
modified, missing or added, or there is a gap.

Examples:
  $ trailwarden verify ./copy --public-keys keys.json
  $ trailwarden verify s3://my-trail/AWSLogs/111122223333/ --public-keys keys.json --since 7d
  $ trailwarden verify ./copy --public-keys keys.json --all --format jsonl > audit.jsonl
`;

/** `trailwarden verify`: checks digests and the log objects that they name, offline or where CloudTrail put them. */
export function verifyCommand(io: Io): Command {
  const command = new Command('verify')
    .description(
      'Checks that log objects are what CloudTrail delivered, by its signed digests: none altered, none missing.',
    )
    .argument('<path...>', 'folders, or s3://BUCKET/PREFIX')
    .option('--public-keys <file>', 'what aws cloudtrail list-public-keys prints; may be given twice', collect)
    .option('--all', 'list also what is valid and verified');
  withConnection(withFormat(withTimes(command))).addHelpText('after', HELP);
  return command.action((paths: readonly string[], options: VerifyOptions) => verify(paths, options, io));
}

async function verify(paths: readonly string[], options: VerifyOptions, io: Io): Promise<void> {
  const times = askedTimes(options, io.now());
  const publicKeys = new PublicKeys(await keySource(options));
  const [first = '', ...others] = paths;
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(first) ?? [];
  if (bucket === undefined) {
    if (paths.some((path) => path.startsWith('s3://'))) throw usage('Folders and buckets are verified one by one.');
    return printAudit(new FolderFiles(paths), { ...times, publicKeys }, options, io);
  }
  if (others.length > 0) throw usage('Buckets are verified one by one.');
  const replicaOf = options.sources?.find((source) => source.bucket === bucket)?.replicaOf;
  return connected(options, ({ s3 }) =>
    printAudit(new BucketFiles(s3, bucket, prefix, replicaOf), { ...times, publicKeys }, options, io),
  );
}

/** Without a file CloudTrail is asked, in the region of each digest. */
async function keySource({ publicKeys, awsProfile }: VerifyOptions): Promise<PublicKeySource> {
  if (publicKeys !== undefined) return readPublicKeyFiles(publicKeys);
  const { ListedPublicKeys } = await import('../../../lambda/verify/list-public-keys.ts');
  return new ListedPublicKeys(awsProfile === undefined ? {} : { profile: awsProfile });
}

function usage(message: string): CommandFailure {
  return new CommandFailure(message, EXIT.usage);
}

/** @throws CommandFailure if something is wrong with the log, or if there is nothing to verify. */
async function printAudit(files: StoredFiles, options: AuditOptions, { format, all }: VerifyOptions, io: Io) {
  const progress = countProgress('digests', io, format !== 'table');
  const totals = new Map<AuditItem['status'], { digests: number; logs: number }>();
  let problems = 0;
  const shown = async function* (): AsyncGenerator<AuditItem> {
    for await (const item of audit(files, { ...options, onProgress: progress.show })) {
      const total = totals.get(item.status) ?? { digests: 0, logs: 0 };
      total[item.kind === 'log' ? 'logs' : 'digests']++;
      totals.set(item.status, total);
      if (isProblem(item)) problems++;
      if (all || (item.status !== 'valid' && item.status !== 'verified')) yield item;
    }
  };
  try {
    await printListing(shown(), AUDIT_LISTING, format, io);
  } finally {
    progress.stop();
  }
  const beside = format === 'table' ? io.stdout : io.stderr;
  if (totals.size === 0) throw new CommandFailure('There are no digests and no log objects of CloudTrail here.');
  const sum = (kind: 'digests' | 'logs') => [...totals.values()].reduce((count, total) => count + total[kind], 0);
  beside.write(`\nDigests: ${counts(totals, 'digests')}. Log objects: ${counts(totals, 'logs')}.\n`);
  if (sum('digests') === 0)
    throw new CommandFailure('There are no digests here: nothing vouches for these log objects.');
  const paint = paintFor(beside.colours);
  if (problems === 0) {
    beside.write(`${paint('Nothing speaks against the log.', 'good')}\n`);
    return;
  }
  throw new CommandFailure(
    `${problems} ${problems === 1 ? 'thing speaks' : 'things speak'} against the log: see above.`,
    EXIT.notGenuine,
  );
}

function counts(
  totals: ReadonlyMap<AuditItem['status'], { digests: number; logs: number }>,
  kind: 'digests' | 'logs',
): string {
  const parts = [...totals].flatMap(([status, total]) => (total[kind] === 0 ? [] : [`${total[kind]} ${status}`]));
  return parts.length === 0 ? 'none' : parts.toSorted().join(', ');
}
