import { functionMetrics } from '../../lambda/runtime/function-metrics.ts';
import { recordMetric } from '../../lambda/runtime/record-metric.ts';
import { METRIC_NAMESPACE, METRICS } from '../../lambda/shared/metric-names.ts';

test('a metric carries its deployment and its function, so that the alarms of another deployment do not see it', () => {
  const metrics = functionMetrics('ingest', 'blue');
  recordMetric(metrics, METRICS.ObjectsClosed, 1);
  expect(metrics.serializeMetrics()).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [['service', 'deployment']] }] },
    deployment: 'blue',
    service: 'ingest',
    ObjectsClosed: 1,
  });
});
