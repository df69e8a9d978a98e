import type { Metrics } from '@aws-lambda-powertools/metrics';

/** Writes the metrics of a call to the log. A call without any writes nothing: Powertools would warn of it each time. */
export function publishMetrics(metrics: Metrics): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
