import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { AlertSender } from '../alerts/sender.ts';
import type { AlertTable } from '../index/alert-table.ts';
import { describeError } from '../runtime/describe-error.ts';
import { sendPendingAlerts } from './pending-alerts.ts';
import { timeBudget } from './time-budget.ts';

export interface SweepDependencies {
  readonly alerts: AlertTable;
  readonly sender: AlertSender;
  /** What else is due every minute. One that fails doesn't keep the others from running. */
  readonly chores: readonly SweepChore[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

export interface SweepChore {
  /** The name of its metric. */
  readonly name: string;
  /** @returns how much there was to do. */
  readonly run: () => Promise<number>;
}

export interface SweepOutcome {
  /** Alerts that were pending too long and are published now, or collapsed into a storm's. */
  readonly published: number;
  /** Alerts that could not be published this time either. */
  readonly failed: number;
  /** Alerts that are pending after this run, those under way elsewhere included. */
  readonly pending: number;
}

export type Sweep = () => Promise<SweepOutcome>;

/** Finishes what other functions left behind: sends alerts whose lease has run out, and does the chores. */
export function createSweep({ alerts, sender, chores, logger, metrics, now }: SweepDependencies): Sweep {
  const onFailure = (alertId: string, error: unknown): void =>
    logger.error('A pending alert could not be sent', { alertId, error: describeError(error) });
  return async () => {
    const { sent: published, failed } = await sendPendingAlerts({
      alerts,
      sender,
      now,
      mustStop: timeBudget(),
      onFailure,
    });
    const broken: string[] = [];
    for (const { name, run } of chores) {
      try {
        metrics.addMetric(name, MetricUnit.Count, await run());
      } catch (error) {
        broken.push(name);
        logger.error('A chore of sweep failed', { chore: name, error: describeError(error) });
      }
    }
    const pending = await alerts.countPending();
    metrics.addMetric('AlertsPublished', MetricUnit.Count, published);
    metrics.addMetric('AlertsFailed', MetricUnit.Count, failed);
    metrics.addMetric('AlertsPending', MetricUnit.Count, pending);
    metrics.publishStoredMetrics();
    if (published > 0) logger.warn('Alerts that had stayed pending were published', { published });
    if (broken.length > 0) throw new Error(`Not done in this run: ${broken.join(', ')}`);
    return { published, failed, pending };
  };
}
