import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { reportSetAside } from '../../lambda/runtime/set-aside.ts';

const START = Date.parse('2026-11-20T14:00:00Z');
const ROW = { table: 'trailwarden-correlations', key: ['group', 'state'], reason: 'it has version 2' };

function bed() {
  const logger = new Logger({ logLevel: 'SILENT' });
  const metrics = new Metrics({ namespace: 'Trailwarden', serviceName: 'sweep' });
  const log = jest.spyOn(logger, 'error');
  const count = jest.spyOn(metrics, 'addMetric').mockReturnValue(metrics);
  const clock = { now: START };
  const report = reportSetAside({ logger, metrics, now: () => new Date(clock.now) });
  return { report, log, count, clock };
}

test('a row that is set aside is in the log with its key and reason, and in the metric that an alarm watches', () => {
  const { report, log, count } = bed();
  report(ROW);
  expect(log).toHaveBeenCalledWith('A row was set aside', ROW);
  expect(count).toHaveBeenCalledWith('RowsSetAside', 'Count', 1);
});

test('a row that is met again is told of every five minutes', () => {
  const { report, log, count, clock } = bed();
  for (let second = 0; second < 600; second += 10) {
    clock.now = START + second * 1000;
    report(ROW);
  }
  expect(log).toHaveBeenCalledTimes(2);
  report({ ...ROW, key: ['group', 'member'] });
  expect(count).toHaveBeenCalledTimes(3);
});
