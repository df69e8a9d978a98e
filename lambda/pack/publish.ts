import { setTimeout as sleep } from 'node:timers/promises';
import { FaultOfAccess } from '../shared/faults.ts';
import type { SegmentShape } from '../store/segments/segment-shape.ts';
import { type Commit, commit } from '../store/segments/table/commit.ts';
import { DATA_MARGIN_SECONDS, type Descriptor, expiryOf } from '../store/segments/table/descriptor.ts';
import { heldInSegments } from '../store/segments/table/held-in-segments.ts';
import { type Attempt, type Lease, noteAttempts } from '../store/segments/table/lease.ts';
import { putSegmentItems } from '../store/segments/table/segment-items.ts';
import { type LiveSegment, takeSnapshot } from '../store/segments/table/snapshot.ts';
import { readState, type SegmentState, type SegmentsTable } from '../store/segments/table/state.ts';
import type { SegmentDraft } from './draft.ts';

/** Small segments live this long: they are merged long before. */
export const SMALL_SEGMENT_DAYS = 60;

/** Nothing of ours was committed: the lease, or what was to be replaced or packed, is another's. */
export class CommitLost extends FaultOfAccess {
  override readonly name = 'CommitLost';
}

export interface PublishDependencies extends SegmentsTable {
  readonly lease: Lease;
  /**
   * Segments of this call that were noted and not committed, as far as it knows. They are noted on with each further
   * attempt: a call that goes on after a fault must not forget what it has put.
   */
  readonly unfinished: Attempt[];
  /** How long the lease is taken for, from each note on. */
  readonly leaseMilliseconds: number;
  readonly retentionDays: number;
  readonly now: () => Date;
}

/** What becomes true with the drafts. */
export interface Change extends Pick<Commit, 'packed' | 'mergedDays' | 'retentionDays'> {
  /** The page shard that the events came through. */
  readonly shard: number;
  readonly level: 0 | 1;
  /** Segments of which the draft was made; none where it was made of pages. */
  readonly replace: readonly Descriptor[];
}

/** Drafts of one commit: with replaced segments, a transaction takes them and a few writes more. */
const DRAFTS_AT_ONCE = 80;

/** The lease names them all, and takes 400 KB. */
const MOST_UNFINISHED = 240;

/** So much failed that the rest of the call would fail too: the next one removes it first. */
export class TooManyUnfinished extends FaultOfAccess {
  override readonly name = 'TooManyUnfinished';
}

/** Commits of other lanes may be faster so many times in a row. */
const TRIES = 20;
const PAUSE_MILLISECONDS = 40;

/**
 * Notes drafts in the lease, puts their items and commits them: only the last of these shows anything to anyone. Where there
 * are more than one commit takes, `packed` holds with the last: until then readers find events in pages and in segments, and
 * count them once.
 * @param state over which the drafts were made. A commit of another lane since then doesn't matter, unless it brought one
 * of the same events.
 * @returns the state that was committed.
 * @throws CommitLost where nothing of the last commit holds; the SDK's errors.
 */
export async function publish(
  dependencies: PublishDependencies,
  state: SegmentState,
  drafts: readonly SegmentDraft[],
  change: Change,
): Promise<SegmentState> {
  let current = state;
  for (let start = 0; start === 0 || start < drafts.length; start += DRAFTS_AT_ONCE) {
    const isLast = start + DRAFTS_AT_ONCE >= drafts.length;
    const { packed, mergedDays, retentionDays, ...rest } = change;
    const whole = isLast ? change : rest;
    current = await publishSome(dependencies, current, drafts.slice(start, start + DRAFTS_AT_ONCE), whole);
  }
  return current;
}

async function publishSome(
  dependencies: PublishDependencies,
  state: SegmentState,
  drafts: readonly SegmentDraft[],
  change: Change,
): Promise<SegmentState> {
  const attempts = drafts.map(({ segmentId, facts }) => ({ segmentId, day: facts.day, shape: shapeOf(facts) }));
  try {
    return await tryToPublish(dependencies, state, drafts, attempts, change);
  } catch (error) {
    dependencies.unfinished.push(...attempts);
    throw error;
  }
}

