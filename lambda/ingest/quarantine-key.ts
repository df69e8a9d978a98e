import type { Receipt } from '../cloudtrail/cloudtrail-event.ts';

/** The folder of the quarantine bucket that ingest writes to and reads from. */
export const QUARANTINE_FOLDER = 'rejected';

const KEY = new RegExp(
  `^${QUARANTINE_FOLDER}/(?<bucket>[^/]+)/(?<key>.+)/(?<version>[^/]+)/(?<index>\\d{9,15})\\.jsonl\\.gz$`,
  's',
);

/**
 * Where the quarantine bucket keeps rejected records of one version of a log object, by the receipt of the first of
 * them. The same records get the same key: reading the object again overwrites each copy with itself.
 */
export function quarantineKey({ bucket, key, version, index }: Receipt): string {
  return `${QUARANTINE_FOLDER}/${bucket}/${key}/${version}/${String(index).padStart(9, '0')}.jsonl.gz`;
}

/** The receipt of the first record that a copy holds; undefined for any other key. */
export function parseQuarantineKey(quarantined: string): Receipt | undefined {
  const { bucket, key, version, index } = KEY.exec(quarantined)?.groups ?? {};
  if (bucket === undefined || key === undefined || version === undefined) return undefined;
  return { bucket, key, version, index: Number(index) };
}
