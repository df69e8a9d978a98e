import type { Digest } from '../cloudtrail/digest.ts';
import type { DigestKey } from '../cloudtrail/digest-key.ts';
import { parseObjectKey } from '../cloudtrail/object-key.ts';
import { LOG_OBJECTS_UNVOUCHED } from '../findings/digest-checks.ts';
import { integrityFinding } from '../findings/integrity.ts';
import type { ChainRow } from '../index/digest-chains.ts';
import type { LedgerRow, ObjectVersion } from '../index/ledger.ts';
import type { VerifyDependencies } from './dependencies.ts';

export interface UnvouchedSearch {
  readonly stored: ObjectVersion;
  /** A valid digest whose predecessors are settled. */
  readonly digest: Digest;
  readonly digestKey: DigestKey;
  /** The chain as it was before this digest. */
  readonly chain?: ChainRow;
}

/** A log object that is delivered around the full hour may be named by the next digest. */
const MARGIN_MILLISECONDS = 10 * 60_000;

/** Objects that a finding names. */
const NAMED = 5;

/**
 * Finds log objects that were delivered before the digest's own hour and that no digest has named since: forged ones,
 * for all that is known. An hour's objects are looked at when the next hour's digest has come.
 */
export async function findUnvouched(
  dependencies: VerifyDependencies,
  { stored, digest, digestKey, chain }: UnvouchedSearch,
): Promise<void> {
  const { chains, digests, report } = dependencies;
  const until = new Date(Date.parse(digest.start) - MARGIN_MILLISECONDS).toISOString();
  const from = chain?.checkedUntil;
  const found = from === undefined || from >= until ? [] : await unnamedObjects(dependencies, digestKey, from, until);
  if (found === undefined) return;
  const parsedKey = parseObjectKey(digest.key);
  // Before the rows are marked: they wouldn't be found again if this broke off in between.
  if (found.length > 0 && parsedKey !== undefined) {
    const { bucket, key, version } = stored;
    const first = found.slice(0, NAMED).map((object) => object.key);
    const matched = { from: from ?? '', to: until, objects: String(found.length), first: first.join(' ') };
    await report(integrityFinding(LOG_OBJECTS_UNVOUCHED, { bucket, key, version, parsedKey, at: until, matched }));
  }
  for (const object of found) await digests.unvouch(object);
  await chains.markChecked(stored.bucket, digestKey.chain, until);
}

/**
 * Log objects of a time that no digest has named; undefined while a digest is pending, as what it names and what isn't
 * processed yet looks the same. A later digest asks again.
 */
async function unnamedObjects(
  { digests, ledger, now }: VerifyDependencies,
  digestKey: DigestKey,
  from: string,
  until: string,
): Promise<readonly ObjectVersion[] | undefined> {
  const found: ObjectVersion[] = [];
  for await (const row of digests.rows(digestKey.account, digestKey.region, from, now().toISOString())) {
    if (row.kind === 'digest') {
      if (row.status === 'pending' && (row.digestStart ?? '') < until) return undefined;
      continue;
    }
    const object = objectOf(row);
    if (row.digestStatus !== undefined || object === undefined || (row.deliveredAt ?? '') >= until) continue;
    if (!isOfTrail(object.key, digestKey)) continue;
    // The index may lag behind the table: what decides is the row itself.
    const rows = await ledger.versions(object.bucket, object.key);
    if (rows.every(({ digestStatus }) => digestStatus === undefined)) found.push(object);
  }
  return found;
}

/** Objects of other prefixes belong to other trails, whose digests speak for them; Insights and network activity may have none. */
function isOfTrail(key: string, { chain }: DigestKey): boolean {
  const parsed = parseObjectKey(key);
  return parsed?.folder === 'CloudTrail' && chain.startsWith(`${parsed.prefix}|${parsed.organizationId ?? ''}|`);
}

function objectOf({ object, version }: LedgerRow): ObjectVersion | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(object) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key, version };
}