async function tryToPublish(
  dependencies: PublishDependencies,
  state: SegmentState,
  drafts: readonly SegmentDraft[],
  attempts: readonly Attempt[],
  change: Change,
): Promise<SegmentState> {
  const { lease, leaseMilliseconds, unfinished, now } = dependencies;
  if (unfinished.length > MOST_UNFINISHED) throw new TooManyUnfinished('Too many segments of this call failed.');
  const segments = drafts.map((draft) => ({ draft, ...timesOf(dependencies, draft, change) }));
  if (drafts.length > 0) {
    const until = new Date(now().getTime() + leaseMilliseconds);
    if (!(await noteAttempts(dependencies, lease, [...unfinished, ...attempts], until)))
      throw new CommitLost('The lease is another’s.');
  }
  for (const { draft, expiresAt } of segments) {
    await putSegmentItems(dependencies, draft.segmentId, draft.items, expiresAt + DATA_MARGIN_SECONDS);
  }
  const madeAt = now().toISOString();
  const add = segments.map(({ draft: { segmentId, facts }, keptFrom, expiresAt }) => ({
    ...facts,
    segmentId,
    level: change.level,
    lane: change.shard,
    madeAt,
    keptFrom,
    expiresAt,
  }));
  const { shard: _, level: __, ...members } = change;
  return commitOver(dependencies, { ...members, lease, state, add }, drafts);
}

/** Commits, over the newest state where others were faster. */
async function commitOver(
  dependencies: PublishDependencies,
  whole: Commit,
  drafts: readonly SegmentDraft[],
): Promise<SegmentState> {
  let { state } = whole;
  const { packed } = whole;
  for (let tries = 0; tries < TRIES; tries++) {
    // Others may have made small segments of the same day since: the day is looked at again.
    const mergedDays = state === whole.state ? whole.mergedDays : undefined;
    const result = await commit(dependencies, {
      ...whole,
      state,
      ...(mergedDays ? { mergedDays } : { mergedDays: [] }),
    });
    if (result === 'lost') throw new CommitLost('The lease is another’s, or the segments were replaced meanwhile.');
    if (result !== 'outrun') return result;
    await sleep(Math.random() * PAUSE_MILLISECONDS * (tries + 1));
    const newer = await readState(dependencies);
    if (packed !== undefined && newer.packedTo[packed.shard] !== state.packedTo[packed.shard]) {
      throw new CommitLost(`The pages of shard ${packed.shard} were packed meanwhile.`);
    }
    if (newer.generation !== state.generation) await refuseDoubles(dependencies, drafts, state, newer);
    state = newer;
  }
  throw new CommitLost(`Other commits were faster, ${TRIES} times in a row.`);
}

/** @throws CommitLost where an event of the drafts is in a segment that was committed since. */
async function refuseDoubles(
  { client, table, now }: PublishDependencies,
  drafts: readonly SegmentDraft[],
  { generation }: SegmentState,
  newer: SegmentState,
): Promise<void> {
  for (const { facts, events } of drafts) {
    if (events === undefined) continue;
    const segments = await segmentsOfDay({ client, table }, newer, facts.day, now());
    const added = segments.filter(({ descriptor }) => descriptor.from > generation);
    if ((await heldInSegments(events, added)).size > 0) {
      throw new CommitLost(`Events of ${facts.day} came into other segments meanwhile.`);
    }
  }
}

/** The live segments of a day. @throws SegmentNewer, SegmentDamaged, the SDK's errors. */
export async function segmentsOfDay(
  { client, table }: SegmentsTable,
  state: SegmentState,
  day: string,
  now: Date,
): Promise<readonly LiveSegment[]> {
  const query = { client, table, state, firstDay: day, lastDay: day, now, withoutPages: true };
  return (await takeSnapshot(query)).segments;
}

function timesOf(
  { now, retentionDays }: PublishDependencies,
  { facts }: SegmentDraft,
  { level, replace }: Change,
): Pick<Descriptor, 'keptFrom' | 'expiresAt'> {
  const packedOn = now().toISOString().slice(0, 10);
  const days = replace.length > 0 ? replace.map(({ keptFrom }) => keptFrom) : [facts.day, packedOn];
  const keptFrom = days.toSorted().at(-1) ?? packedOn;
  const expiresAt =
    level === 1 ? expiryOf(keptFrom, retentionDays) : Math.floor(now().getTime() / 1000) + SMALL_SEGMENT_DAYS * 86_400;
  return { keptFrom, expiresAt };
}

function shapeOf({ whole, blocks, filterParts, parts, lists }: SegmentShape): SegmentShape {
  return { whole, blocks, filterParts, parts, lists };
}
