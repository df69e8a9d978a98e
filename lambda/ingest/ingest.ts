import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type CloudTrailObjectKey, parseObjectKey } from '../cloudtrail/log/object-key.ts';
import { type ObjectReference, parseNotification } from '../cloudtrail/log/object-notification.ts';
import { describeError } from '../runtime/describe-error.ts';
import { publishMetrics } from '../runtime/function-metrics.ts';
import type { DeadLetters } from '../runtime/queue/dead-letters.ts';
import { giveUpMessage, handleObjects } from '../runtime/queue/message-objects.ts';
import { GivenUp, noteFailure } from '../runtime/queue/object-tries.ts';
import { delayRetry, receivesOf } from '../runtime/queue/retry-delay.ts';
import { TogetherOrAlone } from '../runtime/queue/together-or-alone.ts';
import { recordMetric } from '../runtime/record-metric.ts';
import { METRICS } from '../shared/metric-names.ts';
import type { LogBuckets } from '../sources/log-buckets.ts';
import type { Ledger, ObjectVersion } from '../store/ledger/ledger.ts';
import type { Subscriptions } from './confirm-subscription.ts';
import { openObject, type SourceObject } from './object-source.ts';
import { type ObjectOutcome, openingOf, type ProcessorDependencies, processObject, skipped } from './process-object.ts';
import { parseQuarantineKey } from './quarantine-key.ts';
import { type RecoveryOutcome, recoverRecords } from './recover-records.ts';

