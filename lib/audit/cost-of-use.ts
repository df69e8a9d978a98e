import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { ownMetricsOf } from './own-metric.ts';

/**
 * US dollars at list prices of us-east-1, fitted to what `trailwarden cost` says: a test compares the two. No alarm takes the
 * metrics of every table and function, of which there are more than ten.
 */
const USD = {
  /** A log object: its ledger's row, notifications, requests, the function's call. */
  object: 1.164e-5,
  /** A record: its part of a page, pack, correlations, findings and the function's time; and what is kept some weeks. */
  record: 4.435e-7,
  /** A day that a record is kept in its segment. */
  recordDay: 5.89e-10,
  /** A row of an event with its copies in the default indexes; a fifth of all events are notable. */
  row: { none: 0, notable: 6.875e-7, all: 3.4375e-6 },
} as const;

/** What the log objects of a day cost that ingest and backfills have read, with all that follows of them. */
export function dollarsOfADay(
  deployment: string,
  { index, retentionDays }: Pick<DeploymentConfig, 'index' | 'retentionDays'>,
): MathExpression {
  const record = USD.record + USD.row[index.rows] + USD.recordDay * retentionDays;
  const ownMetric = ownMetricsOf(deployment);
  const day = Duration.days(1);
  return new MathExpression({
    label: 'US dollars',
    period: day,
    expression:
      `(FILL(objects, 0) + FILL(pastObjects, 0)) * ${USD.object.toFixed(9)}` +
      ` + FILL(records, 0) * ${record.toFixed(10)} + FILL(pastRecords, 0) * ${record.toFixed(10)}`,
    usingMetrics: {
      objects: ownMetric('ingest', METRICS.ObjectsClosed, Stats.SUM, day),
      records: ownMetric('ingest', METRICS.RecordsIndexed, Stats.SUM, day),
      pastObjects: ownMetric('backfill-batch', METRICS.ObjectsClosed, Stats.SUM, day),
      pastRecords: ownMetric('backfill-batch', METRICS.RecordsIndexed, Stats.SUM, day),
    },
  });
}
