import { type Digest, readDigest } from '../cloudtrail/digest/digest.ts';
import { DIGEST_PERIOD_MILLISECONDS } from '../cloudtrail/digest/digest-chain.ts';
import { type DigestKey, parseDigestKey } from '../cloudtrail/digest/digest-key.ts';
import { checkDigest } from '../cloudtrail/digest/digest-signature.ts';
import { parseObjectKey } from '../cloudtrail/log/object-key.ts';
import { DIGEST_ALTERED } from '../findings/digest-checks.ts';
import { integrityFinding } from '../findings/integrity-finding.ts';
import { mapConcurrently } from '../shared/concurrency.ts';
import type { LogBuckets } from '../sources/log-buckets.ts';
import type { DigestRecord, DigestRow } from '../store/ledger/digest-ledger.ts';
import { findUnvouched } from './find-unvouched-logs.ts';
import { followChain } from './follow-chain.ts';
import type { StoredDigest } from './log-bucket-reader.ts';
import type { VerifyDependencies } from './verify-dependencies.ts';
import { type LogVerdict, vouchForLog } from './vouch-for-log.ts';

/** The result for a digest. `pending`: valid, and to be checked again at `recheckAt`. */
export interface DigestOutcome extends Readonly<Record<LogVerdict, number>> {
  readonly status: DigestRow['status'];
  readonly logs: number;
  readonly reason?: string;
  readonly recheckAt?: string;
}

/** After this, a log object that a digest names and that isn't processed is queued again. */
const RECHECK_MILLISECONDS = 30 * 60_000;

/** A day: what is still open then was reported, and isn't checked any more. */
const MAX_CHECKS = 48;

/** How long after the end of its hour a digest may come. CloudTrail writes it later than that hour's log objects. */
const DELIVERY_MILLISECONDS = 90 * 60_000;

/** Log objects that are compared at the same time. */
const CONCURRENCY = 16;

const NOTHING = {
  verified: 0,
  modified: 0,
  missing: 0,
  unread: 0,
  unnotified: 0,
  skipped: 0,
} as const satisfies Record<LogVerdict, number>;

/** The messages of the digest queue that a check may send. */
export interface DigestQueue {
  /** Queues the previous digest, which is in the bucket and wasn't checked yet. */
  queueDigest(bucket: string, key: string): Promise<void>;
  /** Queues this digest again, for later. */
  schedule(bucket: string, key: string, recheckAt: string): Promise<void>;
}

/**
 * Checks a digest: itself, its link to the one before, each log object that it names, and whether objects were added
 * that no digest names. Its row in the ledger is written last; doing it again, or twice at once, changes nothing.
 * @throws faults of access (`isFaultOfAccess`).
 */
export async function processDigest(
  dependencies: VerifyDependencies,
  stored: StoredDigest,
  queue: DigestQueue,
): Promise<DigestOutcome> {
  const digestKey = parseDigestKey(stored.key);
  if (digestKey === undefined) return reject(dependencies, stored, 'its key is not that of a digest');
  const reading = readDigest(stored.bytes);
  if (!reading.ok) return reject(dependencies, stored, `it is no digest: ${reading.reason}`);
  const signed = reading.digest;
  const publicKey = await dependencies.publicKeys.find(
    digestKey.region,
    signed.publicKeyFingerprint,
    stored.generatedAt ?? signed.end,
  );
  const { bucket, key, signature, signatureAlgorithm } = stored;
  const { logBuckets } = dependencies;
  const verdict = checkDigest(signed, {
    foundAt: { bucket: logBuckets.originalOf(bucket), key },
    ...(signature !== undefined && { signature }),
    ...(signatureAlgorithm !== undefined && { signatureAlgorithm }),
    ...(publicKey !== undefined && { publicKey }),
  });
  const digest = whereItIsRead(signed, logBuckets);
  if (verdict.status !== 'valid') return reject(dependencies, stored, verdict.reason, digest);
  return processValid(dependencies, stored, digest, digestKey, queue);
}

/** A digest with the names of the buckets that its files are read from: of replicas, where there are some. */
function whereItIsRead(digest: Digest, logBuckets: LogBuckets): Digest {
  const moved = <File extends { readonly bucket: string }>(file: File): File => ({
    ...file,
    bucket: logBuckets.readAt(file.bucket),
  });
  const { previous, logFiles } = digest;
  return { ...moved(digest), ...(previous && { previous: moved(previous) }), logFiles: logFiles.map(moved) };
}

