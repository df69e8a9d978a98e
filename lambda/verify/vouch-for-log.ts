import type { Digest, DigestLogFile } from '../cloudtrail/digest/digest.ts';
import { hashContent } from '../cloudtrail/log/content-hash.ts';
import { parseObjectKey } from '../cloudtrail/log/object-key.ts';
import { LOG_OBJECT_MISSING, LOG_OBJECT_MODIFIED, LOG_OBJECT_UNREAD } from '../findings/digest-checks.ts';
import { type IntegrityCheck, integrityFinding } from '../findings/integrity-finding.ts';
import type { LedgerRow } from '../store/ledger/ledger.ts';
import { mayBeOnItsWay, mustBeThere, type VerifyDependencies } from './verify-dependencies.ts';

/** The result for one log object that a digest names. */
export type LogVerdict =
  | 'verified'
  | 'modified'
  | 'missing'
  /** It is in the bucket, and ingest hasn't closed it yet. */
  | 'unread'
  /** It is in the bucket, or on its way into a replica, and ingest doesn't know it. */
  | 'unnotified'
  /**
   * This deployment doesn't vouch for it: it is older than the deployment, past the lifecycle, or in another bucket.
   */
  | 'skipped';

export interface VouchOptions {
  /** How many times the digest was checked before. */
  readonly checks: number;
}

/** Checks are half an hour apart: a log object that is unread an hour and a half after the first is a finding. */
const UNREAD_CHECKS = 3;

/**
 * Compares one log object with its digest: the version that the bucket holds now with the version that was processed,
 * and its SHA-256 with the digest's. One that wasn't processed by the second check is queued again.
 * @throws faults of access (`isFaultOfAccess`).
 */
export async function vouchForLog(
  dependencies: VerifyDependencies,
  digest: Digest,
  file: DigestLogFile,
  { checks }: VouchOptions,
): Promise<LogVerdict> {
  const { buckets, ledger, digests, logBuckets, queueLogObject } = dependencies;
  if (!logBuckets.has(file.bucket)) return 'skipped';
  const [rows, head] = await Promise.all([ledger.versions(file.bucket, file.key), buckets.head(file.bucket, file.key)]);
  if (head === undefined) {
    if (mayBeOnItsWay(dependencies, file.bucket, checks)) return 'unnotified';
    return noteMissing(dependencies, digest, file, rows);
  }

  const read = rows.filter(({ closedAt }) => closedAt !== undefined);
  const vouched = read.find(({ sha256 }) => sha256 === file.sha256);
  if (vouched !== undefined) await digests.vouch(versionOf(file, vouched), 'verified', digest.key);

  const current = read.find(({ version }) => version === head.version);
  if (current === undefined) {
    if (!(await mustBeThere(dependencies, file.bucket, digest.end))) return 'skipped';
    if (checks > 0) await queueLogObject(file.bucket, file.key);
    const begun = rows.find(({ version }) => version === head.version);
    if (checks >= UNREAD_CHECKS) {
      const lastError = begun === undefined ? 'never notified' : (begun.lastError ?? 'none');
      await report(dependencies, LOG_OBJECT_UNREAD, digest, file, { version: head.version, lastError });
    }
    return begun === undefined ? 'unnotified' : 'unread';
  }
  if (current.sha256 === file.sha256) return 'verified';
  const found = current.sha256 ?? (await hash(dependencies, file));
  if (found === file.sha256) {
    await digests.vouch(versionOf(file, current), 'verified', digest.key);
    return 'verified';
  }
  await digests.vouch(versionOf(file, current), 'modified', digest.key);
  await report(dependencies, LOG_OBJECT_MODIFIED, digest, file, { version: current.version, found });
  return 'modified';
}

/** A rejected object has no hash in the ledger, for example if its gzip data is cut. */
async function hash({ buckets, maxObjectBytes }: VerifyDependencies, file: DigestLogFile): Promise<string> {
  const result = await buckets.read(file.bucket, file.key, (chunks) => hashContent(chunks, maxObjectBytes));
  return result.ok ? result.sha256 : `none: ${result.reason}`;
}

async function noteMissing(
  dependencies: VerifyDependencies,
  digest: Digest,
  file: DigestLogFile,
  rows: readonly LedgerRow[],
): Promise<LogVerdict> {
  const { digests } = dependencies;
  if (!(await mustBeThere(dependencies, file.bucket, digest.end))) return 'skipped';
  const read = rows.filter(({ closedAt }) => closedAt !== undefined);
  for (const row of read) await digests.vouch(versionOf(file, row), 'missing', digest.key);
  const parsedKey = parseObjectKey(file.key);
  if (read.length === 0 && parsedKey !== undefined) {
    const { account, region } = parsedKey;
    await digests.recordMissing({ ...file, account, region, deliveredAt: digest.end, digest: digest.key });
  }
  const processed = read.some(({ sha256 }) => sha256 === file.sha256);
  await report(dependencies, LOG_OBJECT_MISSING, digest, file, {
    version: 'missing',
    processed: processed ? 'yes: its records are indexed' : 'no: its records are lost',
  });
  return 'missing';
}

function versionOf({ bucket, key }: DigestLogFile, { version }: LedgerRow) {
  return { bucket, key, version };
}

async function report(
  { report: send }: VerifyDependencies,
  check: IntegrityCheck,
  digest: Digest,
  { bucket, key, sha256 }: DigestLogFile,
  { version, ...matched }: { readonly version: string } & Readonly<Record<string, string>>,
): Promise<void> {
  const parsedKey = parseObjectKey(key) ?? parseObjectKey(digest.key);
  if (parsedKey === undefined) return;
  await send(
    integrityFinding(check, {
      bucket,
      key,
      version,
      parsedKey,
      at: digest.end,
      matched: { digest: digest.key, expectedSha256: sha256, ...matched },
    }),
  );
}
