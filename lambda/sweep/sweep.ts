import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { errorText } from '../alerts/channels/channel-state.ts';
import type { PendingAlertsOutcome } from './pending-alerts.ts';
import { timeBudget } from './time-budget.ts';

export interface SweepDependencies {
  /** What comes before everything else. */
  readonly prepare: () => Promise<void>;
  /** Sends the alerts that were left pending. */
  readonly sendPending: (mustStop: () => boolean) => Promise<PendingAlertsOutcome>;
  /** How many alerts are pending. */
  readonly countPending: () => Promise<number>;
  /** What else is due every minute. One that fails doesn't keep the others from running. */
  readonly chores: readonly SweepChore[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long sending the pending alerts may take, in seconds. */
  readonly pendingSeconds: number;
}

export interface SweepChore {
  /** The name of its metric. */
  readonly name: string;
  /** How long it may take of a run. All chores together must leave the function some of its minute. */
  readonly seconds: number;
  /** @param mustStop whether the rest must wait for the next run. */
  readonly run: (mustStop: () => boolean) => Promise<ChoreOutcome>;
}

export interface ChoreOutcome {
  /** How much there was to do: the metric's value. */
  readonly done: number;
  /** Single rows or groups that threw: the run goes on, and is counted as failed at its end. */
  readonly failed: number;
}

export interface SweepOutcome {
  /** Alerts that were pending too long and are published now, or collapsed into a storm's. */
  readonly published: number;
  /** Alerts that some channel could not send this time either. */
  readonly failed: number;
  /** Alerts that are pending after this run, those under way elsewhere included. */
  readonly pending: number;
}

/** @throws Error that names what could not be done in this run; everything else was. */
export type Sweep = () => Promise<SweepOutcome>;

/** Finishes what other functions left behind: sends alerts whose lease has run out, and does the chores. */
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
    for (const { name, seconds, run } of chores) {
      const outcome = await alone(name, () => run(timeBudget(seconds)));
      if (outcome === undefined) continue;
      metrics.addMetric(name, MetricUnit.Count, outcome.done);
      if (outcome.failed > 0) broken.push(`${outcome.failed} of ${name}`);
    }
    const pending = await alone('count of pending alerts', countPending);
    metrics.addMetric('AlertsPublished', MetricUnit.Count, published);
    metrics.addMetric('AlertsFailed', MetricUnit.Count, failed);
    // No value is better than a wrong one: the alarm takes the least of five minutes.
    if (pending !== undefined) metrics.addMetric('AlertsPending', MetricUnit.Count, pending);
    metrics.publishStoredMetrics();
    if (published > 0) logger.warn('Alerts that had stayed pending were published', { published });
    if (broken.length > 0) throw new Error(`Not done in this run: ${broken.join(', ')}`);
    return { published, failed, pending: pending ?? 0 };
  };
}
