import { readFileSync } from 'node:fs';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DEFAULT_MAX_RECORD_BYTES } from '../../cloudtrail/log/log-object.ts';
import { parseObjectKey } from '../../cloudtrail/log/object-key.ts';
import { createDetector, ruleSetSchema } from '../../detection/index.ts';
import { readDirectory } from '../../directory/directory-file.ts';
import { latestNames } from '../../directory/latest-names.ts';
import { integrityFinding, LOG_OBJECT_OVERWRITTEN } from '../../findings/integrity-finding.ts';
import { openObject, type SourceObject } from '../../ingest/object-source.ts';
import { Quarantine } from '../../ingest/quarantine.ts';
import { createRecorder, createReporter, type Reporter } from '../../runtime/alerting.ts';
import { Correlator } from '../../runtime/correlator.ts';
import type { BackfillBatchEnvironment } from '../../runtime/environment.ts';
import { wireFirstSeen } from '../../runtime/first-seen/wire-first-seen.ts';
import { recordMetric } from '../../runtime/record-metric.ts';
import { reportDirectoryFaults } from '../../runtime/report-directory-faults.ts';
import { reportUnreadableRows } from '../../runtime/report-unreadable-rows.ts';
import { METRICS } from '../../shared/metric-names.ts';
import { LogBuckets } from '../../sources/log-buckets.ts';
import { type LogSource, readLogSources } from '../../sources/log-source.ts';
import { createSourceClient } from '../../sources/source-client.ts';
import { CorrelationTable } from '../../store/correlations/correlation-table.ts';
import { RowWriter } from '../../store/dynamo/row-writer.ts';
import { Ledger, type LedgerRow } from '../../store/ledger/ledger.ts';
import { EVENT_ROW_KEY, type EventRow, type ResourceRow } from '../../store/rows/event-row.ts';
import { raisePageShards } from '../../store/segments/table/state.ts';
import { ConsumedUnits } from '../consumed-units.ts';
import { WorkBucket } from '../work-bucket.ts';
import { type BatchDependencies, createRunBatch, type RunBatch } from './run-batch.ts';

export interface BatchWiring extends Pick<BatchDependencies, 'mostMemberships'> {
  readonly environment: BackfillBatchEnvironment;
  /** What its calls take is counted. */
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  /** Makes the client of a source's bucket. Default: in the bucket's region, with the source's role. */
  readonly sourceClient?: (source: LogSource) => S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The clock. Default: the system's clock. */
  readonly now?: () => Date;
}

/** The function with given clients and settings: in AWS, on a laptop, in a test. */
export function wireBatch(wiring: BatchWiring): RunBatch {
  const { environment, dynamodb, s3, sns, sqs, logger, metrics, mostMemberships, now = () => new Date() } = wiring;
  const { sourceClient = (source) => createSourceClient(source, { session: `${environment.DEPLOYMENT}-backfill` }) } =
    wiring;
  const logBuckets = new LogBuckets({
    own: environment.LOG_BUCKETS,
    s3,
    expireDays: Number.POSITIVE_INFINITY,
    sources: readLogSources(environment.SOURCES_FILE),
    createClient: sourceClient,
  });
  const units = new ConsumedUnits(dynamodb);
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const segments = { table: environment.SEGMENTS_TABLE, pageShards: environment.PAGE_SHARDS };
  const ruleSet = ruleSetSchema.parse(JSON.parse(readFileSync(environment.RULES_FILE, 'utf8')));
  const detector = createDetector(ruleSet);
  const record = createRecorder(environment, documents, now);
  const alert = createReporter(environment, { documents, sns, sqs, logger, metrics }, now);
  const onFault = reportDirectoryFaults(logger, metrics);
  const names = latestNames(environment.NAMES_BUCKET, { s3, onFault, now });
  const directory = readDirectory(environment.DIRECTORY_FILE, onFault, names);
  const ledger = new Ledger(documents, environment.LEDGER_TABLE);
  const onUnreadableRow = reportUnreadableRows({ logger, metrics, now });
  const correlations = new CorrelationTable(documents, environment.CORRELATIONS_TABLE, now, onUnreadableRow);
  const firstSeen = (onlyTeaches: boolean) =>
    wireFirstSeen({
      documents,
      table: environment.CORRELATIONS_TABLE,
      detector,
      ledger,
      report: alert,
      onUnreadableRow,
      onLeftOut: () => recordMetric(metrics, METRICS.FirstSeenValuesLeftOut, 1),
      now,
      onlyTeaches,
    });
  const processorOf = (report: Reporter) => ({
    detector,
    createRowWriter: () =>
      new RowWriter<EventRow | ResourceRow>({ client: documents, table: environment.EVENTS_TABLE, key: EVENT_ROW_KEY }),
    createQuarantine: () => new Quarantine(s3, environment.QUARANTINE_BUCKET),
    report,
    // An object that was overwritten is found now, however old it is.
    reportOverwritten: async (object: SourceObject, before: LedgerRow) => {
      const parsedKey = parseObjectKey(object.key);
      if (parsedKey === undefined) return;
      const matched = { indexedVersion: before.version, indexedSha256: before.sha256 ?? 'unknown' };
      await alert(integrityFinding(LOG_OBJECT_OVERWRITTEN, { ...object, parsedKey, at: object.deliveredAt, matched }));
    },
    limits: { maxObjectBytes: environment.MAX_OBJECT_BYTES, maxRecordBytes: DEFAULT_MAX_RECORD_BYTES },
    // Rows are of the last days, for consoles: those of the past would have expired with the day on which they were read.
    rows: { scope: 'none' as const, rowDays: 1 },
    segments,
    directory,
    now,
  });
  return createRunBatch({
    work: new WorkBucket(s3, environment.WORK_BUCKET),
    logBuckets,
    ledger,
    teacher: firstSeen(true),
    processorOf: (alerts) => processorOf(alerts ? alert : record),
    newProcessor: {
      ...processorOf(alert),
      rows: { scope: environment.ROWS, rowDays: environment.ROW_DAYS },
      correlator: new Correlator({
        detector,
        store: correlations,
        report: alert,
        now,
        firstSeen: firstSeen(false),
      }),
    },
    ...(mostMemberships !== undefined && { mostMemberships }),
    open: (bucket, key) => openObject(logBuckets.clientOf(bucket), { bucket, key }),
    detector,
    ruleSet,
    units,
    prepare: async () => {
      await names?.refresh();
      // Readers look for pages in one shard where nothing is noted.
      if (segments.pageShards === 1) return;
      await raisePageShards({ client: documents, table: segments.table }, segments.pageShards);
    },
    logger,
    metrics,
    now,
  });
}
