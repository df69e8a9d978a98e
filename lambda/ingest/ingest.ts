import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type ObjectReference, parseNotification } from '../cloudtrail/notification.ts';
import { type CloudTrailObjectKey, parseObjectKey } from '../cloudtrail/object-key.ts';
import { describeError } from '../runtime/describe-error.ts';
import { delayRetry } from '../runtime/retry-delay.ts';
import { openObject, type SourceObject } from './object-source.ts';
import { type ObjectOutcome, type ProcessorDependencies, processObject } from './process-object.ts';

export interface IngestDependencies {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly processor: ProcessorDependencies;
  /** The buckets whose objects are read: a forged notification can't name another one. */
  readonly logBuckets: readonly string[];
  readonly queueUrl: string;
  /** Once, before the first object is read. @throws errors of access. */
  readonly prepare: () => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What of the function's time is kept for finishing what was begun. */
const STOP_BEFORE_MILLISECONDS = 30_000;

/** Objects that a message names could not be read for now: the message comes back, and skips those that are closed. */
class ObjectsUnread extends Error {
  override readonly name = 'ObjectsUnread';
}

export type Ingest = (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse>;

/** Handles batches of notifications: each object that they name is processed, whatever becomes of the others. */
export function createIngest(dependencies: IngestDependencies): Ingest {
  let prepared = false;
  return async (event, context) => {
    const { metrics, prepare } = dependencies;
    if (!prepared) {
      await prepare();
      prepared = true;
    }
    const mustStop = (): boolean => context.getRemainingTimeInMillis() < STOP_BEFORE_MILLISECONDS;
    const processor = new BatchProcessor(EventType.SQS);
    try {
      return await processPartialResponse(
        event,
        (message: SQSRecord) => handleMessage(dependencies, message, mustStop),
        processor,
        { throwOnFullBatchFailure: false },
      );
    } finally {
      metrics.publishStoredMetrics();
    }
  };
}

async function handleMessage(
  dependencies: IngestDependencies,
  message: SQSRecord,
  mustStop: () => boolean,
): Promise<void> {
  const { logger, metrics } = dependencies;
  const notification = parseNotification(message.body);
  if (notification.kind === 'acknowledgement') return;
  if (notification.kind === 'unreadable') {
    // Another try reads the same: the message goes to the dead-letter queue, where a person sees it.
    logger.error('A message in the log queue is no notification', {
      messageId: message.messageId,
      reason: notification.reason,
    });
    metrics.addMetric('NotificationsUnreadable', MetricUnit.Count, 1);
    throw new ObjectsUnread(notification.reason);
  }
  const failures: string[] = [];
  for (const reference of notification.objects) {
    try {
      await handleObject(dependencies, reference, mustStop);
    } catch (error) {
      failures.push(reference.key);
      logger.warn('An object could not be read for now', {
        bucket: reference.bucket,
        key: reference.key,
        error: describeError(error),
      });
    }
  }
  if (failures.length === 0) return;
  await delayRetry(dependencies, message);
  throw new ObjectsUnread(`${failures.length} of ${notification.objects.length} objects could not be read`);
}

async function handleObject(
  dependencies: IngestDependencies,
  reference: ObjectReference,
  mustStop: () => boolean,
): Promise<void> {
  const { logger, metrics, logBuckets, s3, processor } = dependencies;
  if (!logBuckets.includes(reference.bucket)) {
    logger.error('A notification names a bucket that is not a log bucket: not read', {
      bucket: reference.bucket,
      key: reference.key,
    });
    metrics.addMetric('ObjectsRefused', MetricUnit.Count, 1);
    return;
  }
  const parsedKey = parseObjectKey(reference.key) ?? parseObjectKey(reference.decodedKey ?? '');
  if (parsedKey?.kind !== 'log') return;
  if (mustStop()) {
    await queueAgain(dependencies, reference);
    return;
  }
  const object = await openObject(s3, reference);
  try {
    const outcome = await processObject(processor, {
      object,
      parsedKey,
      mustStop,
      ...(reference.notifiedAt !== undefined && { notifiedAt: reference.notifiedAt }),
    });
    if (outcome.status === 'continue') await queueAgain(dependencies, { ...object, ...versionOf(object) });
    report(dependencies, object, parsedKey, outcome);
  } catch (error) {
    await processor.ledger.fail(object, describeError(error)).catch(() => {
      // The ledger is out of reach too; the message comes back and says so.
    });
    throw error;
  }
}

function versionOf(object: SourceObject): { versionId?: string } {
  return object.versionId === undefined ? {} : { versionId: object.versionId };
}

/** As S3 itself would have told of it, so that the version is named. */
async function queueAgain({ sqs, queueUrl }: IngestDependencies, reference: ObjectReference): Promise<void> {
  const { bucket, key, versionId, notifiedAt } = reference;
  const notification = {
    Records: [
      {
        eventName: 'ObjectCreated:Put',
        ...(notifiedAt !== undefined && { eventTime: notifiedAt }),
        s3: {
          bucket: { name: bucket },
          object: { key: encodeURIComponent(key), ...(versionId !== undefined && { versionId }) },
        },
      },
    ],
  };
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(notification) }));
}

const STATUS_METRICS = {
  closed: 'ObjectsClosed',
  rejected: 'ObjectsRejected',
  skipped: 'ObjectsSkipped',
  continue: 'ObjectsContinued',
} as const;

function report(
  { logger, metrics }: IngestDependencies,
  object: SourceObject,
  parsedKey: CloudTrailObjectKey,
  outcome: ObjectOutcome,
): void {
  metrics.addMetric(STATUS_METRICS[outcome.status], MetricUnit.Count, 1);
  if (outcome.status === 'closed' || outcome.status === 'rejected') {
    metrics.addMetric('RecordsIndexed', MetricUnit.Count, outcome.indexed);
    metrics.addMetric('RecordsRejected', MetricUnit.Count, outcome.rejected);
    metrics.addMetric('Findings', MetricUnit.Count, outcome.findings);
    const delay = (Date.now() - Date.parse(parsedKey.createdAt)) / 1000;
    metrics.addMetric('IngestDelaySeconds', MetricUnit.Seconds, Math.max(0, delay));
  }
  const details = { bucket: object.bucket, key: object.key, version: object.version, ...outcome };
  if (outcome.status === 'rejected') logger.error('A log object was rejected', details);
  else logger.info('A log object was processed', details);
}