export interface IngestDependencies {
  readonly sqs: SQSClient;
  readonly processor: ProcessorDependencies & { readonly ledger: Ledger };
  /** The buckets whose objects are read: a forged notification can't name another one. */
  readonly logBuckets: LogBuckets;
  /** The topics that may ask whether they may send to the queue. */
  readonly subscriptions: Subscriptions;
  /** Where rejected records are kept, and read again from when a message names them. */
  readonly quarantineBucket: string;
  readonly queueUrl: string;
  /** Takes messages that no further try can help. */
  readonly deadLetters: DeadLetters;
  /** Once, before the first object is read. @throws faults of access (`isFaultOfAccess`). */
  readonly prepare: () => Promise<void>;
  /** Called with the result of each object, to show it to a person. */
  readonly onOutcome?: (told: ToldOutcome) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** An object and its result, or why it can't be read for now. */
export type ToldOutcome = { readonly bucket: string; readonly key: string } & (
  | { readonly outcome: ObjectOutcome | RecoveryOutcome }
  | { readonly error: string }
);

/** Milliseconds of the function's time that are kept for finishing what was begun. */
const STOP_BEFORE_MILLISECONDS = 30_000;

/** The version that the ledger notes for an object that couldn't be opened. */
const UNOPENED = 'unopened';

/** One call of the function. */
interface Call {
  readonly mustStop: () => boolean;
  readonly lanes: TogetherOrAlone;
}

/** One message of a call. */
interface Delivery extends Call {
  /** How often it was received, this time included. */
  readonly receives: number;
}

export type Ingest = (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse>;

/** Handles batches of notifications: each object that they name is processed, even if others fail. */
export function createIngest(dependencies: IngestDependencies): Ingest {
  let prepared = false;
  return async (event, context) => {
    const { metrics, prepare } = dependencies;
    if (!prepared) {
      await prepare();
      prepared = true;
    }
    const call: Call = {
      mustStop: () => context.getRemainingTimeInMillis() < STOP_BEFORE_MILLISECONDS,
      lanes: new TogetherOrAlone(),
    };
    const processor = new BatchProcessor(EventType.SQS);
    try {
      return await processPartialResponse(
        event,
        (message: SQSRecord) => handleMessage(dependencies, message, call),
        processor,
        { throwOnFullBatchFailure: false },
      );
    } finally {
      publishMetrics(metrics);
    }
  };
}

async function handleMessage(dependencies: IngestDependencies, message: SQSRecord, call: Call): Promise<void> {
  const { logger, metrics } = dependencies;
  const notification = parseNotification(message.body);
  if (notification.kind === 'acknowledgement') return;
  if (notification.kind === 'unreadable') {
    const { reason } = notification;
    logger.error('A message in the log queue is no notification', { messageId: message.messageId, reason });
    recordMetric(metrics, METRICS.NotificationsUnreadable, 1);
    await giveUpMessage(dependencies, message, reason);
    return;
  }
  if (notification.kind === 'subscription') {
    await handleSubscription(dependencies, message, notification);
    return;
  }
  await handleObjects(
    {
      ...dependencies,
      handle: (reference) => handleObject(dependencies, reference, { ...call, receives: receivesOf(message) }),
      queueAlone: (reference, delaySeconds) => queueAgain(dependencies, reference, delaySeconds),
      notificationOf,
      onFailure: (reference, error) => tellFailure(dependencies, reference, error),
    },
    message,
    notification.objects,
  );
}

/** Of a topic that no source names it is kept for a person: redriven within the token's two days, it is confirmed. */
async function handleSubscription(
  dependencies: IngestDependencies,
  message: SQSRecord,
  { topic, token }: { readonly topic: string; readonly token: string },
): Promise<void> {
  const { subscriptions, logger } = dependencies;
  if (!subscriptions.has(topic)) {
    logger.error('A topic that no source names asks for a subscription', { topic });
    await giveUpMessage(dependencies, message, `no source names the topic ${topic}: its subscription is not confirmed`);
    return;
  }
  try {
    await subscriptions.confirm(topic, token);
  } catch (error) {
    logger.warn('A subscription could not be confirmed for now', { topic, error: describeError(error) });
    await delayRetry(dependencies, message);
    throw error;
  }
  logger.info('A subscription was confirmed', { topic });
}

function tellFailure(
  { logger, metrics, onOutcome }: IngestDependencies,
  { bucket, key }: ObjectReference,
  error: unknown,
): void {
  const told = { bucket, key, error: describeError(error) };
  onOutcome?.(told);
  if (error instanceof GivenUp) {
    logger.error('An object was given up: its message goes to the dead-letter queue', told);
    recordMetric(metrics, METRICS.ObjectsGivenUp, 1);
  } else logger.warn('An object could not be read for now', told);
}

async function handleObject(
  dependencies: IngestDependencies,
  reference: ObjectReference,
  delivery: Delivery,
): Promise<void> {
  const { logBuckets } = dependencies;
  if (reference.bucket === dependencies.quarantineBucket) {
    await handleCopy(dependencies, reference, delivery);
    return;
  }
  if (!logBuckets.has(reference.bucket)) {
    refuse(dependencies, reference, 'its bucket is not a log bucket');
    return;
  }
  const parsedKey = parseObjectKey(reference.key) ?? parseObjectKey(reference.decodedKey ?? '');
  if (parsedKey === undefined) {
    recordMetric(dependencies.metrics, METRICS.KeysUnknown, 1);
    return;
  }
  if (parsedKey.kind !== 'log') return;
  await handleLogObject(dependencies, reference, parsedKey, delivery);
}

async function handleLogObject(
  dependencies: IngestDependencies,
  reference: ObjectReference,
  parsedKey: CloudTrailObjectKey,
  { mustStop, lanes, receives }: Delivery,
): Promise<void> {
  const { processor, logBuckets } = dependencies;
  const { ledger } = processor;
  const { bucket, key, versionId } = reference;
  let opened: SourceObject | undefined;
  const tried = (): ObjectVersion => opened ?? { bucket, key, version: versionId ?? UNOPENED };
  try {
    const versions = await ledger.versions(bucket, key);
    const known = versions.find(({ version }) => version === versionId);
    if (known?.closedAt !== undefined) {
      report(dependencies, tried(), parsedKey, skipped(known));
      return;
    }
    // A function that was killed over an object took all others of its call with it. A first try leaves no trace then.
    const mayHaveKilled = receives > 1 && versions.every(({ lastError }) => lastError === undefined);
    const hasKilled = mayHaveKilled || versions.some(({ unfinished }) => unfinished > 0);
    await lanes.run(hasKilled, async () => {
      if (mustStop()) {
        await queueAgain(dependencies, reference);
        return;
      }
      const object = await openObject(logBuckets.clientOf(bucket), reference);
      try {
        opened = object;
        const outcome = await processObject(processor, {
          object,
          versions: object.key === key ? versions : await ledger.versions(bucket, object.key),
          parsedKey,
          receives,
          mustStop,
          ...(reference.notifiedAt !== undefined && { notifiedAt: reference.notifiedAt }),
        });
        if (outcome.status === 'continue') await queueAgain(dependencies, { ...object, ...versionOf(object) });
        report(dependencies, object, parsedKey, outcome);
      } finally {
        object.close();
      }
    });
  } catch (error) {
    await noteFailure(error, {
      fail: async (reason, counts) => {
        // What can't be had yet has no row: there may never be such an object.
        if (opened === undefined) return counts ? ledger.fail(tried(), reason, counts) : 0;
        // Tries after the first have noted that they began.
        const { notifiedAt } = reference;
        const request = { object: opened, parsedKey, ...(notifiedAt !== undefined && { notifiedAt }) };
        const opening = receives > 1 ? undefined : openingOf(request, processor.now());
        return ledger.fail(opened, reason, counts, opening);
      },
      forget: () => ledger.forgetTries(tried()),
    });
  }
}

/** Rejected records are read again from their copy: their log object is gone. */
async function handleCopy(
  dependencies: IngestDependencies,
  reference: ObjectReference,
  { mustStop, lanes }: Call,
): Promise<void> {
  const { logBuckets, processor } = dependencies;
  const { key } = reference;
  const first = parseQuarantineKey(key);
  if (first === undefined || !logBuckets.has(first.bucket) || parseObjectKey(first.key)?.kind !== 'log') {
    refuse(dependencies, reference, 'it is no copy of records of a log bucket');
    return;
  }
  if (mustStop()) {
    await queueAgain(dependencies, reference);
    return;
  }
  try {
    await lanes.run(false, () => recoverCopy(dependencies, reference));
  } catch (error) {
    await noteFailure(error, {
      fail: (reason, counts) => processor.ledger.fail(first, reason, counts),
      forget: () => processor.ledger.forgetTries(first),
    });
  }
}

async function recoverCopy(dependencies: IngestDependencies, reference: ObjectReference): Promise<void> {
  const { logBuckets, processor, logger, metrics } = dependencies;
  const { bucket, key } = reference;
  const open = () => openObject(logBuckets.clientOf(bucket), { bucket, key });
  const outcome = await recoverRecords(processor, { bucket, key, open });
  dependencies.onOutcome?.({ bucket, key, outcome });
  if (outcome.status === 'refused') {
    refuse(dependencies, reference, outcome.reason ?? 'it is none of ours');
    return;
  }
  recordMetric(metrics, METRICS.RecordsRecovered, outcome.indexed);
  recordMetric(metrics, METRICS.Findings, outcome.findings);
  logger.info('Rejected records were read again', { bucket, key, ...outcome });
}

/** An object that this function must not read: counted, and never tried again. */
function refuse({ logger, metrics }: IngestDependencies, { bucket, key }: ObjectReference, reason: string): void {
  logger.error('A notification names what is not to be read', { bucket, key, reason });
  recordMetric(metrics, METRICS.ObjectsRefused, 1);
}

function versionOf(object: SourceObject): { versionId?: string } {
  return object.versionId === undefined ? {} : { versionId: object.versionId };
}

/** In the form of S3's own notification, so that the version is named. */
function notificationOf({ bucket, key, decodedKey, versionId, notifiedAt }: ObjectReference): string {
  if (decodedKey !== undefined) {
    // Only EventBridge's form leaves open whether the key is encoded.
    return JSON.stringify({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      ...(notifiedAt !== undefined && { time: notifiedAt }),
      detail: {
        bucket: { name: bucket },
        object: { key, ...(versionId !== undefined && { 'version-id': versionId }) },
      },
    });
  }
  return JSON.stringify({
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
  });
}

async function queueAgain(
  { sqs, queueUrl }: IngestDependencies,
  reference: ObjectReference,
  DelaySeconds = 0,
): Promise<void> {
  const MessageBody = notificationOf(reference);
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, DelaySeconds }));
}

