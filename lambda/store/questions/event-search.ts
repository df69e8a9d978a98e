import { heldBack } from '../dynamo/queries/held-back.ts';
import type { TimeOrder } from '../dynamo/queries/partition-page.ts';
import { ReadLimitReached, ReadMeter, type Reads } from '../dynamo/queries/read-meter.ts';
import { timeRange } from '../dynamo/queries/time-range.ts';
import { secondsOf } from '../segments/block.ts';
import type { Snapshot, UnreadablePage } from '../segments/table/snapshot.ts';
import { Candidates, overlaps } from './candidates.ts';
import { type Condition, type EventConditions, readAllConditions, type SecondsRange } from './conditions.ts';
import { countEvents } from './count.ts';
import { countByFacets, type FacetCounts } from './facets.ts';
import { type EventDetail, eventDetail, type IndexedEvent, indexedEvent } from './indexed-event.ts';
import { estimateCount, estimateFacets, estimateSearch, foundBlockUnits, type ReadEstimate } from './read-estimate.ts';
import { searchSnapshot } from './search.ts';
import type { Facet } from './tally.ts';

/** A question about events. Without any member it means all of them, the newest first. */
export interface EventQuery {
  /** What an event must meet: of each field any value, of several fields all. */
  readonly conditions?: EventConditions;
  /** What it must not have: of each field none of the values. Events without any value of a field are given. */
  readonly not?: EventConditions;
  /** The earliest time, included. */
  readonly since?: Date;
  /** The end of the time: not included. */
  readonly until?: Date;
  /** `newest-first` unless said otherwise. */
  readonly order?: TimeOrder;
  /** The most events that are given; all of them where it is left out. */
  readonly limit?: number;
  /**
   * Read units that the question may take (ReadMeter says what that counts): one that needs more ends with
   * ReadLimitReached. It does so before it has given an event, except where it gives more than 10,000 and its items are
   * larger than their descriptors tell.
   */
  readonly maxReadUnits?: number;
  /** Where the whole answer takes more than a little: what it takes, before it is read on. */
  readonly onEstimate?: (units: number) => void;
}

/** What an answer took. */
export interface SearchReport extends Reads {
  readonly conditions: readonly Condition[];
  /** eventTimes, both included; unbounded where left out. */
  readonly first?: string;
  readonly last?: string;
  /** Pages that were read through, and the events in them. */
  readonly pages: number;
  readonly pageEvents: number;
  readonly unreadable: readonly UnreadablePage[];
  /** Segments that may hold events of the range, and those of them that were opened. */
  readonly segments: number;
  readonly segmentsOpened: number;
  readonly blocks: number;
  readonly dictionaryParts: number;
  /** Parts of filters, and maps of blocks. */
  readonly otherItems: number;
  /** Read units that it was said to take, where that was asked. */
  readonly estimatedUnits?: number;
}

/** Takes what the index holds at one moment, of the days asked for. */
export type TakeSnapshot = (days: DayRange, meter: ReadMeter) => Promise<Snapshot>;

/** UTC days, `YYYY-MM-DD`, both included; unbounded where left out. */
export interface DayRange {
  readonly firstDay?: string;
  readonly lastDay?: string;
}

/** An answer that takes no more than this is read without a word. */
const SMALL_UNITS = 256;

/** Events that are held back until their question is known to stay within its limit: some 10 MB. */
const HELD_EVENTS = 10_000;

/** One question to the index, answered as it is iterated. */
export class EventSearch implements AsyncIterable<IndexedEvent> {
  readonly #take: TakeSnapshot;
  readonly #query: EventQuery;
  readonly #conditions: readonly Condition[];
  readonly #resource: Condition | undefined;
  readonly #range: SecondsRange | undefined;
  readonly #days: DayRange;
  readonly #meter: ReadMeter;
  /** What the meter had counted before this question. */
  readonly #before: Reads;
  #snapshot: Snapshot | undefined;
  #estimatedUnits: number | undefined;

