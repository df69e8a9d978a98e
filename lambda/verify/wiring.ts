import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createReporter } from '../runtime/alerting.ts';
import type { VerifyEnvironment } from '../runtime/environment.ts';
import { DeadLetters } from '../runtime/queue/dead-letters.ts';
import { LogBuckets } from '../sources/log-buckets.ts';
import { type LogSource, readLogSources } from '../sources/log-source.ts';
import { createSourceClient } from '../sources/source-client.ts';
import { DigestChains, deploymentStart } from '../store/ledger/digest-chains.ts';
import { DigestLedger } from '../store/ledger/digest-ledger.ts';
import { Ledger } from '../store/ledger/ledger.ts';
import { checkSources } from './check-sources.ts';
import { Rechecks } from './digest-rechecks.ts';
import { LogBucketReader } from './log-bucket-reader.ts';
import { type PublicKeySource, PublicKeys } from './public-keys.ts';
import { queueSourceMessage } from './source-messages.ts';
import { createVerify, type Verify } from './verify.ts';

export interface VerifyWiring {
  readonly environment: VerifyEnvironment;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly publicKeys: PublicKeySource;
  /** Makes the client of a source's bucket. Default: in the bucket's region, with the source's role. */
  readonly sourceClient?: (source: LogSource) => S3Client;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Whether the buckets hold copied files, and not what CloudTrail delivers. Default false. */
  readonly isHistory?: boolean;
  /** The clock. Default: the system's clock. */
  readonly now?: () => Date;
}

/** The function with given clients and settings: in AWS, on a laptop, in a test. */
export function wireVerify(wiring: VerifyWiring): Verify {
  const { environment, dynamodb, s3, sns, sqs, publicKeys, logger, metrics } = wiring;
  const { isHistory = false, now = () => new Date() } = wiring;
  const { sourceClient = (source) => createSourceClient(source, { session: `${environment.DEPLOYMENT}-verify` }) } =
    wiring;
  const logBuckets = new LogBuckets({
    own: environment.LOG_BUCKETS,
    s3,
    expireDays: environment.LOG_EXPIRE_DAYS,
    sources: readLogSources(environment.SOURCES_FILE),
    createClient: sourceClient,
  });
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const starts = new Map<string, string>();
  const startedAt = async (bucket: string): Promise<string> => {
    const source = logBuckets.sources.find((one) => one.bucket === bucket)?.bucket;
    const name = source ?? '';
    const known = starts.get(name) ?? (await deploymentStart(documents, environment.LEDGER_TABLE, now(), source));
    starts.set(name, known);
    return known;
  };
  const digests = new DigestLedger(documents, environment.LEDGER_TABLE);
  const rechecks = new Rechecks(sqs, environment.DIGEST_QUEUE_URL, now);
  return createVerify({
    sqs,
    queueUrl: environment.DIGEST_QUEUE_URL,
    deadLetters: new DeadLetters(sqs, environment.DEAD_LETTER_QUEUE_URL),
    rechecks,
    checkSources: (message) =>
      checkSources(
        {
          deployment: environment.DEPLOYMENT,
          deliveryTopic: environment.DELIVERY_TOPIC_ARN,
          logBuckets,
          begin: async (bucket) => void (await startedAt(bucket)),
          tries: (bucket, key) => digests.tries(bucket, key),
          queue: (next) => queueSourceMessage(sqs, environment.DIGEST_QUEUE_URL, next),
          queueDigest: (bucket, key) => rechecks.queueDigest(bucket, key),
          logger,
          metrics,
          now,
        },
        message,
      ),
    logger,
    metrics,
    processor: {
      buckets: new LogBucketReader(logBuckets),
      publicKeys: new PublicKeys(publicKeys),
      ledger: new Ledger(documents, environment.LEDGER_TABLE),
      digests,
      chains: new DigestChains(documents, environment.LEDGER_TABLE),
      report: createReporter(environment, { documents, sns, sqs, logger, metrics }, now),
      queueLogObject: async (bucket, key) => {
        const MessageBody = JSON.stringify({ s3Bucket: bucket, s3ObjectKey: [key] });
        await sqs.send(new SendMessageCommand({ QueueUrl: environment.LOG_QUEUE_URL, MessageBody }));
      },
      startedAt,
      logBuckets,
      maxObjectBytes: environment.MAX_OBJECT_BYTES,
      isHistory,
      now,
    },
  });
}