async function processValid(
  dependencies: VerifyDependencies,
  stored: StoredDigest,
  digest: Digest,
  digestKey: DigestKey,
  queue: DigestQueue,
): Promise<DigestOutcome> {
  const { digests, chains, isHistory, now } = dependencies;
  const before = (await digests.digests(stored.bucket, stored.key)).find(({ version }) => version === stored.version);
  const chain = await chains.find(stored.bucket, digestKey.chain);
  const checks = before?.checks ?? 0;
  const endBefore = before === undefined ? chain?.lastEnd : before.endBefore;

  const settled = await followChain(dependencies, {
    object: stored,
    digest,
    digestKey,
    ...(endBefore !== undefined && { endBefore }),
    checks,
    queue,
  });
  const counts = await vouchForLogs(dependencies, digest, checks);
  const { account, region, trail } = digestKey;
  await chains.advance({
    bucket: stored.bucket,
    chain: digestKey.chain,
    account,
    region,
    trail,
    key: digest.key,
    end: digest.end,
    ...(!digestKey.backfill && !isHistory && { dueAt: nextDigestDue(digest.end) }),
  });
  if (settled && !digestKey.backfill) {
    await findUnvouched(dependencies, { bucket: stored.bucket, digest, digestKey, ...(chain && { chain }) });
  }

  const pending = (!settled || counts.unread + counts.unnotified > 0) && checks < MAX_CHECKS;
  const recheckAt = pending ? new Date(now().getTime() + RECHECK_MILLISECONDS).toISOString() : undefined;
  // Sent before the row is written: a crash between the two repeats the message, but doesn't lose it.
  if (recheckAt !== undefined) await queue.schedule(stored.bucket, stored.key, recheckAt);
  const outcome: DigestOutcome = {
    status: pending ? 'pending' : 'valid',
    logs: digest.logFiles.length,
    ...counts,
    ...(recheckAt !== undefined && { recheckAt }),
  };
  await digests.record(stored, {
    ...describe(stored, digestKey.chain, digest),
    ...outcome,
    ...(endBefore !== undefined && { endBefore }),
    checks: checks + 1,
  });
  return outcome;
}

async function vouchForLogs(
  dependencies: VerifyDependencies,
  digest: Digest,
  checks: number,
): Promise<Record<LogVerdict, number>> {
  const counts: Record<LogVerdict, number> = { ...NOTHING };
  await mapConcurrently(digest.logFiles, CONCURRENCY, async (file) => {
    counts[await vouchForLog(dependencies, digest, file, { checks })]++;
  });
  return counts;
}

/** The time by which the next digest must have come, ISO 8601. */
function nextDigestDue(end: string): string {
  return new Date(Date.parse(end) + DIGEST_PERIOD_MILLISECONDS + DELIVERY_MILLISECONDS).toISOString();
}

/** A digest that proves nothing is a finding. Nothing vouches for the log objects that it names. */
async function reject(
  { digests, report }: VerifyDependencies,
  stored: StoredDigest,
  reason: string,
  digest?: Digest,
): Promise<DigestOutcome> {
  const parsedKey = parseObjectKey(stored.key);
  const outcome = { status: 'invalid', logs: digest?.logFiles.length ?? 0, ...NOTHING, reason } as const;
  if (parsedKey === undefined) return outcome;
  const { bucket, key, version, deliveredAt } = stored;
  await report(
    integrityFinding(DIGEST_ALTERED, { bucket, key, version, parsedKey, at: deliveredAt, matched: { reason } }),
  );
  await digests.record(stored, {
    ...describe(stored, parseDigestKey(key)?.chain ?? 'none', digest),
    ...outcome,
    checks: 1,
  });
  return outcome;
}

function describe(
  stored: StoredDigest,
  chain: string,
  digest: Digest | undefined,
): Pick<
  DigestRecord,
  'account' | 'awsRegion' | 'deliveredAt' | 'chain' | 'digestStart' | 'digestEnd' | 'sha256' | 'signature'
> {
  const { account = 'unknown', region = 'unknown' } = parseObjectKey(stored.key) ?? {};
  return {
    account,
    awsRegion: region,
    deliveredAt: stored.deliveredAt,
    chain,
    ...(digest && { digestStart: digest.start, digestEnd: digest.end, sha256: digest.sha256 }),
    ...(stored.signature !== undefined && { signature: stored.signature }),
  };
}
