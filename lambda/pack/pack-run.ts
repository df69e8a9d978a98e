import { recordMetric } from '../runtime/record-metric.ts';
import { counted } from '../shared/counted.ts';
import { FaultOfContent } from '../shared/faults.ts';
import { METRICS } from '../shared/metric-names.ts';
import type { LiveSegment } from '../store/segments/table/snapshot.ts';
import { readState, type SegmentState } from '../store/segments/table/state.ts';
import { draftSegment } from './draft.ts';
import { chooseMerge, mergeSegments } from './merge.ts';
import { packPages, readWaiting, type Waiting } from './pack-pages.ts';
import { NOTHING_PACKED, type PackDependencies, type PackOutcome } from './pack-policy.ts';
import { CommitLost, type PublishDependencies, publish, segmentsOfDay } from './publish.ts';

/** More are not left behind: every question reads them all, and their keys stand in the state, which stays small. */
const MAX_LEFT_BEHIND = 200;

/** A shard moves on once a day, to an hour before. */
const OVERDUE_MILLISECONDS = 26 * 3_600_000;

/** How often a step is begun anew after another function was faster. */
const LOST_COMMITS = 3;

/** So many pages can't be read that passing over more would only hide it. The shard's pages wait, and are found there. */
export class TooManyLeftBehind extends FaultOfContent {
  override readonly name = 'TooManyLeftBehind';
}

type RunDependencies = PackDependencies &
  Required<Pick<PackDependencies, 'lane' | 'lanes' | 'leaseMilliseconds'>> &
  Pick<PublishDependencies, 'lease'>;

/** One call of pack, under its lease. */
export class PackRun {
  readonly #dependencies: RunDependencies & PublishDependencies;
  readonly #counts: { -readonly [Name in keyof typeof NOTHING_PACKED]: number } = { ...NOTHING_PACKED };
  /** By shard: pages that wait, and the key of the oldest. */
  readonly #waiting = new Map<number, { readonly pages: number; readonly oldest: string | undefined }>();
  /** When the oldest small segment of each day was made. */
  readonly #small = new Map<string, string>();

  constructor(dependencies: RunDependencies) {
    this.#dependencies = { ...dependencies, unfinished: [] };
  }

  async run(): Promise<PackOutcome> {
    const status = await this.#steps();
    this.#measure();
    return { status, ...this.#counts };
  }

  async #steps(): Promise<'done' | 'stopped'> {
    const { lane, lanes, mustStop, retentionDays } = this.#dependencies;
    const state = await readState(this.#dependencies);
    this.#counts.unreadable = state.leftBehind.filter(({ shard }) => shard % lanes === lane).length;
    if (state.retentionDays !== retentionDays) {
      await this.#apart('the retention', () =>
        publish(this.#dependencies, state, [], { shard: lane, level: 1, replace: [], retentionDays }),
      );
    }
    this.#noteOtherLanes(state);
    for (let shard = lane; shard < state.pageShards; shard += lanes) {
      let more = true;
      while (more) {
        if (mustStop()) return 'stopped';
        more = (await this.#apart(`page shard ${shard}`, () => this.#packShard(shard))) ?? false;
      }
    }
    return this.#mergeDays();
  }

  /** A lane that is dead measures nothing: what it should have packed a day ago is measured by the others. */
  #noteOtherLanes({ packedTo, pageShards }: SegmentState): void {
    const { lane, lanes, now } = this.#dependencies;
    const bound = new Date(now().getTime() - OVERDUE_MILLISECONDS).toISOString();
    for (let shard = 0; shard < pageShards; shard++) {
      const to = packedTo[String(shard)];
      if (shard % lanes === lane || to === undefined || to >= bound) continue;
      this.#waiting.set(shard, { pages: 0, oldest: to });
    }
  }

  /** Does a step, whose failure stops no other. @returns undefined where it failed. */
  async #apart<Result>(what: string, step: () => Promise<Result>): Promise<Result | undefined> {
    for (let lost = 0; ; lost++) {
      try {
        return await step();
      } catch (error) {
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        const { logger } = this.#dependencies;
        if (!(error instanceof CommitLost)) {
          this.#counts.failed++;
          logger.error('A part of what is due could not be packed', { what, reason });
          return undefined;
        }
        logger.info('Another function was faster', { what, reason });
        if (lost === LOST_COMMITS) return undefined;
      }
    }
  }

