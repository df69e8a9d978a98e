import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { parseObjectKey } from '../../../lambda/cloudtrail/log/object-key.ts';
import type { ObjectVersion } from '../../../lambda/store/ledger/ledger.ts';
import { forgetTries, type TriesLedgers } from './forget-tries.ts';

/** The result for an object that should be read again. */
export type Requeued = 'queued' | 'gone' | 'not-cloudtrail';

export interface RequeueDependencies {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly ledgers: TriesLedgers;
  readonly logQueueUrl: string;
  /** Where the deployment verifies digests. */
  readonly digestQueueUrl?: string;
}

/**
 * Queues an object so that it is read again from its beginning, with all of its tries, in any state. Its rows, findings
 * and alerts stay the same: nothing is doubled.
 * @param version the version that is meant; the current one where none is given.
 * @throws the SDK's faults of access (`isFaultOfAccess`).
 */
export async function requeue(
  { s3, sqs, ledgers, logQueueUrl, digestQueueUrl }: RequeueDependencies,
  { bucket, key, version }: { readonly bucket: string; readonly key: string; readonly version?: string },
): Promise<Requeued> {
  const kind = parseObjectKey(key)?.kind;
  if (kind === undefined) return 'not-cloudtrail';
  const target = await findVersion(s3, { bucket, key, ...(kind === 'log' && version !== undefined && { version }) });
  if (target === undefined) return 'gone';
  if (kind === 'digest') {
    if (digestQueueUrl === undefined) return 'not-cloudtrail';
    await forgetTries(ledgers, { bucket, key });
    await send(sqs, digestQueueUrl, { s3Bucket: bucket, s3ObjectKey: [key] });
    return 'queued';
  }
  await forgetTries(ledgers, { bucket, key });
  const { ledger } = ledgers;
  const rows = await ledger.versions(bucket, key);
  if (rows.some((row) => row.version === target.version && row.closedAt !== undefined)) await ledger.reopen(target);
  // As S3 would tell of it: of CloudTrail's and EventBridge's forms only S3's names a version.
  const object = { key: encodeURIComponent(key), ...(target.isVersioned && { versionId: target.version }) };
  await send(sqs, logQueueUrl, {
    Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object } }],
  });
  return 'queued';
}

interface FoundVersion extends ObjectVersion {
  readonly isVersioned: boolean;
}

/**
 * A version of an object that is in its bucket, undefined if it is gone.
 * @param version the version that is meant; the current one where none is given.
 * @throws the SDK's faults of access (`isFaultOfAccess`).
 */
export async function findVersion(
  s3: S3Client,
  { bucket, key, version }: { readonly bucket: string; readonly key: string; readonly version?: string },
): Promise<FoundVersion | undefined> {
  const current = await head(s3, bucket, key);
  return version === undefined || version === current?.version ? current : old(s3, bucket, key, version);
}

async function head(s3: S3Client, bucket: string, key: string, versionId?: string): Promise<FoundVersion | undefined> {
  try {
    const { VersionId, ETag = '' } = await s3.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) }),
    );
    const isVersioned = VersionId !== undefined && VersionId !== 'null';
    return { bucket, key, version: isVersioned ? VersionId : ETag.replaceAll('"', ''), isVersioned };
  } catch (error) {
    if (error instanceof Error && /NotFound|NoSuchKey|NoSuchVersion|BadRequest/.test(error.name)) return undefined;
    throw error;
  }
}

/** A version that isn't the current one: there is none in a bucket that keeps no versions. */
async function old(s3: S3Client, bucket: string, key: string, version: string): Promise<FoundVersion | undefined> {
  const found = await head(s3, bucket, key, version);
  return found?.version === version ? found : undefined;
}

async function send(sqs: SQSClient, QueueUrl: string, body: unknown): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
}
