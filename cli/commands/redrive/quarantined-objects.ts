import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { CopyFault, type QuarantineCopy, readQuarantineCopy } from '../../../lambda/ingest/quarantine-copy.ts';
import { quarantineKey } from '../../../lambda/ingest/quarantine-key.ts';
import type { LedgerRow, ObjectVersion } from '../../../lambda/store/ledger/ledger.ts';

/** The quarantine's copies of the records of an object that is gone. */
export interface QuarantinedObject {
  readonly object: ObjectVersion;
  readonly bucket: string;
  /** Copies with records that can be read again, and how many these are. */
  readonly copies: readonly { readonly key: string; readonly records: number }[];
  /** Rejected records that are lost, with their positions as far as they are known. */
  readonly lost: { readonly count: number; readonly named: readonly LostRecord[] };
}

export interface LostRecord {
  readonly index: number;
  readonly reason: string;
}

/**
 * What the quarantine holds of an object whose row names copies; undefined if it names none.
 * @throws the SDK's errors, except for copies that aren't there.
 */
export async function findQuarantined(
  s3: S3Client,
  object: ObjectVersion,
  { quarantine, rejected }: LedgerRow,
): Promise<QuarantinedObject | undefined> {
  if (quarantine === undefined) return undefined;
  const copies: { key: string; records: number }[] = [];
  const named: LostRecord[] = [];
  for (const [first, { recovered }] of Object.entries(quarantine.copies)) {
    const key = quarantineKey({ ...object, index: Number(first) });
    const copy = await readCopy(s3, quarantine.bucket, key);
    const kept = copy?.records.filter(({ record }) => record !== undefined) ?? [];
    for (const { receipt, reason, record } of copy?.records ?? []) {
      if (record === undefined) named.push({ index: receipt.index, reason });
    }
    const records = kept.length - recovered;
    if (records > 0) copies.push({ key, records });
  }
  const readable = copies.reduce((sum, { records }) => sum + records, 0);
  return { object, bucket: quarantine.bucket, copies, lost: { count: Math.max(0, rejected - readable), named } };
}

async function readCopy(s3: S3Client, Bucket: string, Key: string): Promise<QuarantineCopy | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    // In Node the SDK's body is a Readable; its declared type also covers browsers.
    return await readQuarantineCopy(Body as AsyncIterable<Uint8Array>);
  } catch (error) {
    if (error instanceof CopyFault || (error instanceof Error && error.name === 'NoSuchKey')) return undefined;
    throw error;
  }
}

/** Queues a copy, as S3 would tell of it: ingest knows the bucket, and reads it with the receipts in it. */
export async function requeueCopy(sqs: SQSClient, QueueUrl: string, bucket: string, key: string): Promise<void> {
  const s3 = { bucket: { name: bucket }, object: { key: encodeURIComponent(key) } };
  const MessageBody = JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}