const STATUS_METRICS = {
  closed: METRICS.ObjectsClosed,
  rejected: METRICS.ObjectsRejected,
  skipped: METRICS.ObjectsSkipped,
  continue: METRICS.ObjectsContinued,
} as const;

function report(
  { logger, metrics, onOutcome, processor }: IngestDependencies,
  object: ObjectVersion,
  parsedKey: CloudTrailObjectKey,
  outcome: ObjectOutcome,
): void {
  onOutcome?.({ bucket: object.bucket, key: object.key, outcome });
  recordMetric(metrics, STATUS_METRICS[outcome.status], 1);
  if (outcome.failed > 0) recordMetric(metrics, METRICS.RecordsFailed, outcome.failed);
  if (outcome.status === 'closed' || outcome.status === 'rejected') {
    recordMetric(metrics, METRICS.RecordsIndexed, outcome.indexed);
    recordMetric(metrics, METRICS.RecordsRejected, outcome.rejected);
    recordMetric(metrics, METRICS.Findings, outcome.findings);
    const delay = (processor.now().getTime() - Date.parse(parsedKey.createdAt)) / 1000;
    recordMetric(metrics, METRICS.IngestDelaySeconds, Math.max(0, delay));
  }
  const details = { bucket: object.bucket, key: object.key, version: object.version, ...outcome };
  if (outcome.status === 'rejected') logger.error('A log object was rejected', details);
  else logger.info('A log object was processed', details);
}
