import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { OwnMetric } from '../shared/metric-names.ts';

/** Adds a value to a metric, in its unit. It is the only way to emit one, so that none lacks a line in the table. */
export function recordMetric(metrics: Metrics, { name, unit }: OwnMetric, value: number): void {
  metrics.addMetric(name, unit, value);
}