  /** @returns whether there is more to pack. */
  async #packShard(shard: number): Promise<boolean> {
    const { now, policy } = this.#dependencies;
    const state = await readState(this.#dependencies);
    const waiting = await readWaiting({ ...this.#dependencies, state, shard, now: now(), minAge: policy.minPageAge });
    this.#waiting.set(shard, {
      pages: waiting.pages.length,
      oldest: oldestOf([...waiting.leftBehind, ...waiting.pages]),
    });
    const after = state.packedTo[String(shard)];
    if (!this.#isDue(waiting)) {
      // Readers ask a partition a day since then: a shard that nobody writes to moves on, once a day.
      const isIdle = waiting.pages.length === 0 && (after ?? '').slice(0, 10) < waiting.packedTo.slice(0, 10);
      if (!isIdle) return false;
    }
    const { drafts, doubles, left } = await packPages([...waiting.leftBehind, ...waiting.pages], (day) =>
      segmentsOfDay(this.#dependencies, state, day, now()),
    );
    const known = new Set(waiting.leftBehind);
    for (const { page, error } of left) {
      if (!known.has(page)) this.#tell('A page cannot be taken, and is left where it is', page.item, error);
    }
    const others = state.leftBehind.filter((page) => page.shard !== shard).length;
    if (left.some(({ page }) => !known.has(page)) && others + left.length > MAX_LEFT_BEHIND) {
      this.#counts.unreadable += left.length - known.size;
      throw new TooManyLeftBehind(
        `${counted(others + left.length, 'page')} can't be taken: install the version that wrote them`,
      );
    }
    const leftBehind = left.map(({ page }) => page.item);
    const packed = { shard, to: waiting.packedTo, leftBehind };
    await publish(this.#dependencies, state, drafts, { shard, level: policy.level ?? 0, replace: [], packed });
    const forgotten = state.leftBehind.filter((page) => page.shard === shard).length - known.size;
    if (forgotten > 0) this.#dependencies.logger.error('Pages that could not be taken have expired', { forgotten });
    const stillThere = [...left.map(({ page }) => page), ...(waiting.more ? [{ item: waiting.packedTo }] : [])];
    this.#waiting.set(shard, { pages: stillThere.length, oldest: oldestOf(stillThere) });
    this.#counts.pages += waiting.pages.length + known.size - left.length;
    this.#counts.events += drafts.reduce((sum, { facts }) => sum + facts.count, 0);
    this.#counts.doubles += doubles;
    this.#counts.packed += drafts.length;
    this.#counts.unreadable += left.length - known.size - forgotten;
    return waiting.more;
  }

  #isDue({ pages, leftBehind, more }: Waiting): boolean {
    const { now, policy } = this.#dependencies;
    if (leftBehind.some(isReadable)) return true;
    const oldest = oldestOf(pages);
    if (oldest === undefined) return false;
    const bytes = pages.reduce((sum, page) => sum + page.bytes, 0);
    const age = now().getTime() - Date.parse(oldest.slice(0, 24));
    return more || pages.length >= policy.enoughPages || bytes >= policy.enoughBytes || age >= policy.maxPageAge;
  }

  async #mergeDays(): Promise<'done' | 'stopped'> {
    const { unmergedDays } = await readState(this.#dependencies);
    for (const day of unmergedDays) {
      if (this.#dependencies.mustStop()) return 'stopped';
      const result = await this.#apart(`the segments of ${day}`, () => this.#mergeDay(day));
      if (result === 'stopped') return 'stopped';
    }
    return 'done';
  }

  async #mergeDay(day: string): Promise<'done' | 'stopped'> {
    const { lane, lanes, now, policy, mustStop } = this.#dependencies;
    let state = await readState(this.#dependencies);
    let small = (await segmentsOfDay(this.#dependencies, state, day, now())).filter(isSmall);
    const isMine = ({ descriptor }: LiveSegment): boolean => descriptor.lane % lanes === lane;
    if (small.length === 0 && lane === 0) {
      await publish(this.#dependencies, state, [], { shard: lane, level: 1, replace: [], mergedDays: [day] });
      return 'done';
    }
    for (const shard of new Set(small.filter(isMine).map(({ descriptor }) => descriptor.lane))) {
      const ofShard = (): readonly LiveSegment[] => small.filter(({ descriptor }) => descriptor.lane === shard);
      for (let chosen = chooseMerge(ofShard(), now(), policy.merge); chosen.length > 0; ) {
        this.#noteSmall(day, small.filter(isMine));
        if (mustStop()) return 'stopped';
        const merged = new Set(chosen);
        small = small.filter((segment) => !merged.has(segment));
        state = await this.#merge(state, day, chosen, small.length === 0);
        chosen = chooseMerge(ofShard(), now(), policy.merge);
      }
    }
    this.#noteSmall(day, small.filter(isMine));
    return 'done';
  }

  async #merge(
    state: SegmentState,
    day: string,
    chosen: readonly LiveSegment[],
    isLast: boolean,
  ): Promise<SegmentState> {
    const draft = await draftSegment(mergeSegments(chosen));
    const replace = chosen.map(({ descriptor }) => descriptor);
    const next = await publish(this.#dependencies, state, draft === undefined ? [] : [draft], {
      shard: replace[0]?.lane ?? 0,
      level: 1,
      replace,
      ...(isLast && { mergedDays: [day] }),
    });
    this.#dependencies.logger.info('Small segments were merged', { day, segments: replace.length });
    this.#counts.merged++;
    return next;
  }

  #noteSmall(day: string, segments: readonly LiveSegment[]): void {
    const oldest = segments.map(({ descriptor }) => descriptor.madeAt).toSorted()[0];
    if (oldest === undefined) this.#small.delete(day);
    else this.#small.set(day, oldest);
  }

  #tell(what: string, page: string, { name, message }: Error): void {
    this.#dependencies.logger.error(what, { page, reason: `${name}: ${message}` });
  }

  /** What alarms look at: how long the oldest page waits, and the oldest small segment. */
  #measure(): void {
    const { metrics, now } = this.#dependencies;
    const secondsSince = (times: readonly string[]): number => {
      const oldest = times.toSorted()[0];
      return oldest === undefined ? 0 : Math.max(0, (now().getTime() - Date.parse(oldest)) / 1000);
    };
    const waiting = [...this.#waiting.values()];
    const oldestPages = waiting.flatMap(({ oldest }) => (oldest === undefined ? [] : [oldest.slice(0, 24)]));
    const pages = waiting.reduce((sum, shard) => sum + shard.pages, 0);
    recordMetric(metrics, METRICS.PagesWaiting, pages);
    recordMetric(metrics, METRICS.OldestPageSeconds, secondsSince(oldestPages));
    recordMetric(metrics, METRICS.OldestSmallSegmentSeconds, secondsSince([...this.#small.values()]));
    if (this.#counts.unreadable > 0) recordMetric(metrics, METRICS.PagesUnreadable, this.#counts.unreadable);
    if (this.#counts.failed > 0) recordMetric(metrics, METRICS.PackFailures, this.#counts.failed);
    recordMetric(metrics, METRICS.EventsPacked, this.#counts.events);
    if (this.#counts.doubles > 0) recordMetric(metrics, METRICS.DoublesDropped, this.#counts.doubles);
  }
}

const isSmall = ({ descriptor }: LiveSegment): boolean => descriptor.level === 0;

function oldestOf(pages: readonly { readonly item: string }[]): string | undefined {
  return pages.map(({ item }) => item).toSorted()[0];
}

function isReadable(page: Waiting['pages'][number]): boolean {
  try {
    page.block();
    return true;
  } catch {
    return false;
  }
}
