import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { errorText } from '../alerts/channels/channel-state.ts';
import { createAlerting } from '../runtime/alerting.ts';
import { Correlator } from '../runtime/correlator.ts';
import type { SweepEnvironment } from '../runtime/environment.ts';
import { loadDetector } from '../runtime/rules-file.ts';
import { reportSetAside } from '../runtime/set-aside.ts';
import { CorrelationTable } from '../store/correlations/correlation-table.ts';
import { DigestChains, deploymentStart } from '../store/ledger/digest-chains.ts';
import { sumUp, sumUpClosedWindows } from './closed-windows.ts';
import { reportOverdueDigests } from './overdue-digests.ts';
import { sendPendingAlerts } from './pending-alerts.ts';
import { countSetAside, takingBack } from './set-aside.ts';
import { createSweep, type Sweep } from './sweep.ts';

/** Seconds of the function's minute; with what was begun when a budget ended, all of them stay within it. */
const SECONDS = { pending: 12, correlations: 12, summaries: 10, digests: 5, setAside: 2 } as const;

export interface SweepWiring {
  readonly environment: SweepEnvironment;
  readonly dynamodb: DynamoDBClient;
  readonly sns: SNSClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The clock; the system's where none is given. */
  readonly now?: () => Date;
}

/** The function over given clients and settings: in AWS, on a laptop, in a test. */
export function wireSweep({ environment, dynamodb, sns, logger, metrics, now = () => new Date() }: SweepWiring): Sweep {
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const chains = new DigestChains(documents, environment.LEDGER_TABLE);
  const alerting = createAlerting(environment, { documents, sns, logger, metrics }, now);
  const { report, alerts, sender } = alerting;
  const detector = loadDetector(environment.RULES_FILE);
  const store = new CorrelationTable(
    documents,
    environment.CORRELATIONS_TABLE,
    now,
    reportSetAside({ logger, metrics, now }),
  );
  const correlator = new Correlator({ detector, store, report, now });
  const tables = [alerts, chains];
  const takeBack = takingBack(tables);
  const failure = (message: string) => (what: string, error: unknown) =>
    logger.error(message, { what, error: errorText(error) });
  const onUnreadable = (row: string, reason: string): void =>
    logger.error("A row was written by another version, can't be read and was set aside", { row, reason });
  const summaries = { ...alerting, maxPerMinute: environment.MAX_ALERTS_PER_MINUTE, now };
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
        onUnreadable,
      }),
    countPending: () => alerts.countPending(),
    pendingSeconds: SECONDS.pending,
    chores: [
      {
        name: 'CorrelationsFired',
        seconds: SECONDS.correlations,
        run: async (mustStop) => {
          const onFailure = failure('A group of a correlation could not be judged');
          const { fired, failed } = await correlator.settleDue({
            mustStop,
            // The group's values come from events, which may hold what a log must not.
            onFailure: ({ correlation }, error) => onFailure(correlation, error),
          });
          if (failed > 0) metrics.addMetric('CorrelationGroupsFailed', MetricUnit.Count, failed);
          return { done: fired, failed };
        },
      },
      {
        name: 'SummariesPublished',
        seconds: SECONDS.summaries,
        run: async (mustStop) => {
          const onFailure = failure('A window could not be summed up');
          const { published, failed } = await sumUpClosedWindows({ ...summaries, mustStop, onFailure, onUnreadable });
          if (failed > 0) metrics.addMetric('SummariesFailed', MetricUnit.Count, failed);
          // Each is tried again when its lease has run out: a single one is no failed run.
          return { done: published, failed: 0 };
        },
      },
      {
        name: 'DigestsOverdue',
        seconds: SECONDS.digests,
        run: async (mustStop) => {
          // Sweep is the first function to run: what is delivered from now on must be vouched for.
          if (!started) await deploymentStart(documents, environment.LEDGER_TABLE, now());
          started = true;
          const onFailure = failure('An overdue digest could not be reported');
          const { reported, failed } = await reportOverdueDigests({
            chains,
            report,
            now,
            mustStop,
            onFailure,
            onUnreadable,
          });
          return { done: reported, failed };
        },
      },
      {
        name: 'RowsUnreadable',
        seconds: SECONDS.setAside,
        run: async () => ({ done: await countSetAside(tables), failed: 0 }),
      },
    ],
    logger,
    metrics,
  });
}
