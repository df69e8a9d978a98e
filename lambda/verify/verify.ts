import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseObjectKey } from '../cloudtrail/log/object-key.ts';
import { type ObjectReference, parseNotification } from '../cloudtrail/log/object-notification.ts';
import { describeError } from '../runtime/describe-error.ts';
import { publishMetrics } from '../runtime/function-metrics.ts';
import type { DeadLetters } from '../runtime/queue/dead-letters.ts';
import { giveUpMessage, handleObjects } from '../runtime/queue/message-objects.ts';
import { assertMayLive, GivenUp, noteFailure } from '../runtime/queue/object-tries.ts';
import { TogetherOrAlone } from '../runtime/queue/together-or-alone.ts';
import { recordMetric } from '../runtime/record-metric.ts';
import { METRICS } from '../shared/metric-names.ts';
import type { DigestTries } from '../store/ledger/digest-ledger.ts';
import type { ObjectVersion } from '../store/ledger/ledger.ts';
import type { Rechecks } from './digest-rechecks.ts';
import type { StoredDigest } from './log-bucket-reader.ts';
import { type DigestOutcome, processDigest } from './process-digest.ts';
import { parseSourceMessage, type SourceMessage } from './source-messages.ts';
import type { VerifyDependencies } from './verify-dependencies.ts';

export interface VerifyFunctionDependencies {
  readonly processor: VerifyDependencies;
  readonly rechecks: Rechecks;
  /** Looks at the sources, as a message of this function's own asks. @throws the SDK's errors of the queue. */
  readonly checkSources: (message: SourceMessage) => Promise<void>;
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** Takes messages that no further try can help. */
  readonly deadLetters: DeadLetters;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The version that the ledger notes for a digest that couldn't be opened. */
const UNOPENED = 'unopened';

export type Verify = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** Handles batches of notifications of digests, and this function's own messages to check one again. */
export function createVerify(dependencies: VerifyFunctionDependencies): Verify {
  return async (event) => {
    const processor = new BatchProcessor(EventType.SQS);
    const lanes = new TogetherOrAlone();
    try {
      return await processPartialResponse(
        event,
        (message: SQSRecord) => handleMessage(dependencies, message, lanes),
        processor,
        { throwOnFullBatchFailure: false },
      );
    } finally {
      publishMetrics(dependencies.metrics);
    }
  };
}

async function handleMessage(
  dependencies: VerifyFunctionDependencies,
  message: SQSRecord,
  lanes: TogetherOrAlone,
): Promise<void> {
  const { rechecks, checkSources, logger, metrics } = dependencies;
  const asked = parseSourceMessage(message.body);
  if (asked !== undefined) {
    await checkSources(asked);
    return;
  }
  const notification = parseNotification(message.body);
  if (notification.kind === 'acknowledgement') return;
  if (notification.kind === 'unreadable') {
    const { reason } = notification;
    logger.error('A message in the digest queue is no notification', { messageId: message.messageId, reason });
    recordMetric(metrics, METRICS.NotificationsUnreadable, 1);
    await giveUpMessage(dependencies, message, reason);
    return;
  }
  if (notification.kind === 'subscription') {
    const reason = `only the log queue takes messages of topics: subscribe that one to ${notification.topic}`;
    await giveUpMessage(dependencies, message, reason);
    return;
  }
  if (await rechecks.postponed(message.body)) return;
  await handleObjects(
    {
      ...dependencies,
      handle: (reference) => handleObject(dependencies, reference, lanes),
      queueAlone: ({ bucket, key }, delaySeconds) => rechecks.queueDigest(bucket, key, delaySeconds),
      notificationOf: ({ bucket, key }) => JSON.stringify({ s3Bucket: bucket, s3ObjectKey: [key] }),
      onFailure: (reference, error) => tellFailure(dependencies, reference, error),
    },
    message,
    notification.objects,
  );
}

function tellFailure(
  { logger, metrics }: VerifyFunctionDependencies,
  { bucket, key }: ObjectReference,
  error: unknown,
): void {
  const details = { bucket, key, error: describeError(error) };
  if (error instanceof GivenUp) {
    logger.error('A digest was given up: its message goes to the dead-letter queue', details);
    recordMetric(metrics, METRICS.DigestsGivenUp, 1);
  } else logger.warn('A digest could not be checked for now', details);
}

async function handleObject(
  dependencies: VerifyFunctionDependencies,
  { bucket, key, decodedKey = key }: ObjectReference,
  lanes: TogetherOrAlone,
): Promise<void> {
  const { processor, logger, metrics } = dependencies;
  if (!processor.logBuckets.has(bucket)) {
    logger.error('A notification names a bucket that is not a log bucket: not read', { bucket, key });
    recordMetric(metrics, METRICS.ObjectsRefused, 1);
    return;
  }
  // URL encoding changes no character of a digest's key, but it may change those of a prefix.
  const found = [key, decodedKey].find((candidate) => parseObjectKey(candidate)?.kind === 'digest');
  if (found !== undefined) await handleDigest(dependencies, bucket, found, lanes);
}

async function handleDigest(
  dependencies: VerifyFunctionDependencies,
  bucket: string,
  key: string,
  lanes: TogetherOrAlone,
): Promise<void> {
  const { digests } = dependencies.processor;
  let opened: StoredDigest | undefined;
  const tried = (): ObjectVersion => opened ?? { bucket, key, version: UNOPENED };
  try {
    const tries = await digests.tries(bucket, key);
    // When a function is killed by a digest, all other digests of its call are lost too.
    const hasKilled = tries.some(({ unfinished }) => unfinished > 0);
    await lanes.run(hasKilled, async () => {
      const stored = await dependencies.processor.buckets.digest(bucket, key);
      opened = stored;
      const own = tries.find(({ version }) => version === stored.version);
      await checkOnce(dependencies, stored, own);
    });
  } catch (error) {
    await noteFailure(error, {
      // A digest that can't be read yet gets no row: perhaps it never exists.
      fail: async (reason, counts) => (opened || counts ? digests.fail(tried(), reason, counts) : 0),
      forget: () => digests.forgetTries(tried()),
    });
  }
}

async function checkOnce(
  dependencies: VerifyFunctionDependencies,
  stored: StoredDigest,
  own: DigestTries | undefined,
): Promise<void> {
  const { processor, rechecks } = dependencies;
  const { digests, now } = processor;
  // A message to check it again is on its way: it was sent before the row was written.
  const recheckAt = own?.row?.recheckAt;
  if (recheckAt !== undefined && Date.parse(recheckAt) > now().getTime()) return;
  assertMayLive({
    unfinished: own?.unfinished ?? 0,
    begunAt: own?.begunAt,
    now: now(),
    forget: () => digests.forgetTries(stored),
  });
  await digests.begin(stored, now());
  report(dependencies, stored.key, await processDigest(processor, stored, rechecks));
}

function report({ logger, metrics }: VerifyFunctionDependencies, key: string, outcome: DigestOutcome): void {
  const { status, verified, modified, missing, unread, unnotified } = outcome;
  recordMetric(metrics, status === 'invalid' ? METRICS.DigestsInvalid : METRICS.DigestsValid, 1);
  recordMetric(metrics, METRICS.LogObjectsVerified, verified);
  recordMetric(metrics, METRICS.LogObjectsModified, modified);
  recordMetric(metrics, METRICS.LogObjectsMissing, missing);
  recordMetric(metrics, METRICS.LogObjectsUnread, unread + unnotified);
  const details = { key, ...outcome };
  if (status === 'invalid' || modified > 0 || missing > 0) logger.error('A digest found something altered', details);
  else logger.info('A digest was checked', details);
}
