import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DEFAULT_MAX_RECORD_BYTES } from '../cloudtrail/log/log-object.ts';
import { parseObjectKey } from '../cloudtrail/log/object-key.ts';
import { readDirectory } from '../directory/directory-file.ts';
import { latestNames } from '../directory/latest-names.ts';
import { integrityFinding, LOG_OBJECT_OVERWRITTEN } from '../findings/integrity-finding.ts';
import { createReporter } from '../runtime/alerting.ts';
import { Correlator } from '../runtime/correlator.ts';
import type { IngestEnvironment } from '../runtime/environment.ts';
import { wireFirstSeen } from '../runtime/first-seen/wire-first-seen.ts';
import { DeadLetters } from '../runtime/queue/dead-letters.ts';
import { recordMetric } from '../runtime/record-metric.ts';
import { reportDirectoryFaults } from '../runtime/report-directory-faults.ts';
import { reportUnreadableRows } from '../runtime/report-unreadable-rows.ts';
import { loadDetector } from '../runtime/rules-file.ts';
import { METRICS } from '../shared/metric-names.ts';
import { LogBuckets } from '../sources/log-buckets.ts';
import { type LogSource, readLogSources } from '../sources/log-source.ts';
import { createSourceClient } from '../sources/source-client.ts';
import { CorrelationTable } from '../store/correlations/correlation-table.ts';
import { RowWriter } from '../store/dynamo/row-writer.ts';
import { Ledger } from '../store/ledger/ledger.ts';
import { EVENT_ROW_KEY, type EventRow, type ResourceRow } from '../store/rows/event-row.ts';
import { raisePageShards } from '../store/segments/table/state.ts';
import { anonymousClient, Subscriptions } from './confirm-subscription.ts';
import { createIngest, type Ingest, type IngestDependencies } from './ingest.ts';
import { Quarantine } from './quarantine.ts';

export interface IngestWiring {
  readonly environment: IngestEnvironment;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Makes the client of a source's bucket. Default: in the bucket's region, with the source's role. */
  readonly sourceClient?: (source: LogSource) => S3Client;
  /** Makes a client that sends unsigned requests to SNS in a region. */
  readonly anonymousSns?: (region: string) => SNSClient;
  /** Called with the result of each object. */
  readonly onOutcome?: IngestDependencies['onOutcome'];
  /** The clock. Default: the system's clock. */
  readonly now?: () => Date;
  /** Objects are of the past: rules of type first_seen learn from them, and never fire. */
  readonly onlyTeaches?: boolean;
}

/** The function with given clients and settings: in AWS, on a laptop, in a test. */
export function wireIngest(wiring: IngestWiring): Ingest {
  const {
    environment,
    dynamodb,
    s3,
    sns,
    sqs,
    logger,
    metrics,
    onOutcome,
    onlyTeaches = false,
    now = () => new Date(),
  } = wiring;
  const sources = readLogSources(environment.SOURCES_FILE);
  const {
    sourceClient = (source) => createSourceClient(source, { session: `${environment.DEPLOYMENT}-ingest` }),
    anonymousSns = anonymousClient,
  } = wiring;
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const segments = { table: environment.SEGMENTS_TABLE, pageShards: environment.PAGE_SHARDS };
  const detector = loadDetector(environment.RULES_FILE);
  const report = createReporter(environment, { documents, sns, sqs, logger, metrics }, now);
  const ledger = new Ledger(documents, environment.LEDGER_TABLE);
  const onUnreadableRow = reportUnreadableRows({ logger, metrics, now });
  const onFault = reportDirectoryFaults(logger, metrics);
  const names = latestNames(environment.NAMES_BUCKET, { s3, onFault, now });
  const ingest = createIngest({
    sqs,
    logger,
    metrics,
    ...(onOutcome && { onOutcome }),
    logBuckets: new LogBuckets({
      own: environment.LOG_BUCKETS,
      s3,
      expireDays: Number.POSITIVE_INFINITY,
      sources,
      createClient: sourceClient,
    }),
    subscriptions: new Subscriptions(
      sources.flatMap(({ topic }) => topic ?? []),
      anonymousSns,
    ),
    quarantineBucket: environment.QUARANTINE_BUCKET,
    queueUrl: environment.LOG_QUEUE_URL,
    deadLetters: new DeadLetters(sqs, environment.DEAD_LETTER_QUEUE_URL),
    prepare: async () => {
      // Readers look for pages in one shard where nothing is noted.
      if (segments.pageShards === 1) return;
      await raisePageShards({ client: documents, table: segments.table }, segments.pageShards);
    },
    processor: {
      ledger,
      detector,
      correlator: new Correlator({
        detector,
        store: new CorrelationTable(documents, environment.CORRELATIONS_TABLE, now, onUnreadableRow),
        report,
        now,
        firstSeen: wireFirstSeen({
          documents,
          table: environment.CORRELATIONS_TABLE,
          detector,
          ledger,
          report,
          onUnreadableRow,
          onLeftOut: () => recordMetric(metrics, METRICS.FirstSeenValuesLeftOut, 1),
          now,
          onlyTeaches,
        }),
      }),
      createRowWriter: () =>
        new RowWriter<EventRow | ResourceRow>({
          client: documents,
          table: environment.EVENTS_TABLE,
          key: EVENT_ROW_KEY,
        }),
      createQuarantine: () => new Quarantine(s3, environment.QUARANTINE_BUCKET),
      report,
      reportOverwritten: async (object, before) => {
        const parsedKey = parseObjectKey(object.key);
        if (parsedKey === undefined) return;
        const matched = { indexedVersion: before.version, indexedSha256: before.sha256 ?? 'unknown' };
        await report(
          integrityFinding(LOG_OBJECT_OVERWRITTEN, { ...object, parsedKey, at: object.deliveredAt, matched }),
        );
      },
      limits: { maxObjectBytes: environment.MAX_OBJECT_BYTES, maxRecordBytes: DEFAULT_MAX_RECORD_BYTES },
      rows: { scope: environment.ROWS, rowDays: environment.ROW_DAYS },
      segments,
      directory: readDirectory(environment.DIRECTORY_FILE, onFault, names),
      now,
    },
  });
  return async (...call) => {
    await names?.refresh();
    return await ingest(...call);
  };
}
