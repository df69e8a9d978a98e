import type { CloudTrailObjectKey } from '../../cloudtrail/log/object-key.ts';

/** A message of the log queue comes back for hours, and ingest may have been out of order for a night. */
const NEW_MILLISECONDS = 24 * 3_600_000;

/**
 * Whether CloudTrail made a log object so lately that it is no past: where ingest has not read it yet, it may only not
 * have come to it. The name of the file says when; a copy of an old one is put into its bucket much later.
 */
export function isNewObject({ createdAt }: Pick<CloudTrailObjectKey, 'createdAt'>, now: Date): boolean {
  return now.getTime() - Date.parse(createdAt) < NEW_MILLISECONDS;
}
