import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { errorText } from '../alerts/channels/channel-state.ts';
import { NamesObject } from '../directory/names-object.ts';
import { createAlerting } from '../runtime/alerting.ts';
import { Correlator } from '../runtime/correlator.ts';
import type { SweepEnvironment } from '../runtime/environment.ts';
import { recordMetric } from '../runtime/record-metric.ts';
import { reportUnreadableRows } from '../runtime/report-unreadable-rows.ts';
import { loadDetector } from '../runtime/rules-file.ts';
import { METRICS } from '../shared/metric-names.ts';
import { CorrelationTable } from '../store/correlations/correlation-table.ts';
import { SeenRules } from '../store/correlations/seen-rules.ts';
import { SeenValues } from '../store/correlations/seen-values.ts';
import { DigestChains, deploymentStart } from '../store/ledger/digest-chains.ts';
import { LEDGER_BOOKKEEPING } from '../store/schema.ts';
import { sumUp, sumUpClosedWindows } from './closed-windows.ts';
import { fetchesOf, readNameOrigins } from './name-origins.ts';
import { seenRulesNoter } from './note-seen-rules.ts';
import { reportOverdueDigests } from './overdue-digests.ts';
import { sendPendingAlerts } from './pending-alerts.ts';
import { RefreshNames, type RefreshNamesDependencies } from './refresh-names.ts';
import { countSetAside, takingBack } from './rows-set-aside.ts';
import { createSweep, type Sweep } from './sweep.ts';

/**
 * Seconds of the function's minute. All budgets together stay within it, including work that is finished after a budget
 * has ended.
 */
const SECONDS = { pending: 12, correlations: 12, summaries: 10, digests: 5, setAside: 2, names: 6 } as const;

export interface SweepWiring {
  readonly environment: SweepEnvironment;
  readonly dynamodb: DynamoDBClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  /** How names are fetched, by their origin. Default: as the directory's file says. */
  readonly nameOrigins?: RefreshNamesDependencies['origins'];
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The clock. Default: the system's clock. */
  readonly now?: () => Date;
}

