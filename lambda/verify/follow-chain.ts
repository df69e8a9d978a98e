import type { Digest, PreviousDigest } from '../cloudtrail/digest/digest.ts';
import { missingDigests, predecessorProblem } from '../cloudtrail/digest/digest-chain.ts';
import { type DigestKey, parseDigestKey } from '../cloudtrail/digest/digest-key.ts';
import { parseObjectKey } from '../cloudtrail/log/object-key.ts';
import { DIGEST_ALTERED, DIGEST_CHAIN_RESTARTED, DIGEST_MISSING, DIGESTS_MISSING } from '../findings/digest-checks.ts';
import { type IntegrityCheck, integrityFinding } from '../findings/integrity-finding.ts';
import type { ObjectVersion } from '../store/ledger/ledger.ts';
import { mayBeOnItsWay, mustBeThere, type VerifyDependencies } from './verify-dependencies.ts';

export interface ChainStep {
  readonly object: ObjectVersion;
  readonly digest: Digest;
  readonly digestKey: DigestKey;
  /** The end of the digest that was the chain's newest when this one came; undefined for the first. */
  readonly endBefore?: string;
  /** How many times the digest was checked before. */
  readonly checks: number;
  readonly queue: {
    /** Queues the previous digest, which is in the bucket and wasn't checked yet. */
    queueDigest(bucket: string, key: string): Promise<void>;
  };
}

/**
 * Compares a valid digest with the one that it names as its predecessor. False while that isn't settled: the predecessor
 * may still be on its way, so it is missed from the second check on.
 * @throws faults of access (`isFaultOfAccess`).
 */
export async function followChain(dependencies: VerifyDependencies, step: ChainStep): Promise<boolean> {
  const { digest, digestKey, endBefore } = step;
  const { previous } = digest;
  if (previous === undefined) {
    if (!digestKey.backfill && endBefore !== undefined && endBefore < digest.start) {
      await report(dependencies, DIGEST_CHAIN_RESTARTED, step.object, digest.start, {
        from: endBefore,
        to: digest.start,
      });
    }
    return true;
  }
  const previousEnd = parseDigestKey(previous.key)?.end;
  if (!dependencies.logBuckets.has(previous.bucket)) return true;
  if (previousEnd === undefined || !(await mustBeThere(dependencies, previous.bucket, previousEnd))) return true;
  return comparePredecessor(dependencies, step, previous);
}

async function comparePredecessor(
  dependencies: VerifyDependencies,
  { digest, digestKey, endBefore, checks, queue }: ChainStep,
  previous: PreviousDigest,
): Promise<boolean> {
  const { buckets, digests, isHistory } = dependencies;
  const { bucket, key } = previous;
  const head = await buckets.head(bucket, key);
  if (head === undefined) {
    if (isHistory && endBefore === undefined) return true;
    if ((checks === 0 || mayBeOnItsWay(dependencies, bucket, checks)) && !isHistory) return false;
    const from = endBefore !== undefined && endBefore < digest.start ? endBefore : undefined;
    const count = from === undefined || digestKey.backfill ? 1 : Math.max(1, missingDigests(from, digest.start));
    await report(
      dependencies,
      count > 1 ? DIGESTS_MISSING : DIGEST_MISSING,
      { bucket, key, version: 'missing' },
      digest.start,
      { namedBy: digest.key, from: from ?? 'unknown', to: digest.start, count: String(count) },
    );
    return true;
  }
  const row = (await digests.digests(bucket, key)).find(({ version }) => version === head.version);
  if (row === undefined) {
    if (checks > 0) await queue.queueDigest(bucket, key);
    return false;
  }
  // A digest that can't be read was reported when it came.
  if (row.sha256 === undefined) return true;
  const { sha256, signature, digestStart: start = '', digestEnd: end = '' } = row;
  const member = { bucket, key, start, end, sha256, ...(signature !== undefined && { signature }) };
  const problem = predecessorProblem(digest, member);
  if (problem?.kind === 'altered') {
    await report(dependencies, DIGEST_ALTERED, { bucket, key, version: row.version }, digest.start, {
      namedBy: digest.key,
      reason: problem.reason,
    });
  }
  return true;
}

async function report(
  dependencies: VerifyDependencies,
  check: IntegrityCheck,
  { bucket, key, version }: ObjectVersion,
  at: string,
  matched: Readonly<Record<string, string>>,
): Promise<void> {
  const parsedKey = parseObjectKey(key);
  if (parsedKey === undefined) return;
  await dependencies.report(integrityFinding(check, { bucket, key, version, parsedKey, at, matched }));
}
