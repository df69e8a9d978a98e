import type { Finding } from '../findings/finding.ts';
import type { LogBuckets } from '../sources/log-buckets.ts';
import type { DigestChains } from '../store/ledger/digest-chains.ts';
import type { DigestLedger } from '../store/ledger/digest-ledger.ts';
import type { Ledger } from '../store/ledger/ledger.ts';
import type { LogBucketReader } from './log-bucket-reader.ts';
import type { PublicKeys } from './public-keys.ts';

/** What the verification needs from outside. */
export interface VerifyDependencies {
  readonly buckets: LogBucketReader;
  readonly publicKeys: PublicKeys;
  readonly ledger: Ledger;
  readonly digests: DigestLedger;
  readonly chains: DigestChains;
  /** Records a finding and sends its alert. */
  readonly report: (finding: Finding) => Promise<'new' | 'known'>;
  /** Queues a log object for ingest, once more or for the first time. */
  readonly queueLogObject: (bucket: string, key: string) => Promise<void>;
  /** When the deployment began to read a bucket, ISO 8601. It doesn't vouch for what was delivered before. */
  readonly startedAt: (bucket: string) => Promise<string>;
  readonly logBuckets: LogBuckets;
  readonly maxObjectBytes: number;
  /**
   * The bucket holds a copy of what CloudTrail once delivered. All that a digest names must be in it; what came before
   * its first digest isn't checked, and no further digest is expected.
   */
  readonly isHistory: boolean;
  readonly now: () => Date;
}

/** Checks of a digest, half an hour apart, by which S3 has replicated what it names: nothing says in which order it does. */
const REPLICATED_AFTER_CHECKS = 4;

/** Whether something that a digest names may still be on its way into the bucket. */
export function mayBeOnItsWay(
  { logBuckets }: Pick<VerifyDependencies, 'logBuckets'>,
  bucket: string,
  checks: number,
): boolean {
  return logBuckets.isReplica(bucket) && checks < REPLICATED_AFTER_CHECKS;
}

const DAY_MILLISECONDS = 86_400_000;

/** Whether an object that was delivered at a time must be in the bucket: after the deployment, within the lifecycle. */
export async function mustBeThere(
  { startedAt, logBuckets, isHistory, now }: Pick<VerifyDependencies, 'startedAt' | 'logBuckets' | 'isHistory' | 'now'>,
  bucket: string,
  deliveredAt: string,
): Promise<boolean> {
  if (isHistory) return true;
  const at = Date.parse(deliveredAt);
  return (
    at > Date.parse(await startedAt(bucket)) &&
    at > now().getTime() - logBuckets.expireDaysOf(bucket) * DAY_MILLISECONDS
  );
}
