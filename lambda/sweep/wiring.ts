import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CorrelationTable } from '../index/correlation-table.ts';
import { DigestChains, deploymentStart } from '../index/digest-chains.ts';
import { createAlerting } from '../runtime/alerting.ts';
import { Correlator } from '../runtime/correlator.ts';
import type { SweepEnvironment } from '../runtime/environment.ts';
import { loadDetector } from '../runtime/rules-file.ts';
import { reportSetAside } from '../runtime/set-aside.ts';
import { sumUpClosedWindows } from './closed-windows.ts';
import { reportOverdueDigests } from './overdue-digests.ts';
import { createSweep, type Sweep } from './sweep.ts';
import { timeBudget } from './time-budget.ts';

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
  const alerting = createAlerting(environment, { documents, sns, logger }, now);
  const { report, alerts, sender } = alerting;
  const detector = loadDetector(environment.RULES_FILE);
  const store = new CorrelationTable(
    documents,
    environment.CORRELATIONS_TABLE,
    now,
    reportSetAside({ logger, metrics, now }),
  );
  const correlator = new Correlator({ detector, store, report, now });
  let started = false;
  return createSweep({
    alerts,
    sender,
    chores: [
      { name: 'CorrelationsFired', run: () => correlator.settleDue() },
      {
        name: 'SummariesPublished',
        run: () =>
          sumUpClosedWindows({
            ...alerting,
            maxPerMinute: environment.MAX_ALERTS_PER_MINUTE,
            now,
            mustStop: timeBudget(),
          }),
      },
      {
        name: 'DigestsOverdue',
        run: async () => {
          // Sweep is the first function to run: what is delivered from now on must be vouched for.
          if (!started) await deploymentStart(documents, environment.LEDGER_TABLE, now());
          started = true;
          return reportOverdueDigests({ chains, report, now });
        },
      },
    ],
    logger,
    metrics,
    now,
  });
}
