import type { Digest } from '../cloudtrail/digest/digest.ts';
import type { DigestKey } from '../cloudtrail/digest/digest-key.ts';
import { parseObjectKey } from '../cloudtrail/log/object-key.ts';
import { LOG_OBJECT_UNVOUCHED } from '../findings/digest-checks.ts';
import { integrityFinding } from '../findings/integrity-finding.ts';
import type { ChainRow } from '../store/ledger/digest-chains.ts';
import type { LedgerEntry, ObjectVersion } from '../store/ledger/ledger.ts';
import type { VerifyDependencies } from './verify-dependencies.ts';

export interface UnvouchedSearch {
  /** The bucket of the digest. */
  readonly bucket: string;
  /** A valid digest whose predecessors are settled. */
  readonly digest: Digest;
  readonly digestKey: DigestKey;
  /** The chain as it was before this digest. */
  readonly chain?: ChainRow;
}

/** Milliseconds around the full hour: a log object delivered then may be named by the next digest. */
const MARGIN_MILLISECONDS = 10 * 60_000;

/**
 * Finds log objects that were delivered before the digest's own hour and that no digest has named since. They may be
 * forged. An hour's objects are checked when the next hour's digest has come.
 */
export async function findUnvouched(
  dependencies: VerifyDependencies,
  { bucket, digest, digestKey, chain }: UnvouchedSearch,
): Promise<void> {
  const { chains, digests, report } = dependencies;
  const until = new Date(Date.parse(digest.start) - MARGIN_MILLISECONDS).toISOString();
  const from = chain?.checkedUntil;
  const found =
    from === undefined || from >= until ? [] : await unnamedObjects(dependencies, bucket, digestKey, from, until);
  if (found === undefined) return;
  for (const { object, deliveredAt } of found) {
    const parsedKey = parseObjectKey(object.key);
    if (parsedKey === undefined) continue;
    // This comes before the row is marked: if the function died in between, the row wouldn't be found again.
    await report(
      integrityFinding(LOG_OBJECT_UNVOUCHED, { ...object, parsedKey, at: deliveredAt, matched: { deliveredAt } }),
    );
    await digests.unvouch(object);
  }
  await chains.markChecked(bucket, digestKey.chain, until);
}

interface UnnamedObject {
  readonly object: ObjectVersion;
  readonly deliveredAt: string;
}

/**
 * Log objects of a time that no digest has named; undefined while a digest is pending, because objects that it names
 * but that aren't processed yet look the same. A later digest asks again.
 */
async function unnamedObjects(
  { digests, ledger, now }: VerifyDependencies,
  bucket: string,
  digestKey: DigestKey,
  from: string,
  until: string,
): Promise<readonly UnnamedObject[] | undefined> {
  const found: UnnamedObject[] = [];
  for await (const row of digests.rows(digestKey.account, digestKey.region, from, now().toISOString())) {
    // Another trail may record the same account and region into another bucket: its own digests vouch for that.
    if (!row.object.startsWith(`s3://${bucket}/`)) continue;
    if (row.kind === 'digest') {
      if (row.status === 'pending' && (row.digestStart ?? '') < until) return undefined;
      continue;
    }
    const object = objectOf(row);
    const { digestStatus: known, deliveredAt = '' } = row;
    if (known !== undefined || object === undefined || deliveredAt >= until) continue;
    if (!isOfTrail(object.key, digestKey)) continue;
    // The index may be behind the table, so the row itself decides.
    const rows = await ledger.versions(object.bucket, object.key);
    if (rows.every(({ digestStatus }) => digestStatus === undefined)) found.push({ object, deliveredAt });
  }
  return found;
}

/**
 * Objects of other prefixes belong to other trails, whose digests vouch for them; Insights and network activity may
 * have none.
 */
function isOfTrail(key: string, { chain }: DigestKey): boolean {
  const parsed = parseObjectKey(key);
  return parsed?.folder === 'CloudTrail' && chain.startsWith(`${parsed.prefix}|${parsed.organizationId ?? ''}|`);
}

function objectOf({ object, version }: LedgerEntry): ObjectVersion | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(object) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key, version };
}
