import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { AlertPublisher } from '../alerts/publisher.ts';
import type { AlertTable } from '../index/alert-table.ts';

export interface SweepDependencies {
  readonly alerts: AlertTable;
  readonly publisher: AlertPublisher;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
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

/** Finishes what other functions left behind: publishes alerts whose lease has run out. */
export function createSweep({ alerts, publisher, logger, metrics, now }: SweepDependencies): Sweep {
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
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
        logger.error('A pending alert could not be published', { alertId: alert.alertId, error: reason });
      }
    }
    const pending = await alerts.countPending();
    metrics.addMetric('AlertsPublished', MetricUnit.Count, published);
    metrics.addMetric('AlertsFailed', MetricUnit.Count, failed);
    metrics.addMetric('AlertsPending', MetricUnit.Count, pending);
    metrics.publishStoredMetrics();
    if (published > 0) logger.warn('Alerts that had stayed pending were published', { published });
    return { published, failed, pending };
  };
}
