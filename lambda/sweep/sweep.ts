import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { errorText } from '../alerts/channels/channel-state.ts';
import { publishMetrics } from '../runtime/function-metrics.ts';
import { recordMetric } from '../runtime/record-metric.ts';
import { METRICS, type MetricOf } from '../shared/metric-names.ts';
import type { PendingAlertsOutcome } from './pending-alerts.ts';
import { timeBudget } from './time-budget.ts';

export interface SweepDependencies {
  /** What runs before everything else. */
  readonly prepare: () => Promise<void>;
  /** Sends the alerts that were left pending. */
  readonly sendPending: (mustStop: () => boolean) => Promise<PendingAlertsOutcome>;
  /** How many alerts are pending. */
  readonly countPending: () => Promise<number>;
  /** What else runs every minute. If one fails, the others still run. */
  readonly chores: readonly SweepChore[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long sending the pending alerts may take, in seconds. */
  readonly pendingSeconds: number;
}

export interface SweepChore {
  /** Its metric, which names the chore in logs and errors too. */
  readonly metric: MetricOf<'sweep'>;
  /** How long it may take of a run. All chores together must leave the function some of its minute. */
  readonly seconds: number;
  /** @param mustStop whether the rest must wait for the next run. */
  readonly run: (mustStop: () => boolean) => Promise<ChoreOutcome>;
}

export interface ChoreOutcome {
  /** How much there was to do; the value of the metric. */
  readonly done: number;
  /** Single rows or groups that threw. The run continues, and counts as failed at its end. */
  readonly failed: number;
}

export interface SweepOutcome {
  /** Alerts that were pending too long and were now sent, or collapsed into a storm's. */
  readonly published: number;
  /** Alerts that at least one channel again could not send. */
  readonly failed: number;
  /** Alerts that are pending after this run, including those that other functions are sending. */
  readonly pending: number;
}

/** @throws Error that names what failed in this run; everything else was done. */
export type Sweep = () => Promise<SweepOutcome>;

/** Finishes what other functions left behind: sends alerts whose lease has ended, and does the chores. */
export function createSweep(dependencies: SweepDependencies): Sweep {
  const { prepare, sendPending, countPending, chores, logger, metrics, pendingSeconds } = dependencies;
  return async () => {
    const broken: string[] = [];
    const alone = async <Result>(name: string, work: () => Promise<Result>): Promise<Result | undefined> => {
      try {
        return await work();
      } catch (error) {
        broken.push(name);
        logger.error('A chore of sweep failed', { chore: name, error: errorText(error) });
        return undefined;
      }
    };
    await alone('rows that were set aside', prepare);
    const { sent: published = 0, failed = 0 } =
      (await alone('pending alerts', () => sendPending(timeBudget(pendingSeconds)))) ?? {};
    for (const { metric, seconds, run } of chores) {
      const outcome = await alone(metric.name, () => run(timeBudget(seconds)));
      if (outcome === undefined) continue;
      recordMetric(metrics, metric, outcome.done);
      if (outcome.failed > 0) broken.push(`${outcome.failed} of ${metric.name}`);
    }
    const pending = await alone('count of pending alerts', countPending);
    recordMetric(metrics, METRICS.AlertsPublished, published);
    recordMetric(metrics, METRICS.AlertsFailed, failed);
    // No value is better than a wrong one: the alarm takes the least of five minutes.
    if (pending !== undefined) recordMetric(metrics, METRICS.AlertsPending, pending);
    publishMetrics(metrics);
    if (published > 0) logger.warn('Alerts that had stayed pending were published', { published });
    if (broken.length > 0) throw new Error(`Not done in this run: ${broken.join(', ')}`);
    return { published, failed, pending: pending ?? 0 };
  };
}
