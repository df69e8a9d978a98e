import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import { createSweep, type SweepChore } from '../../lambda/sweep/sweep.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';

const A = METRICS.CorrelationsFired;
const B = METRICS.DigestsOverdue;

const chore = (metric: SweepChore['metric'], run: SweepChore['run'], seconds = 5): SweepChore => ({
  metric,
  seconds,
  run,
});
const done = async () => ({ done: 1, failed: 0 });
const broken = async () => {
  throw new Error('no');
};

function sweepOf(chores: readonly SweepChore[], { prepare = async () => {}, countPending = async () => 0 } = {}) {
  const metrics = new CountedMetrics();
  const sweep = createSweep({
    prepare,
    sendPending: async () => ({ sent: 0, failed: 0 }),
    countPending,
    pendingSeconds: 5,
    chores,
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics,
  });
  return { sweep, metrics };
}

test('a chore that throws keeps no other from its turn, and the run says at its end what was not done', async () => {
  const { sweep, metrics } = sweepOf([chore(A, broken), chore(B, done)], { prepare: broken });
  await expect(sweep()).rejects.toThrow(`Not done in this run: rows that were set aside, ${A.name}`);
  expect(metrics.last(B.name)).toBe(1);
  expect(metrics.added.has(A.name)).toBe(false);
});

test('single rows that failed make a failed run, after everything was done', async () => {
  const { sweep, metrics } = sweepOf([chore(A, async () => ({ done: 2, failed: 3 })), chore(B, done)]);
  await expect(sweep()).rejects.toThrow(`Not done in this run: 3 of ${A.name}`);
  expect([metrics.last(A.name), metrics.last(B.name)]).toEqual([2, 1]);
});

test('a chore that uses its time up leaves the next one all of its own', async () => {
  const hadTime: boolean[] = [];
  const slow = async (mustStop: () => boolean) => {
    hadTime.push(!mustStop());
    while (!mustStop()) await delay(5);
    return { done: 0, failed: 0 };
  };
  const { sweep } = sweepOf([chore(A, slow, 0.03), chore(B, slow, 0.03)]);
  await sweep();
  expect(hadTime).toEqual([true, true]);
});

test('where the pending alerts cannot be counted, the metric has no value rather than a wrong one', async () => {
  const { sweep, metrics } = sweepOf([], { countPending: broken });
  await expect(sweep()).rejects.toThrow('count of pending alerts');
  expect(metrics.added.has(METRICS.AlertsPending.name)).toBe(false);
});
