import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseDigestKey } from '../../lambda/cloudtrail/digest/digest-key.ts';
import { type ObjectReference, parseNotification } from '../../lambda/cloudtrail/log/object-notification.ts';
import type { Verify } from '../../lambda/verify/verify.ts';
import type { QueueFunction } from './event-source-mapping.ts';

export interface VerifySignedOptions {
  readonly s3: S3Client;
  readonly verify: Verify;
  /** Whether there is any public key to check a signature with. */
  readonly hasKeys: boolean;
  /** Resolves once the log objects that were delivered before are dealt with. */
  readonly logsRead: () => Promise<void>;
}

/**
 * Verify, for digests that were copied here. In AWS a digest without a signature was tampered with, and all of its keys
 * can be asked for; a copy has lost its metadata, and the keys may not be at hand. Such a digest proves nothing here:
 * it isn't checked, and the log objects that it names stay unvouched.
 *
 * A batch's digests are checked one by one, the oldest first, and when the log objects have been read: here they come all
 * at once, in AWS an hour apart.
 */
export function verifySigned({ s3, verify, hasKeys, logsRead }: VerifySignedOptions): QueueFunction {
  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const digests = Records.map((message) => ({ message, end: digestEnd(message) })).filter(({ end }) => end !== '');
    if (!hasKeys || digests.length === 0) return { batchItemFailures: [] };
    await logsRead();
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const { message } of digests.toSorted((a, b) => (a.end < b.end ? -1 : 1))) {
      if (!(await isSigned(s3, message))) continue;
      batchItemFailures.push(...(await verify({ Records: [message] })).batchItemFailures);
    }
    return { batchItemFailures };
  };
}

/** The end of the oldest digest that a message names; empty if it names none. Verify reports what can't be read. */
function digestEnd({ body }: SQSRecord): string {
  const notification = parseNotification(body);
  if (notification.kind !== 'objects') return notification.kind === 'unreadable' ? '0' : '';
  return notification.objects.flatMap(({ key }) => parseDigestKey(key)?.end ?? []).toSorted()[0] ?? '';
}

async function isSigned(s3: S3Client, { body }: SQSRecord): Promise<boolean> {
  const notification = parseNotification(body);
  if (notification.kind !== 'objects') return true;
  const signed = await Promise.all(notification.objects.map((object) => hasSignature(s3, object)));
  return signed.some(Boolean);
}

/** Verify reports what can't be read. */
async function hasSignature(s3: S3Client, { bucket, key }: ObjectReference): Promise<boolean> {
  const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch(() => undefined);
  return head === undefined || head.Metadata?.signature !== undefined;
}
