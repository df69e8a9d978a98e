import { publishMetrics } from '../runtime/function-metrics.ts';
import { recordMetric } from '../runtime/record-metric.ts';
import { METRICS } from '../shared/metric-names.ts';
import { giveLeaseBack, takeLease } from '../store/segments/table/lease.ts';
import { removeDeadAttempts } from './dead-attempts.ts';
import { LEASE_MILLISECONDS, NOTHING_PACKED, type PackDependencies, type PackOutcome } from './pack-policy.ts';
import { PackRun } from './pack-run.ts';

/**
 * Packs what is due: pages into small segments, and small segments into merged ones. It may die at any call, and run twice
 * at once: what isn't committed was never there, and what is committed is there once. What fails in one shard, or on one
 * day, stops no other.
 * @throws SegmentNewer where a later version has written the state; the SDK's errors where the lease or the state can't be
 * had.
 */
export async function pack(dependencies: PackDependencies): Promise<PackOutcome> {
  const { now, lane = 0, leaseMilliseconds = LEASE_MILLISECONDS, logger, metrics } = dependencies;
  const lease = await takeLease(dependencies, lane, now(), leaseMilliseconds);
  if (lease === undefined) return { status: 'busy', ...NOTHING_PACKED };
  try {
    await removeDeadAttempts(dependencies, lease, new Date(now().getTime() + leaseMilliseconds));
    const outcome = await new PackRun({ lane, lanes: 1, leaseMilliseconds, ...dependencies, lease }).run();
    if (outcome.status === 'done' && outcome.failed === 0) recordMetric(metrics, METRICS.PackDone, 1);
    return outcome;
  } finally {
    publishMetrics(metrics);
    // Otherwise it runs out by itself.
    await giveLeaseBack(dependencies, lease).catch((error: unknown) =>
      logger.warn('The lease could not be given back', { reason: String(error) }),
    );
  }
}
