import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type ObjectReference, parseNotification } from '../cloudtrail/notification.ts';
import { parseObjectKey } from '../cloudtrail/object-key.ts';
import { describeError } from '../runtime/describe-error.ts';
import { delayRetry } from '../runtime/retry-delay.ts';
import type { VerifyDependencies } from './dependencies.ts';
import { type DigestOutcome, processDigest } from './process-digest.ts';
import type { Rechecks } from './rechecks.ts';

export interface VerifyFunctionDependencies {
  readonly processor: VerifyDependencies;
  readonly rechecks: Rechecks;
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Digests that a message names could not be checked for now: the message comes back. */
class DigestsUnchecked extends Error {
  override readonly name = 'DigestsUnchecked';
}

export type Verify = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** Handles batches of notifications of digests, and of this function's own messages to look at one again. */
export function createVerify(dependencies: VerifyFunctionDependencies): Verify {
  return async (event) => {
    const processor = new BatchProcessor(EventType.SQS);
    try {
      return await processPartialResponse(
        event,
        (message: SQSRecord) => handleMessage(dependencies, message),
        processor,
        { throwOnFullBatchFailure: false },
      );
    } finally {
      dependencies.metrics.publishStoredMetrics();
    }
  };
}

async function handleMessage(dependencies: VerifyFunctionDependencies, message: SQSRecord): Promise<void> {
  const { rechecks, logger, metrics } = dependencies;
  const notification = parseNotification(message.body);
  if (notification.kind === 'acknowledgement') return;
  if (notification.kind === 'unreadable') {
    logger.error('A message in the digest queue is no notification', {
      messageId: message.messageId,
      reason: notification.reason,
    });
    metrics.addMetric('NotificationsUnreadable', MetricUnit.Count, 1);
    throw new DigestsUnchecked(notification.reason);
  }
  if (await rechecks.postponed(message.body)) return;
  const failures: string[] = [];
  for (const reference of notification.objects) {
    try {
      await handleObject(dependencies, reference);
    } catch (error) {
      failures.push(reference.key);
      logger.warn('A digest could not be checked for now', {
        bucket: reference.bucket,
        key: reference.key,
        error: describeError(error),
      });
    }
  }
  if (failures.length === 0) return;
  await delayRetry(dependencies, message);
  throw new DigestsUnchecked(`${failures.length} of ${notification.objects.length} digests could not be checked`);
}

async function handleObject(
  dependencies: VerifyFunctionDependencies,
  { bucket, key, decodedKey = key }: ObjectReference,
): Promise<void> {
  const { processor, rechecks, logger, metrics } = dependencies;
  if (!processor.logBuckets.includes(bucket)) {
    logger.error('A notification names a bucket that is not a log bucket: not read', { bucket, key });
    metrics.addMetric('ObjectsRefused', MetricUnit.Count, 1);
    return;
  }
  // No character of a digest's key is written otherwise when it is URL-encoded, but those of a prefix may be.
  const found = [key, decodedKey].find((candidate) => parseObjectKey(candidate)?.kind === 'digest');
  if (found === undefined) return;
  const stored = await processor.buckets.digest(bucket, found);
  const known = (await processor.digests.digests(bucket, found)).find(({ version }) => version === stored.version);
  // A message to look at it again is under way: it was sent before the row was written.
  if (known?.recheckAt !== undefined && Date.parse(known.recheckAt) > processor.now().getTime()) return;
  const outcome = await processDigest(processor, stored, rechecks);
  report(dependencies, found, outcome);
}

function report({ logger, metrics }: VerifyFunctionDependencies, key: string, outcome: DigestOutcome): void {
  const { status, verified, modified, missing, unread, unnotified } = outcome;
  metrics.addMetric(status === 'invalid' ? 'DigestsInvalid' : 'DigestsValid', MetricUnit.Count, 1);
  metrics.addMetric('LogObjectsVerified', MetricUnit.Count, verified);
  metrics.addMetric('LogObjectsModified', MetricUnit.Count, modified);
  metrics.addMetric('LogObjectsMissing', MetricUnit.Count, missing);
  metrics.addMetric('LogObjectsUnread', MetricUnit.Count, unread + unnotified);
  const details = { key, ...outcome };
  if (status === 'invalid' || modified > 0 || missing > 0) logger.error('A digest found something altered', details);
  else logger.info('A digest was checked', details);
}
