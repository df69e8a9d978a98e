import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { reportUnreadableRows } from '../../lambda/runtime/report-unreadable-rows.ts';
import { METRIC_NAMESPACE, METRICS, SERVICES } from '../../lambda/shared/metric-names.ts';

const START = Date.parse('2026-11-20T14:00:00Z');
const ROW = { table: 'trailwarden-correlations', key: ['group', 'state'], reason: 'it has version 2' };

function bed() {
  const logger = new Logger({ logLevel: 'SILENT' });
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: SERVICES.sweep });
  const log = jest.spyOn(logger, 'error');
  const count = jest.spyOn(metrics, 'addMetric').mockReturnValue(metrics);
  const clock = { now: START };
  const report = reportUnreadableRows({ logger, metrics, now: () => new Date(clock.now) });
  return { report, log, count, clock };
}

test('a row that can not be read is in the log with its key and reason, and in the metric that an alarm watches', () => {
  const { report, log, count } = bed();
  report(ROW);
  expect(log).toHaveBeenCalledWith('A row could not be read', ROW);
  expect(count).toHaveBeenCalledWith(METRICS.RowsUnreadable.name, 'Count', 1);
});

test('a row that is met again is told of every three minutes', () => {
  const { report, log, count, clock } = bed();
  for (let second = 0; second < 360; second += 10) {
    clock.now = START + second * 1000;
    report(ROW);
  }
  expect(log).toHaveBeenCalledTimes(2);
  report({ ...ROW, key: ['group', 'member'] });
  expect(count).toHaveBeenCalledTimes(3);
});
