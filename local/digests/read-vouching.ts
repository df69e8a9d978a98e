import { parseObjectKey } from '../../lambda/cloudtrail/log/object-key.ts';
import type { DigestLedger } from '../../lambda/store/ledger/digest-ledger.ts';
import { DIGEST_STATUSES, type DigestStatus, type Ledger } from '../../lambda/store/ledger/ledger.ts';
import type { UploadedFile } from '../input/upload-log-file.ts';

/** What the digests of a run say of its log objects. */
export interface Vouching {
  /** Digests of the run by what became of them. `unchecked`: without a signature, or without the key to check it with. */
  readonly digests: { readonly valid: number; readonly invalid: number; readonly unchecked: number };
  /** Log objects; `missing` are those that a digest names and that weren't there. */
  readonly logs: Readonly<Record<DigestStatus, number>>;
}

/**
 * Adds up what the ledger says, and notes there which log objects no digest has vouched for: with all of the run
 * delivered, there is none left to come.
 *
 * @returns undefined if there were no digests
 */
export async function readVouching(
  ledger: Ledger,
  digestLedger: DigestLedger,
  objects: readonly UploadedFile[],
): Promise<Vouching | undefined> {
  const distinct = [...new Map(objects.map((object) => [`${object.bucket}/${object.key}`, object])).values()];
  const digests = { valid: 0, invalid: 0, unchecked: 0 };
  const logs = { ...ofEach(0) };
  for (const { bucket, key, version } of distinct.filter(isDigest)) {
    const row = (await digestLedger.digests(bucket, key)).find((found) => found.version === version);
    if (row === undefined) digests.unchecked++;
    else digests[row.status === 'invalid' ? 'invalid' : 'valid']++;
    logs.missing += row?.missing ?? 0;
  }
  if (digests.valid + digests.invalid + digests.unchecked === 0) return undefined;
  for (const object of distinct.filter((each) => !isDigest(each))) {
    await digestLedger.unvouch(object);
    const rows = await ledger.versions(object.bucket, object.key);
    const status = rows.find(({ version }) => version === object.version)?.digestStatus ?? 'unvouched';
    logs[status]++;
  }
  return { digests, logs };
}

function isDigest({ key }: UploadedFile): boolean {
  return parseObjectKey(key)?.kind === 'digest';
}

function ofEach(count: number): Record<DigestStatus, number> {
  // Made from the list of all statuses.
  return Object.fromEntries(DIGEST_STATUSES.map((status) => [status, count])) as Record<DigestStatus, number>;
}
