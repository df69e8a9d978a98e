import type { S3Client } from '@aws-sdk/client-s3';
import { counted } from '../../../lambda/shared/counted.ts';
import type { Ledger, LedgerEntry, ObjectVersion } from '../../../lambda/store/ledger/ledger.ts';
import type { Io } from '../../output/process-io.ts';
import { findQuarantined, type QuarantinedObject } from './quarantined-objects.ts';
import { findVersion } from './requeue-objects.ts';

/** What is to be read again of objects that were rejected or hold rejected records. */
export interface RejectedObjects {
  /** Those that are in their bucket: they are read again as a whole. */
  readonly there: readonly ObjectVersion[];
  /** Those that are gone, as far as the quarantine has kept their records. */
  readonly quarantined: readonly QuarantinedObject[];
  /** Those that are gone, and that something is lost of which no copy was ever made: records behind a fault. */
  readonly gone: readonly ObjectVersion[];
}

/** What the ledger's index holds of a row, and the object that it is about. */
export interface FoundRow {
  readonly object: ObjectVersion;
  readonly row: LedgerEntry;
}

/**
 * Looks for each object, and for the quarantine's copies where it isn't there.
 * @throws the SDK's faults of access (`isFaultOfAccess`).
 */
export async function findRejected(
  s3: S3Client,
  ledger: Ledger,
  rows: readonly FoundRow[],
  onFound: (done: number) => void,
): Promise<RejectedObjects> {
  const there: ObjectVersion[] = [];
  const quarantined: QuarantinedObject[] = [];
  const gone: ObjectVersion[] = [];
  let done = 0;
  for (const { object, row } of rows) {
    if ((await findVersion(s3, object)) !== undefined) there.push(object);
    else {
      // Which copies there are stands in the table alone.
      const versions = await ledger.versions(object.bucket, object.key);
      const whole = versions.find(({ version }) => version === object.version);
      const found = whole && (await findQuarantined(s3, object, whole));
      if (found !== undefined) quarantined.push(found);
      if (found === undefined || row.status === 'rejected') gone.push(object);
    }
    onFound(++done);
  }
  return { there, quarantined, gone };
}

/** Lost records of an object that are named one by one. */
const NAMED_LOST = 20;

/**
 * Names what can't be read again, on stderr.
 * @returns how many records are lost that the ledger counts as rejected.
 */
export function tellLost(quarantined: readonly QuarantinedObject[], { stderr }: Io): number {
  let lost = 0;
  for (const { object, lost: own } of quarantined) {
    lost += own.count;
    const name = `s3://${object.bucket}/${object.key}`;
    const named = own.named.slice(0, NAMED_LOST);
    for (const { index, reason } of named) stderr.write(`Not recoverable: record ${index} of ${name}: ${reason}\n`);
    const others = own.count - named.length;
    if (others > 0)
      stderr.write(`Not recoverable: ${counted(others, named.length > 0 ? 'more record' : 'record')} of ${name}\n`);
  }
  return lost;
}
