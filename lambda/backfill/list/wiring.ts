import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DEFAULT_MAX_RECORD_BYTES } from '../../cloudtrail/log/log-object.ts';
import { readDirectory } from '../../directory/directory-file.ts';
import type { BackfillListEnvironment } from '../../runtime/environment.ts';
import { loadDetector } from '../../runtime/rules-file.ts';
import { LogBuckets } from '../../sources/log-buckets.ts';
import { type LogSource, readLogSources, sourceKeyPrefix } from '../../sources/log-source.ts';
import { createSourceClient } from '../../sources/source-client.ts';
import { SeenRules } from '../../store/correlations/seen-rules.ts';
import { SeenTaught } from '../../store/correlations/seen-taught.ts';
import { SeenValues } from '../../store/correlations/seen-values.ts';
import { DigestLedger } from '../../store/ledger/digest-ledger.ts';
import { WorkBucket } from '../work-bucket.ts';
import { createRunList, type ListDependencies, type RunList } from './run-list.ts';

export interface ListWiring extends Pick<ListDependencies, 'batchLimits' | 'partLimits'> {
  readonly environment: BackfillListEnvironment;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  /** Makes the client of a source's bucket. Default: in the bucket's region, with the source's role. */
  readonly sourceClient?: (source: LogSource) => S3Client;
  /** The clock. Default: the system's clock. */
  readonly now?: () => Date;
}

/** The function with given clients and settings: in AWS, on a laptop, in a test. */
export function wireList({
  environment,
  dynamodb,
  s3,
  sourceClient = (source) => createSourceClient(source, { session: `${environment.DEPLOYMENT}-backfill` }),
  now = () => new Date(),
  ...limits
}: ListWiring): RunList {
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const sources = readLogSources(environment.SOURCES_FILE);
  const logBuckets = new LogBuckets({
    own: environment.LOG_BUCKETS,
    s3,
    expireDays: Number.POSITIVE_INFINITY,
    sources,
    createClient: sourceClient,
  });
  // A rule whose row can't be read learns, as if it were new.
  const onUnreadableRow = (): void => {};
  const rows = new SeenValues(documents, environment.CORRELATIONS_TABLE, now, onUnreadableRow);
  const seenRules = new SeenRules(documents, environment.CORRELATIONS_TABLE, { rows, now, onUnreadableRow });
  return createRunList({
    seenRules,
    taught: new SeenTaught(documents, environment.CORRELATIONS_TABLE, seenRules),
    s3Of: (bucket) => logBuckets.clientOf(bucket),
    places: [
      ...environment.LOG_BUCKETS.map((bucket) => ({ bucket })),
      ...sources.map((source) => ({ bucket: source.bucket, root: sourceKeyPrefix(source) })),
    ],
    ledger: new DigestLedger(documents, environment.LEDGER_TABLE),
    work: new WorkBucket(s3, environment.WORK_BUCKET),
    detector: loadDetector(environment.RULES_FILE),
    // The functions that read the objects tell of what they can't read.
    directory: readDirectory(environment.DIRECTORY_FILE, () => {}),
    limits: { maxObjectBytes: environment.MAX_OBJECT_BYTES, maxRecordBytes: DEFAULT_MAX_RECORD_BYTES },
    settings: {
      maxConcurrency: environment.MAX_CONCURRENCY,
      toleratedFailurePercentage: environment.TOLERATED_FAILURE_PERCENTAGE,
    },
    now,
    ...limits,
  });
}
