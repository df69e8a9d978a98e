import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DEFAULT_MAX_RECORD_BYTES } from '../../cloudtrail/log/log-object.ts';
import type { BackfillListEnvironment } from '../../runtime/environment.ts';
import { loadDetector } from '../../runtime/rules-file.ts';
import { DigestLedger } from '../../store/ledger/digest-ledger.ts';
import { WorkBucket } from '../work-bucket.ts';
import { createRunList, type ListDependencies, type RunList } from './run-list.ts';

export interface ListWiring extends Pick<ListDependencies, 'batchLimits' | 'partLimits'> {
  readonly environment: BackfillListEnvironment;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  /** The client that lists a log bucket: another account's may need a role of that account. Default: `s3`. */
  readonly s3Of?: (bucket: string) => S3Client;
  /** The clock. Default: the system's clock. */
  readonly now?: () => Date;
}

/** The function with given clients and settings: in AWS, on a laptop, in a test. */
export function wireList({
  environment,
  dynamodb,
  s3,
  s3Of = () => s3,
  now = () => new Date(),
  ...limits
}: ListWiring): RunList {
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  return createRunList({
    s3Of,
    buckets: environment.LOG_BUCKETS,
    ledger: new DigestLedger(documents, environment.LEDGER_TABLE),
    work: new WorkBucket(s3, environment.WORK_BUCKET),
    detector: loadDetector(environment.RULES_FILE),
    limits: { maxObjectBytes: environment.MAX_OBJECT_BYTES, maxRecordBytes: DEFAULT_MAX_RECORD_BYTES },
    settings: {
      maxConcurrency: environment.MAX_CONCURRENCY,
      toleratedFailurePercentage: environment.TOLERATED_FAILURE_PERCENTAGE,
    },
    now,
    ...limits,
  });
}
