import { Metrics } from '@aws-lambda-powertools/metrics';
import { DEPLOYMENT_DIMENSION, METRIC_NAMESPACE, SERVICES, type ServiceName } from '../shared/metric-names.ts';

/** The metrics of a deployed function, each with the deployment and the function as its dimensions. */
export function functionMetrics(service: ServiceName, deployment: string): Metrics {
  return new Metrics({
    namespace: METRIC_NAMESPACE,
    serviceName: SERVICES[service],
    defaultDimensions: { [DEPLOYMENT_DIMENSION]: deployment },
  });
}

/** Writes the metrics of a call to the log. A call without any writes nothing: Powertools would warn of it each time. */
export function publishMetrics(metrics: Metrics): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
