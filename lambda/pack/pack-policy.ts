import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { SegmentsTable } from '../store/segments/table/state.ts';
import { MERGE_POLICY, type MergePolicy } from './merge.ts';

/** When pages are packed, and what of. */
export interface PackPolicy {
  /** Age in milliseconds that a page must have: writes of younger ones may still be under way. */
  readonly minPageAge: number;
  /** Pages of a shard that are enough to be packed, or bytes of them. */
  readonly enoughPages: number;
  readonly enoughBytes: number;
  /** Milliseconds after which a page is packed though there are few. */
  readonly maxPageAge: number;
  readonly merge: MergePolicy;
  /** What is made of pages is merged later (0, where nothing is said), or is kept as it is (1). */
  readonly level?: 0 | 1;
}

const DAY = 86_400_000;

/** As the function packs in AWS. */
export const PACK_POLICY: PackPolicy = {
  minPageAge: 10 * 60_000,
  enoughPages: 500,
  enoughBytes: 1024 * 1024,
  maxPageAge: DAY,
  merge: MERGE_POLICY,
};

/** Everything at once, whatever its age: only where nobody writes pages meanwhile. */
export const PACK_ALL: PackPolicy = {
  minPageAge: 0,
  enoughPages: 1,
  enoughBytes: 1,
  maxPageAge: 0,
  merge: { quietHours: 0, maxHours: 0 },
};

/** Everything at once and for good, for a laptop whose queues are empty: so an event is written twice, not three times. */
export const PACK_FINALLY: PackPolicy = { ...PACK_ALL, level: 1 };

/** Longer than a function may run: after it, whoever had the lease is gone. */
export const LEASE_MILLISECONDS = 16 * 60_000;

export interface PackDependencies extends SegmentsTable {
  readonly policy: PackPolicy;
  /** Days that events are kept, counted from their day or from the day on which they were packed. */
  readonly retentionDays: number;
  /** Which share of the page shards this call packs, from 0 up to `lanes` - 1; all of them where nothing is said. */
  readonly lane?: number;
  readonly lanes?: number;
  /** How long the lease is taken for: longer than this call may last, by this machine's clock. */
  readonly leaseMilliseconds?: number;
  readonly now: () => Date;
  /** Whether no further step should be begun. */
  readonly mustStop: () => boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface PackOutcome {
  /** `stopped`: its time was over, and there is more. `busy`: another call has the lease. */
  readonly status: 'done' | 'stopped' | 'busy';
  readonly pages: number;
  readonly events: number;
  readonly doubles: number;
  /** Small segments that were made, and merged ones. */
  readonly packed: number;
  readonly merged: number;
  /** Pages that could not be taken, in this call and before. */
  readonly unreadable: number;
  /** Shards and days that could not be dealt with; the log says why. */
  readonly failed: number;
}

export const NOTHING_PACKED = { pages: 0, events: 0, doubles: 0, packed: 0, merged: 0, unreadable: 0, failed: 0 };