/** The function with given clients and settings: in AWS, on a laptop, in a test. */
export function wireSweep({
  environment,
  dynamodb,
  sns,
  sqs,
  s3,
  nameOrigins,
  logger,
  metrics,
  now = () => new Date(),
}: SweepWiring): Sweep {
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const chains = new DigestChains(documents, environment.LEDGER_TABLE);
  const alerting = createAlerting(environment, { documents, sns, sqs, logger, metrics }, now);
  const { report, alerts, sender } = alerting;
  const detector = loadDetector(environment.RULES_FILE);
  const onUnreadableRow = reportUnreadableRows({ logger, metrics, now });
  const store = new CorrelationTable(documents, environment.CORRELATIONS_TABLE, now, onUnreadableRow);
  const correlator = new Correlator({ detector, store, report, now });
  const values = new SeenValues(documents, environment.CORRELATIONS_TABLE, now, onUnreadableRow);
  const seenRules = new SeenRules(documents, environment.CORRELATIONS_TABLE, { rows: values, now, onUnreadableRow });
  const noteSeenRules = seenRulesNoter(detector.correlations.firstSeenRules, seenRules, now);
  const tables = [alerts, chains];
  const takeBack = takingBack(tables);
  const failure = (message: string) => (what: string, error: unknown) =>
    logger.error(message, { what, error: errorText(error) });
  const unreadableAlert = (alertId: string, reason: string): void =>
    onUnreadableRow({ table: environment.ALERTS_TABLE, key: [alertId], reason });
  const summaries = { ...alerting, maxPerMinute: environment.MAX_ALERTS_PER_MINUTE, now };
  const namesFailed = failure('Names could not be fetched');
  const names = refreshNames({ environment, s3, nameOrigins, now, onFailure: namesFailed });
  let started = false;
  return createSweep({
    prepare: takeBack,
    sendPending: (mustStop) =>
      sendPendingAlerts({
        alerts,
        sender,
        sumUp: (due, leaseUntil) => sumUp(summaries, due, leaseUntil),
        now,
        mustStop,
        onFailure: failure('A pending alert could not be sent'),
        onUnreadable: unreadableAlert,
      }),
    countPending: () => alerts.countPending(),
    pendingSeconds: SECONDS.pending,
    chores: [
      {
        metric: METRICS.CorrelationsFired,
        seconds: SECONDS.correlations,
        run: async (mustStop) => {
          const onFailure = failure('A group of a correlation could not be judged');
          const { fired, failed } = await correlator.settleDue({
            mustStop,
            // The group's values come from events, which may hold secrets. A log must not hold them.
            onFailure: ({ correlation }, error) => onFailure(correlation, error),
          });
          if (failed > 0) recordMetric(metrics, METRICS.CorrelationGroupsFailed, failed);
          await noteSeenRules();
          return { done: fired, failed };
        },
      },
      {
        metric: METRICS.SummariesPublished,
        seconds: SECONDS.summaries,
        run: async (mustStop) => {
          const onFailure = failure('A window could not be summed up');
          const { published, failed } = await sumUpClosedWindows({
            ...summaries,
            mustStop,
            onFailure,
            onUnreadable: unreadableAlert,
          });
          if (failed > 0) recordMetric(metrics, METRICS.SummariesFailed, failed);
          // Each is tried again when its lease has run out: a single one is no failed run.
          return { done: published, failed: 0 };
        },
      },
      {
        metric: METRICS.DigestsOverdue,
        seconds: SECONDS.digests,
        run: async (mustStop) => {
          // Sweep is the first function that runs. What is delivered from now on must be vouched for.
          if (!started) await deploymentStart(documents, environment.LEDGER_TABLE, now());
          started = true;
          const onFailure = failure('An overdue digest could not be reported');
          const { reported, failed } = await reportOverdueDigests({
            chains,
            report,
            now,
            mustStop,
            onFailure,
            onUnreadable: (chain, reason) =>
              onUnreadableRow({
                table: environment.LEDGER_TABLE,
                key: [LEDGER_BOOKKEEPING.digestChains, chain],
                reason,
              }),
          });
          return { done: reported, failed };
        },
      },
      {
        metric: METRICS.RowsUnreadable,
        seconds: SECONDS.setAside,
        run: async () => ({ done: await countSetAside(tables), failed: 0 }),
      },
      ...(names === undefined
        ? []
        : [
            {
              metric: METRICS.NamesRefreshed,
              seconds: SECONDS.names,
              run: async (mustStop: () => boolean) => {
                const { done, failed } = await names.run(mustStop);
                if (failed > 0) recordMetric(metrics, METRICS.NamesFailed, failed);
                // Each is tried again in an hour, and the names of the day before go on: no failed run.
                return { done, failed: 0 };
              },
            },
          ]),
    ],
    logger,
    metrics,
  });
}

type NamesWiring = Pick<SweepWiring, 'environment' | 's3' | 'nameOrigins'> &
  Omit<RefreshNamesDependencies, 'object' | 'origins'>;

/** None where the settings name no origin, or can't be read: everything else of a run is worth more than names. */
function refreshNames({ environment, s3, nameOrigins, now, onFailure }: NamesWiring): RefreshNames | undefined {
  const { NAMES_BUCKET, DIRECTORY_FILE, DEPLOYMENT } = environment;
  if (NAMES_BUCKET === '') return undefined;
  try {
    const origins = nameOrigins ?? fetchesOf(readNameOrigins(DIRECTORY_FILE), `${DEPLOYMENT}-sweep`);
    return new RefreshNames({ object: new NamesObject(s3, NAMES_BUCKET), origins, now, onFailure });
  } catch (error) {
    onFailure('settings', error);
    return undefined;
  }
}
