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
import { parseQuarantineKey } from './quarantine-key.ts';
import { type RecoveryOutcome, recoverRecords } from './recover-records.ts';

export interface IngestDependencies {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly processor: ProcessorDependencies;
  /** The buckets whose objects are read: a forged notification can't name another one. */
  readonly logBuckets: readonly string[];
  /** Where rejected records are kept, and read again from when a message names them. */
  readonly quarantineBucket: string;
  readonly queueUrl: string;
  /** Once, before the first object is read. @throws errors of access. */
  readonly prepare: () => Promise<void>;
  /** Told what became of each object: for a person who looks on. */
  readonly onOutcome?: (told: ToldOutcome) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** An object, and what became of it; or why it couldn't be read for now. */
export type ToldOutcome = { readonly bucket: string; readonly key: string } & (
  | { readonly outcome: ObjectOutcome | RecoveryOutcome }
  | { readonly error: string }
);

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
      const { bucket, key } = reference;
      failures.push(key);
      const told = { bucket, key, error: describeError(error) };
      logger.warn('An object could not be read for now', told);
      dependencies.onOutcome?.(told);
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
  const { logBuckets, s3, processor } = dependencies;
  if (reference.bucket === dependencies.quarantineBucket) {
    await handleCopy(dependencies, reference, mustStop);
    return;
  }
  if (!logBuckets.includes(reference.bucket)) {
    refuse(dependencies, reference, 'its bucket is not a log bucket');
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

/** Rejected records are read again from their copy: their log object is gone. */
async function handleCopy(
  dependencies: IngestDependencies,
  reference: ObjectReference,
  mustStop: () => boolean,
): Promise<void> {
  const { logBuckets, s3, processor, logger, metrics } = dependencies;
  const { bucket, key } = reference;
  const first = parseQuarantineKey(key);
  if (first === undefined || !logBuckets.includes(first.bucket) || parseObjectKey(first.key)?.kind !== 'log') {
    refuse(dependencies, reference, 'it is no copy of records of a log bucket');
    return;
  }
  if (mustStop()) {
    await queueAgain(dependencies, reference);
    return;
  }
  const outcome = await recoverRecords(processor, { bucket, key, open: () => openObject(s3, { bucket, key }) });
  dependencies.onOutcome?.({ bucket, key, outcome });
  if (outcome.status === 'refused') {
    refuse(dependencies, reference, outcome.reason ?? 'it is none of ours');
    return;
  }
  metrics.addMetric('RecordsRecovered', MetricUnit.Count, outcome.indexed);
  metrics.addMetric('Findings', MetricUnit.Count, outcome.findings);
  logger.info('Rejected records were read again', { bucket, key, ...outcome });
}

/** What a message names that nobody may make this function read: counted, and never tried again. */
function refuse({ logger, metrics }: IngestDependencies, { bucket, key }: ObjectReference, reason: string): void {
  logger.error('A notification names what is not to be read', { bucket, key, reason });
  metrics.addMetric('ObjectsRefused', MetricUnit.Count, 1);
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
  { logger, metrics, onOutcome }: IngestDependencies,
  object: SourceObject,
  parsedKey: CloudTrailObjectKey,
  outcome: ObjectOutcome,
): void {
  onOutcome?.({ bucket: object.bucket, key: object.key, outcome });
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
