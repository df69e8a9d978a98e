import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { FaultOfAccess } from '../shared/faults.ts';
import { commit } from '../store/segments/table/commit.ts';
import { DATA_MARGIN_SECONDS, type Descriptor } from '../store/segments/table/descriptor.ts';
import { giveLeaseBack, type Lease, noteAttempts, takeLease } from '../store/segments/table/lease.ts';
import { putSegmentItems } from '../store/segments/table/segment-items.ts';
import { type LiveSegment, type Snapshot, takeSnapshot } from '../store/segments/table/snapshot.ts';
import { readState, type SegmentState, type SegmentsTable } from '../store/segments/table/state.ts';
import { removeDeadAttempts } from './dead-attempts.ts';
import { draftSegment, type SegmentDraft } from './draft.ts';
import { chooseMerge, MERGE_POLICY, type MergePolicy, mergeSegments } from './merge.ts';
import { packPages, readWaiting, type Waiting } from './pack-pages.ts';

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

/** Everything at once: for a laptop whose queues are empty. */
export const PACK_ALL: PackPolicy = {
  minPageAge: 0,
  enoughPages: 1,
  enoughBytes: 1,
  maxPageAge: 0,
  merge: { quietHours: 0, maxHours: 0 },
};

/** Small segments live this long: they are merged long before. */
export const SMALL_SEGMENT_DAYS = 60;

/** Longer than a function may run: after it, whoever had the lease is gone. */
const LEASE_MILLISECONDS = 16 * 60_000;

export interface PackDependencies extends SegmentsTable {
  readonly policy: PackPolicy;
  /** Days that events are kept, counted from their day or from the day on which they were packed. */
  readonly retentionDays: number;
  readonly now: () => Date;
  /** Whether no further step should be begun. */
  readonly mustStop: () => boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface PackOutcome {
  /** `busy`: another call has the lease. */
  readonly status: 'done' | 'stopped' | 'busy';
  readonly pages: number;
  readonly events: number;
  readonly doubles: number;
  /** Small segments that were made, and merged ones. */
  readonly packed: number;
  readonly merged: number;
  readonly unreadable: number;
}

/**
 * Packs what is due: pages into small segments, and small segments into merged ones. It may die at any call, and run twice
 * at once: what isn't committed was never there, and what is committed is there once.
 * @throws SegmentNewer where a later version has written the state; the SDK's errors.
 */
export async function pack(dependencies: PackDependencies): Promise<PackOutcome> {
  const lease = await takeLease(dependencies, dependencies.now(), LEASE_MILLISECONDS);
  if (lease === undefined) return { status: 'busy', ...NOTHING };
  const run = new PackRun(dependencies, lease);
  try {
    await removeDeadAttempts(dependencies, lease);
    return await run.run();
  } finally {
    dependencies.metrics.publishStoredMetrics();
  }
}

const NOTHING = { pages: 0, events: 0, doubles: 0, packed: 0, merged: 0, unreadable: 0 };

/** Another function has committed meanwhile, or has the lease: nothing of ours was committed. */
export class CommitLost extends FaultOfAccess {
  override readonly name = 'CommitLost';
}

class PackRun {
  readonly #dependencies: PackDependencies;
  readonly #lease: Lease;
  readonly #counts = { ...NOTHING };

  constructor(dependencies: PackDependencies, lease: Lease) {
    this.#dependencies = dependencies;
    this.#lease = lease;
  }

