import { functionMetrics, publishMetrics } from '../../lambda/runtime/function-metrics.ts';
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

function bed() {
  const warn = jest.spyOn(console, 'warn').mockImplementation();
  const metrics = functionMetrics('verify', 'blue');
  const publish = jest.spyOn(metrics, 'publishStoredMetrics');
  return { warn, metrics, publish };
}

afterEach(() => jest.restoreAllMocks());

test('a call without metrics writes no line, and no warning that there are none', () => {
  const { warn, metrics, publish } = bed();
  publishMetrics(metrics);
  expect(publish).not.toHaveBeenCalled();
  expect(warn).not.toHaveBeenCalled();
});

test('the metrics of a call are published once', () => {
  const { metrics, publish } = bed();
  recordMetric(metrics, METRICS.DigestsValid, 1);
  publish.mockImplementation(() => {
    metrics.clearMetrics();
    return metrics;
  });
  publishMetrics(metrics);
  publishMetrics(metrics);
  expect(publish).toHaveBeenCalledTimes(1);
});
