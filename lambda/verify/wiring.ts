import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createReporter } from '../runtime/alerting.ts';
import { DeadLetters } from '../runtime/dead-letters.ts';
import type { VerifyEnvironment } from '../runtime/environment.ts';
import { DigestChains, deploymentStart } from '../store/ledger/digest-chains.ts';
import { DigestLedger } from '../store/ledger/digest-ledger.ts';
import { Ledger } from '../store/ledger/ledger.ts';
import { Rechecks } from './digest-rechecks.ts';
import { LogBucketReader } from './log-bucket-reader.ts';
import { type PublicKeySource, PublicKeys } from './public-keys.ts';
import { createVerify, type Verify } from './verify.ts';

export interface VerifyWiring {
  readonly environment: VerifyEnvironment;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly publicKeys: PublicKeySource;
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
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  let startedAt: string | undefined;
  return createVerify({
    sqs,
    queueUrl: environment.DIGEST_QUEUE_URL,
    deadLetters: new DeadLetters(sqs, environment.DEAD_LETTER_QUEUE_URL),
    rechecks: new Rechecks(sqs, environment.DIGEST_QUEUE_URL, now),
    logger,
    metrics,
    processor: {
      buckets: new LogBucketReader(s3),
      publicKeys: new PublicKeys(publicKeys),
      ledger: new Ledger(documents, environment.LEDGER_TABLE),
      digests: new DigestLedger(documents, environment.LEDGER_TABLE),
      chains: new DigestChains(documents, environment.LEDGER_TABLE),
      report: createReporter(environment, { documents, sns, sqs, logger, metrics }, now),
      queueLogObject: async (bucket, key) => {
        const MessageBody = JSON.stringify({ s3Bucket: bucket, s3ObjectKey: [key] });
        await sqs.send(new SendMessageCommand({ QueueUrl: environment.LOG_QUEUE_URL, MessageBody }));
      },
      startedAt: async () => {
        startedAt ??= await deploymentStart(documents, environment.LEDGER_TABLE, now());
        return startedAt;
      },
      logBuckets: environment.LOG_BUCKETS,
      expireDays: environment.LOG_EXPIRE_DAYS,
      maxObjectBytes: environment.MAX_OBJECT_BYTES,
      isHistory,
      now,
    },
  });
}