  async run(): Promise<PackOutcome> {
    const { mustStop } = this.#dependencies;
    let status: PackOutcome['status'] = 'done';
    const state = await readState(this.#dependencies);
    for (let shard = 0; shard < state.pageShards && status === 'done'; shard++) {
      while (await this.#packShard(shard)) {
        if (mustStop()) {
          status = 'stopped';
          break;
        }
      }
    }
    if (status === 'done') status = await this.#mergeDays();
    await this.#measure();
    // Not in a finally: after an error the attempts that were noted stay noted, and the next pack removes them.
    await giveLeaseBack(this.#dependencies, this.#lease.owner);
    return { status, ...this.#counts };
  }

  /** @returns whether there is more to pack. */
  async #packShard(shard: number): Promise<boolean> {
    const { now, policy } = this.#dependencies;
    const state = await readState(this.#dependencies);
    const waiting = await readWaiting({ ...this.#dependencies, state, shard, now: now(), minAge: policy.minPageAge });
    if (!this.#isDue(waiting)) return false;
    const snapshot = new SegmentsByDay(this.#dependencies, state);
    const { drafts, doubles, unreadable } = await packPages(waiting.pages, (day) => snapshot.of(day));
    for (const { item, error } of unreadable) {
      this.#dependencies.logger.error('A page cannot be read, and is left where it is', {
        page: item,
        reason: error.message,
      });
    }
    const leftBehind = unreadable.map(({ item }) => ({ shard, item }));
    await this.#publish(state, drafts, { level: 0, replace: [], packedTo: { [shard]: waiting.packedTo }, leftBehind });
    this.#counts.pages += waiting.pages.length;
    this.#counts.events += drafts.reduce((sum, { facts }) => sum + facts.count, 0);
    this.#counts.doubles += doubles;
    this.#counts.packed += drafts.length;
    this.#counts.unreadable += unreadable.length;
    return waiting.more;
  }

  #isDue({ pages, more }: Waiting): boolean {
    const { now, policy } = this.#dependencies;
    const [oldest] = pages;
    if (oldest === undefined) return false;
    const bytes = pages.reduce((sum, page) => sum + page.bytes, 0);
    const age = now().getTime() - Date.parse(oldest.item.slice(0, 24));
    return more || pages.length >= policy.enoughPages || bytes >= policy.enoughBytes || age >= policy.maxPageAge;
  }

  async #mergeDays(): Promise<'done' | 'stopped'> {
    const { now, policy, mustStop } = this.#dependencies;
    const whole = await takeSnapshot({ ...this.#dependencies, now: now(), withoutPages: true });
    const days = Map.groupBy(whole.segments, ({ descriptor }) => descriptor.day);
    for (const [day, segments] of days) {
      let left: readonly LiveSegment[] = segments;
      for (let chosen = chooseMerge(left, now(), policy.merge); chosen.length > 0; ) {
        if (mustStop()) return 'stopped';
        await this.#merge(day, chosen);
        const merged = new Set(chosen);
        left = left.filter((segment) => !merged.has(segment));
        chosen = chooseMerge(left, now(), policy.merge);
      }
    }
    return 'done';
  }

  async #merge(day: string, chosen: readonly LiveSegment[]): Promise<void> {
    const state = await readState(this.#dependencies);
    const draft = await draftSegment(mergeSegments(chosen));
    const replace = chosen.map(({ descriptor }) => descriptor);
    await this.#publish(state, draft === undefined ? [] : [draft], { level: 1, replace });
    this.#dependencies.logger.info('Small segments were merged', { day, segments: replace.length });
    this.#counts.merged++;
  }

  /** Notes, puts and commits: only the last of them shows anything to anyone. @throws CommitLost */
  async #publish(
    state: SegmentState,
    drafts: readonly SegmentDraft[],
    change: {
      readonly level: 0 | 1;
      readonly replace: readonly Descriptor[];
      readonly packedTo?: Readonly<Record<string, string>>;
      readonly leftBehind?: SegmentState['leftBehind'];
    },
  ): Promise<void> {
    const { owner } = this.#lease;
    const made = drafts.map((draft) => ({ draft, expiresAt: this.#expiry(draft, change) }));
    if (drafts.length > 0) {
      const attempts = drafts.map(({ segmentId, facts }) => ({ segmentId, day: facts.day, shape: shapeOf(facts) }));
      if (!(await noteAttempts(this.#dependencies, owner, attempts))) throw new CommitLost('the lease is another’s');
    }
    for (const { draft, expiresAt } of made) {
      await putSegmentItems(this.#dependencies, draft.segmentId, draft.items, expiresAt + DATA_MARGIN_SECONDS);
    }
    const madeAt = this.#dependencies.now().toISOString();
    const committed = await commit(this.#dependencies, {
      state,
      owner,
      add: made.map(({ draft, expiresAt }) => ({
        ...draft.facts,
        segmentId: draft.segmentId,
        level: change.level,
        madeAt,
        expiresAt,
      })),
      replace: change.replace,
      ...(change.packedTo && { packedTo: change.packedTo }),
      ...(change.leftBehind && { leftBehind: change.leftBehind }),
    });
    if (committed === undefined) throw new CommitLost('another commit was faster');
  }

  #expiry({ facts }: SegmentDraft, { level, replace }: { level: 0 | 1; replace: readonly Descriptor[] }): number {
    const { now, retentionDays } = this.#dependencies;
    if (level === 0) return Math.floor((now().getTime() + SMALL_SEGMENT_DAYS * DAY) / 1000);
    const packed = replace.reduce((latest, { madeAt }) => (madeAt > latest ? madeAt : latest), facts.day);
    return Math.floor((Date.parse(packed.slice(0, 10)) + (retentionDays + 1) * DAY) / 1000);
  }

  /** What alarms look at: how long the oldest page waits, and the oldest small segment. */
  async #measure(): Promise<void> {
    const { metrics, now } = this.#dependencies;
    const snapshot: Snapshot = await takeSnapshot({ ...this.#dependencies, now: now() });
    const hoursSince = (times: readonly string[]): number => {
      const oldest = times.reduce((least, time) => (time < least ? time : least), now().toISOString());
      return Math.max(0, (now().getTime() - Date.parse(oldest)) / 3_600_000);
    };
    const small = snapshot.segments.filter(({ descriptor }) => descriptor.level === 0);
    metrics.addMetric('PagesWaiting', MetricUnit.Count, snapshot.pages.length);
    metrics.addMetric(
      'OldestPageHours',
      MetricUnit.NoUnit,
      hoursSince(snapshot.pages.map(({ item }) => item.slice(0, 24))),
    );
    metrics.addMetric(
      'OldestSmallSegmentHours',
      MetricUnit.NoUnit,
      hoursSince(small.map(({ descriptor }) => descriptor.madeAt)),
    );
    metrics.addMetric('PagesUnreadable', MetricUnit.Count, snapshot.state.leftBehind.length);
    metrics.addMetric('EventsPacked', MetricUnit.Count, this.#counts.events);
    metrics.addMetric('DoublesDropped', MetricUnit.Count, this.#counts.doubles);
  }
}

/** The live segments of a state, read once a day of events. */
class SegmentsByDay {
  readonly #table: PackDependencies;
  readonly #state: SegmentState;
  readonly #days = new Map<string, Promise<readonly LiveSegment[]>>();

  constructor(table: PackDependencies, state: SegmentState) {
    this.#table = table;
    this.#state = state;
  }

  of(day: string): Promise<readonly LiveSegment[]> {
    let found = this.#days.get(day);
    if (found === undefined) {
      found = takeSnapshot({
        ...this.#table,
        state: this.#state,
        firstDay: day,
        lastDay: day,
        now: this.#table.now(),
        withoutPages: true,
      }).then(({ segments }) => segments);
      this.#days.set(day, found);
    }
    return found;
  }
}

function shapeOf({ whole, blocks, filterParts, parts, lists }: SegmentDraft['facts']): {
  whole: boolean;
  blocks: number;
  filterParts: number;
  parts: SegmentDraft['facts']['parts'];
  lists: SegmentDraft['facts']['lists'];
} {
  return { whole, blocks, filterParts, parts, lists };
}
