import type { S3Client } from '@aws-sdk/client-s3';
import type { Receipt } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { ContentFault, DEFAULT_MAX_RECORD_BYTES, readLogObject } from '../../lambda/cloudtrail/log/log-object.ts';
import { originFile } from '../../lambda/cloudtrail/log/origin-file.ts';
import { openObject, type SourceObject } from '../../lambda/ingest/object-source.ts';
import { isJsonObject, type JsonObject } from '../../lambda/shared/json.ts';
import type { Ledger, LedgerRow, ObjectVersion } from '../../lambda/store/ledger/ledger.ts';

/** What became of looking an event up where it stands. */
export interface RawRecord {
  /** Parsed; undefined if it is gone, or if another record is in its place. */
  readonly record?: JsonObject;
  /** The same as it stands in the object: JSON, whose numbers and strings JavaScript may write otherwise. */
  readonly text?: string;
  /** The user's own file that the log object was, if it was one: `-` for standard input. */
  readonly file?: string;
  /** Why there is no record. */
  readonly problem?: string;
  /** SHA-256 of the object's uncompressed content now; undefined if it can't be read to its end. */
  readonly sha256?: string;
  /** What the ledger says of this version of the object. */
  readonly ledger?: LedgerRow;
  /**
   * `same`: the content is what was indexed; `changed`: it isn't; `unknown`: the ledger names no hash, as of an object
   * that couldn't be read to its end.
   */
  readonly content: 'same' | 'changed' | 'unknown';
}

/** An ETag, which is used as the version in a bucket without versions. */
const ETAG = /^[0-9a-f]{32}(-\d+)?$/;

/**
 * Reads the record that a receipt names, as a stream, and checks the whole object against the ledger.
 * @throws the SDK's errors, except NoSuchKey and NoSuchVersion, which are an answer.
 */
export async function readRawRecord(
  s3: S3Client,
  ledger: Ledger,
  eventID: string,
  receipt: Receipt,
): Promise<RawRecord> {
  const { bucket, key, version } = receipt;
  const row = (await ledger.versions(bucket, key)).find((candidate) => candidate.version === version);
  const known = row === undefined ? {} : { ledger: row };
  try {
    const read = await readObject(s3, receipt);
    const found = isRecord(read.value, eventID)
      ? { record: read.value, text: read.text }
      : { problem: read.problem ?? 'Another record stands in its place.' };
    return {
      ...found,
      ...known,
      ...(read.file !== undefined && { file: read.file }),
      ...(read.sha256 && { sha256: read.sha256 }),
      content: compare(read.sha256, row),
    };
  } catch (error) {
    if (!isGone(error)) throw error;
    return { problem: 'The log object, or this version of it, is gone from the bucket.', ...known, content: 'unknown' };
  }
}

/** Opens the version of an object that a receipt or the ledger names. @throws the SDK's errors. */
export async function openVersion(s3: S3Client, { bucket, key, version }: ObjectVersion): Promise<SourceObject> {
  return await openObject(s3, { bucket, key, ...(!ETAG.test(version) && { versionId: version }) });
}

interface ReadObject {
  readonly file?: string;
  readonly value?: unknown;
  readonly text?: string;
  readonly sha256?: string;
  readonly problem?: string;
}

async function readObject(s3: S3Client, { index, ...object }: Receipt): Promise<ReadObject> {
  const source = await openVersion(s3, object);
  const limits = { maxObjectBytes: Number.POSITIVE_INFINITY, maxRecordBytes: DEFAULT_MAX_RECORD_BYTES };
  const file = originFile(source.metadata);
  const reading = readLogObject(source.body, limits, index);
  let value: unknown;
  let text: string | undefined;
  try {
    for (;;) {
      const step = await reading.next();
      if (step.done) return { file, value, text, sha256: step.value.sha256 };
      const item = step.value.find((candidate) => candidate.index === index);
      if (item !== undefined && 'value' in item) {
        value = item.value;
        text = item.bytes.toString('utf8');
      }
    }
  } catch (error) {
    // The records before the fault were indexed, and are what was asked for.
    if (error instanceof ContentFault)
      return { file, value, text, problem: `The log object can't be read on: ${error.message}.` };
    throw error;
  } finally {
    source.close();
  }
}

function isRecord(value: unknown, eventID: string): value is JsonObject {
  return isJsonObject(value) && String(value.eventID ?? value.eventId) === eventID;
}

function compare(sha256: string | undefined, row: LedgerRow | undefined): RawRecord['content'] {
  if (row?.sha256 === undefined) return 'unknown';
  return sha256 === row.sha256 ? 'same' : 'changed';
}

export function isGone(error: unknown): boolean {
  return error instanceof Error && ['NoSuchKey', 'NoSuchVersion', 'NotFound'].includes(error.name);
}
