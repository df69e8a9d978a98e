import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { describeError } from '../runtime/describe-error.ts';
import { recordMetric } from '../runtime/record-metric.ts';
import { METRICS } from '../shared/metric-names.ts';
import { isNotifying } from '../sources/bucket-notification.ts';
import type { LogBuckets } from '../sources/log-buckets.ts';
import { type LogSource, sourceKeyPrefix } from '../sources/log-source.ts';
import type { DigestTries } from '../store/ledger/digest-ledger.ts';
import { accountPrefixes, recentDigests } from './list-digests.ts';
import type { SourceMessage } from './source-messages.ts';

export interface CheckSourcesDependencies {
  readonly deployment: string;
  /** ARN of the topic that buckets notify. */
  readonly deliveryTopic: string;
  readonly logBuckets: LogBuckets;
  /** Notes when a bucket was met for the first time: what was delivered before isn't vouched for. */
  readonly begin: (bucket: string) => Promise<void>;
  /** What the ledger has of a digest; empty where nobody has met it. */
  readonly tries: (bucket: string, key: string) => Promise<readonly DigestTries[]>;
  readonly queue: (message: SourceMessage) => Promise<void>;
  readonly queueDigest: (bucket: string, key: string) => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

/**
 * Looks at the sources as a message asks: whether buckets still announce their objects, and which digests came that nobody
 * announced. What fails is logged and counted, and not tried again: the next check comes within half an hour.
 * @throws the SDK's errors where the queue can't be reached; the message comes back then.
 */
export async function checkSources(dependencies: CheckSourcesDependencies, message: SourceMessage): Promise<void> {
  const { logBuckets, queue, logger, metrics } = dependencies;
  if (message.check === 'sources') {
    for (const { name } of logBuckets.sources) await queue({ check: 'source', source: name });
    return;
  }
  const source = logBuckets.sources.find(({ name }) => name === message.source);
  // It was taken out of the settings meanwhile.
  if (source === undefined) return;
  try {
    if (message.check === 'digests') await queueDigests(dependencies, source, message.prefix);
    else await checkSource(dependencies, source);
  } catch (error) {
    const { name, bucket } = source;
    logger.error('A source could not be looked at', { source: name, bucket, error: describeError(error) });
    recordMetric(metrics, METRICS.SourceChecksFailed, 1);
  }
}

async function checkSource(dependencies: CheckSourcesDependencies, source: LogSource): Promise<void> {
  const { deployment, deliveryTopic, logBuckets, begin, queue, logger, metrics } = dependencies;
  const { name, bucket } = source;
  await begin(bucket);
  const s3 = logBuckets.clientOf(bucket);
  if (source.topic !== undefined) {
    // CloudTrail's topic announces log files, and nothing says that it announces digests.
    for await (const prefix of accountPrefixes(s3, bucket, sourceKeyPrefix(source))) {
      await queue({ check: 'digests', source: name, prefix });
    }
    return;
  }
  if (await isNotifying(s3, { source, deployment, topic: deliveryTopic })) return;
  logger.error('A bucket does not announce its objects', { source: name, bucket });
  recordMetric(metrics, METRICS.NotificationsMissing, 1);
}

async function queueDigests(
  { logBuckets, tries, queueDigest, now }: CheckSourcesDependencies,
  { bucket }: LogSource,
  prefix: string,
): Promise<void> {
  for await (const key of recentDigests(logBuckets.clientOf(bucket), bucket, prefix, now())) {
    if ((await tries(bucket, key)).length === 0) await queueDigest(bucket, key);
  }
}