  /** @throws RangeError for a condition that can't be read. */
  constructor(take: TakeSnapshot, query: EventQuery, meter: ReadMeter = new ReadMeter(query.maxReadUnits)) {
    this.#take = take;
    this.#query = query;
    this.#conditions = readAllConditions(query.conditions ?? {}, query.not ?? {});
    this.#resource = this.#conditions.find(({ field, isNegated }) => field === 'resource' && !isNegated);
    const range = timeRange(query.since, query.until);
    const { first, last } = range ?? {};
    this.#range = range && {
      first: first === undefined ? Number.NEGATIVE_INFINITY : secondsOf(first),
      last: last === undefined ? Number.POSITIVE_INFINITY : secondsOf(last),
    };
    this.#days = {
      ...(first !== undefined && { firstDay: first.slice(0, 10) }),
      ...(last !== undefined && { lastDay: last.slice(0, 10) }),
    };
    this.#meter = meter;
    this.#before = meter.reads;
  }

  /**
   * The events, in order, each once.
   * @throws ReadLimitReached; SegmentNewer, SegmentDamaged, SegmentItemMissing; the SDK's errors.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<IndexedEvent> {
    for await (const event of this.#summaries()) yield indexedEvent(event, this.#resource);
  }

  /**
   * The same events, each with every resource that is indexed.
   * @throws as the iteration does.
   */
  async *details(): AsyncGenerator<EventDetail> {
    for await (const event of this.#summaries()) yield eventDetail(event);
  }

  async *#summaries(): AsyncGenerator<SummaryOf> {
    const { limit = Number.POSITIVE_INFINITY } = this.#query;
    const range = this.#range;
    if (limit <= 0 || range === undefined) return;
    let given = 0;
    try {
      for await (const events of this.#batches(range)) {
        for (const event of events) {
          yield event;
          if (++given >= limit) return;
        }
      }
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /**
   * How many events there are, whatever `limit` says.
   * @throws as the iteration does.
   */
  async count(): Promise<number> {
    return this.#answered(0, async (snapshot, range) => {
      const asked = { conditions: this.#conditions, range };
      const candidates = new Candidates(asked);
      await this.#admit(estimateCount(snapshot, asked), () => foundBlockUnits(snapshot, asked, candidates));
      return countEvents(snapshot, this.#conditions, range, candidates);
    });
  }

  /**
   * Counts the events by their values, whatever `limit` says.
   * @param top the most values that are given of each facet.
   * @throws as the iteration does.
   */
  async facets(by: readonly Facet[], { top }: { readonly top?: number } = {}): Promise<FacetCounts> {
    const nothing = { total: 0, tables: by.map((facet) => ({ facet, values: [], distinct: 0 })) };
    return this.#answered<FacetCounts>(nothing, async (snapshot, range) => {
      const asked = { conditions: this.#conditions, range };
      const candidates = new Candidates(asked);
      const find = this.#conditions.length > 0 ? () => foundBlockUnits(snapshot, asked, candidates) : undefined;
      await this.#admit(estimateFacets(snapshot, asked, by), find);
      return countByFacets(snapshot, { ...asked, facets: by, ...(top !== undefined && { top }) }, candidates);
    });
  }

  /** What was read so far; undefined before anything was. */
  report(): SearchReport | undefined {
    const [snapshot, range] = [this.#snapshot, this.#range];
    if (snapshot === undefined || range === undefined) return undefined;
    const { first, last } = timeRange(this.#query.since, this.#query.until) ?? {};
    const pages = snapshot.pages.filter((page) => overlaps(page, range));
    const { segments, blocks, dictionaryParts, others } = snapshot.itemReads();
    const { units, rows, requests } = this.#meter.reads;
    return {
      conditions: this.#conditions,
      ...(first !== undefined && { first }),
      ...(last !== undefined && { last }),
      pages: pages.length,
      pageEvents: pages.reduce((sum, { count }) => sum + count, 0),
      unreadable: snapshot.unreadable,
      segments: snapshot.segments.filter(({ descriptor }) => overlaps(descriptor, range)).length,
      segmentsOpened: segments,
      blocks,
      dictionaryParts,
      otherItems: others,
      units: units - this.#before.units,
      rows: rows - this.#before.rows,
      requests: requests - this.#before.requests,
      ...(this.#estimatedUnits !== undefined && { estimatedUnits: this.#estimatedUnits }),
    };
  }

  /** The answer; held back where it may turn out to take more than it may. */
  async *#batches(range: SecondsRange): AsyncGenerator<readonly SummaryOf[]> {
    const snapshot = await this.#taken();
    const { limit, order = 'newest-first' } = this.#query;
    const question = { conditions: this.#conditions, range, order, ...(limit !== undefined && { limit }) };
    const candidates = new Candidates(question);
    const estimate = estimateSearch(snapshot, question);
    const find = (): Promise<number> => foundBlockUnits(snapshot, question, candidates);
    const events = inBatches(searchSnapshot(snapshot, question, candidates));
    if (limit === undefined) {
      await this.#admit(estimate, find);
      yield* events;
      return;
    }
    const most = estimate.finding + estimate.blocks;
    if (most <= this.#meter.leftUnits) {
      yield* events;
      return;
    }
    this.#estimatedUnits = this.#used + most;
    yield* heldBack(events, { enough: limit, most: HELD_EVENTS, release: () => this.#admit(estimate, find) });
  }

  async #answered<Answer>(
    nothing: Answer,
    answer: (snapshot: Snapshot, range: SecondsRange) => Promise<Answer>,
  ): Promise<Answer> {
    const range = this.#range;
    if (range === undefined) return nothing;
    try {
      return await answer(await this.#taken(), range);
    } catch (error) {
      throw this.#explained(error);
    }
  }

  async #taken(): Promise<Snapshot> {
    this.#snapshot ??= await this.#take(this.#days, this.#meter);
    return this.#snapshot;
  }

  /**
   * Refuses what takes more than is left, and says what a longer answer takes.
   * @param find what the blocks take once they are found; that is asked only where it matters.
   */
  async #admit({ finding, blocks }: ReadEstimate, find?: () => Promise<number>): Promise<void> {
    let units = finding + blocks;
    const isLong = units > SMALL_UNITS || units > this.#meter.leftUnits;
    if (isLong && blocks > 0 && find !== undefined && this.#meter.maxUnits !== Number.POSITIVE_INFINITY) {
      this.#refuseBeyond(finding);
      units = await find();
    }
    this.#refuseBeyond(units);
    if (units > SMALL_UNITS) this.#query.onEstimate?.(this.#used + units);
  }

  #refuseBeyond(units: number): void {
    this.#estimatedUnits = this.#used + units;
    if (units > this.#meter.leftUnits) throw this.#limitReached();
  }

  get #used(): number {
    return this.#meter.reads.units;
  }

  /** The error of the whole question. */
  #limitReached(): ReadLimitReached {
    const { reads, maxUnits } = this.#meter;
    const estimated = this.#estimatedUnits;
    return new ReadLimitReached(
      maxUnits,
      reads,
      estimated === undefined ? undefined : Math.max(reads.units, estimated),
    );
  }

  #explained(error: unknown): unknown {
    return error instanceof ReadLimitReached ? this.#limitReached() : error;
  }
}

type SummaryOf = Parameters<typeof indexedEvent>[0];

const BATCH = 64;

async function* inBatches(events: AsyncIterable<SummaryOf>): AsyncGenerator<readonly SummaryOf[]> {
  let batch: SummaryOf[] = [];
  for await (const event of events) {
    batch.push(event);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
