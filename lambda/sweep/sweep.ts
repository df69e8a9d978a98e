import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { AlertPublisher } from '../alerts/publisher.ts';
import type { AlertTable } from '../index/alert-table.ts';
import { describeError } from '../runtime/describe-error.ts';

export interface SweepDependencies {
  readonly alerts: AlertTable;
  readonly publisher: AlertPublisher;
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
  /** Alerts that were pending too long and are published now. */
  readonly published: number;
  /** Alerts that could not be published this time either. */
  readonly failed: number;
  /** Alerts that are pending after this run, those under way elsewhere included. */
  readonly pending: number;
}

export type Sweep = () => Promise<SweepOutcome>;

const LEASE_MILLISECONDS = 2 * 60_000;

/** Finishes what other functions left behind: publishes alerts whose lease has run out, and does the chores. */
export function createSweep({ alerts, publisher, chores, logger, metrics, now }: SweepDependencies): Sweep {
  return async () => {
    let published = 0;
    let failed = 0;
    for await (const alert of alerts.pending(now())) {
      if (!(await alerts.takeLease(alert, new Date(now().getTime() + LEASE_MILLISECONDS)))) continue;
      try {
        await publisher.publish(alert.publication);
        await alerts.markSent(alert.alertId, now());
        published++;
      } catch (error) {
        failed++;
        logger.error('A pending alert could not be published', {
          alertId: alert.alertId,
          error: describeError(error),
        });
      }
    }
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
