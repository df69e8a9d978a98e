import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { OnSetAside } from '../store/dynamo/versioned-row.ts';

export const ROWS_SET_ASIDE = 'RowsSetAside';

/** A row is met again with every event of its group: once in five minutes is enough for the log and for the alarm. */
const TELL_AGAIN_AFTER = 5 * 60_000;

/** Above this many rows the memory of what was told is emptied: they are told of again. */
const MAX_REMEMBERED = 1_000;

export interface SetAsideReporting {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

/** Tells of rows that can't be read: a line in the log and the metric that an alarm watches. */
export function reportSetAside({ logger, metrics, now }: SetAsideReporting): OnSetAside {
  const toldAt = new Map<string, number>();
  return ({ table, key, reason }) => {
    const id = JSON.stringify([table, key]);
    const time = now().getTime();
    if (time - (toldAt.get(id) ?? Number.NEGATIVE_INFINITY) < TELL_AGAIN_AFTER) return;
    if (toldAt.size >= MAX_REMEMBERED) toldAt.clear();
    toldAt.set(id, time);
    logger.error('A row was set aside', { table, key, reason });
    metrics.addMetric(ROWS_SET_ASIDE, MetricUnit.Count, 1);
  };
}
