import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  DEPLOYMENT_DIMENSION,
  METRIC_NAMESPACE,
  type MetricOf,
  SERVICES,
  type ServiceName,
} from '../../lambda/shared/metric-names.ts';

export const FIVE_MINUTES = Duration.minutes(5);

/** Gives the metrics that the deployment's functions emit with their logs. */
export function ownMetricsOf(deployment: string) {
  return <Service extends ServiceName>(
    service: Service,
    { name }: MetricOf<Service>,
    statistic: string,
    period = FIVE_MINUTES,
  ): Metric =>
    new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: name,
      dimensionsMap: { [DEPLOYMENT_DIMENSION]: deployment, service: SERVICES[service] },
      statistic,
      period,
    });
}
