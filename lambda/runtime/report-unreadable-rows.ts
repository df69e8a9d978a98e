import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { METRICS } from '../shared/metric-names.ts';
import type { OnUnreadableRow } from '../store/dynamo/read-row.ts';
import { recordMetric } from './record-metric.ts';

/**
 * A row is met again with every event of its group, or each minute: once in three minutes is enough for the log, and
 * puts a value into each of the five-minute periods that the alarm looks at.
 */
const TELL_AGAIN_AFTER = 3 * 60_000;

/** Above this many rows the memory of what was told is emptied: they are told of again. */
const MAX_REMEMBERED = 1_000;

export interface UnreadableRowReporting {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

/** Tells of rows of any table that can't be read: a line in the log and the metric that an alarm watches. */
export function reportUnreadableRows({ logger, metrics, now }: UnreadableRowReporting): OnUnreadableRow {
  const toldAt = new Map<string, number>();
  return ({ table, key, reason }) => {
    const id = JSON.stringify([table, key]);
    const time = now().getTime();
    if (time - (toldAt.get(id) ?? Number.NEGATIVE_INFINITY) < TELL_AGAIN_AFTER) return;
    if (toldAt.size >= MAX_REMEMBERED) toldAt.clear();
    toldAt.set(id, time);
    logger.error('A row could not be read', { table, key, reason });
    recordMetric(metrics, METRICS.RowsUnreadable, 1);
  };
}
