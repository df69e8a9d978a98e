import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mapConcurrently } from '../shared/concurrency.ts';
import { heldBack } from '../store/dynamo/held-back.ts';
import { mergeByTime } from '../store/dynamo/merge-by-time.ts';
import {
  IndexMissing,
  type PartitionKey,
  type PartitionReadOptions,
  readPage,
  type TimeOrder,
  type TimeRange,
} from '../store/dynamo/partition-page.ts';
import { partitionSource } from '../store/dynamo/partition-source.ts';
import { ReadLimitReached, ReadMeter, type Reads } from '../store/dynamo/read-meter.ts';
import { timeRange } from '../store/dynamo/time-range.ts';
import { MAX_ROW_BYTES } from '../store/rows/event-row.ts';
import { type IndexedEvent, readEventRow } from '../store/rows/indexed-event.ts';
import { dayGroups, estimateWalk } from './day-walk.ts';
import { estimateRows, readUnits } from './estimate.ts';
import { type Condition, type EventConditions, readConditions } from './event-condition.ts';
import { EventFilter } from './event-filter.ts';
import { type EventPlan, planEvents } from './event-plan.ts';
import { CheckedMeter } from './read-check.ts';

/** A question about events. Without any member it means all of them, the newest first. */
export interface EventQuery {
  /** What an event must meet: of each field any value, of several fields all. */
  readonly conditions?: EventConditions;
  /** The earliest time, included. */
  readonly since?: Date;
  /** The end of the time: not included. */
  readonly until?: Date;
  /** `newest-first` unless said otherwise. */
  readonly order?: TimeOrder;
  /** The most events that are given; all of them where it is left out. */
  readonly limit?: number;
  /**
   * Read units that the question never exceeds (ReadMeter says what that counts): a question that needs more ends with
   * ReadLimitReached. It does so before it has given an event, but for answers of more than 10,000 events whose
   * estimate was too low.
   */
  readonly maxReadUnits?: number;
  /** Where the question is bounded and takes more than a little: what it takes about, before it is read on. */
  readonly onEstimate?: (units: number) => void;
}

/** What an answer took. */
export interface SearchReport extends Reads {
  readonly plan: EventPlan;
  readonly range: TimeRange;
  /** Read units that it was said to take, where that was asked before it was read on. */
  readonly estimatedUnits?: number;
}

export interface EventSearchOptions {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly now: () => Date;
  /** Counts the question with others, and bounds all of them; instead of `maxReadUnits`. */
  readonly meter?: ReadMeter;
}

const CONCURRENCY = 16;

/** Events that are held back until their question is known to stay within its limit: some 10 MB. */
const HELD_EVENTS = 10_000;

/** Rows of a first page in which filters look for a short answer. */
const FILTERED_PAGE = 100;

/** One question to the index, answered as it is iterated. */
export class EventSearch implements AsyncIterable<IndexedEvent> {
  readonly #query: EventQuery;
  readonly #conditions: readonly Condition[];
  readonly #range: TimeRange | undefined;
  readonly #meter: ReadMeter;
  readonly #options: PartitionReadOptions & { readonly meter: ReadMeter };
  readonly #missing = new Set<string>();
  readonly #shards = { day: 1, others: 1 };
  #plan: EventPlan | undefined;
  /** Events that met the conditions so far. */
  #found = 0;
  #estimatedUnits: number | undefined;

  constructor({ client, table, now, meter }: EventSearchOptions, query: EventQuery) {
    this.#query = query;
    this.#conditions = readConditions(query.conditions ?? {});
    this.#range = timeRange(query.since, query.until);
    this.#meter = meter ?? new ReadMeter(query.maxReadUnits);
    const { order = 'newest-first' } = query;
    const maxRowBytes = MAX_ROW_BYTES;
    this.#options = { client, table, range: this.#range ?? {}, order, now: now(), meter: this.#meter, maxRowBytes };
  }

  /**
   * The events, in the order of time.
   * @throws ReadLimitReached; IndexMissing where by-day is needed and switched off; the SDK's errors.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<IndexedEvent> {
    const { limit = Number.POSITIVE_INFINITY } = this.#query;
    if (limit <= 0 || this.#range === undefined) return;
    let given = 0;
    for await (const events of this.#planned((reading) => this.#whole(reading))) {
      for (const event of events) {
        yield event;
        if (++given >= limit) return;
      }
    }
  }

  /**
   * How many events there are, whatever `limit` says. Where the index alone finds them, no row is fetched.
   * @throws as the iteration does.
   */
  async count(): Promise<number> {
    if (this.#range === undefined) return 0;
    let count = 0;
    for await (const part of this.#planned((reading) => this.#count(reading))) count += part;
    return count;
  }

  /** What was done and read so far; undefined before the first event was asked for. */
  report(): SearchReport | undefined {
    if (this.#plan === undefined) return undefined;
    return {
      plan: this.#plan,
      range: this.#range ?? {},
      ...this.#meter.reads,
      ...(this.#estimatedUnits !== undefined && { estimatedUnits: this.#estimatedUnits }),
    };
  }

  /** Plans once more where an index turns out to be missing: nothing was given then. */
  async *#planned<Part>(read: (reading: Reading) => AsyncGenerator<Part>): AsyncGenerator<Part> {
    for (;;) {
      try {
        const plan = await this.#makePlan();
        yield* read(this.#reading(plan));
        return;
      } catch (error) {
        if (error instanceof ReadLimitReached) throw this.#limitReached();
        if (!(error instanceof IndexMissing) || error.index === 'by-day') throw error;
        this.#missing.add(error.index);
      }
    }
  }

  #reading(plan: EventPlan): Reading {
    if (!this.#isBounded()) return { plan, options: this.#options, check: async () => undefined };
    const meter: CheckedMeter = new CheckedMeter(this.#meter, () => this.#check(plan, meter));
    return { plan, options: { ...this.#options, meter }, check: () => meter.check() };
  }

  #isBounded(): boolean {
    return this.#meter.maxUnits !== Number.POSITIVE_INFINITY;
  }

  async #makePlan(): Promise<EventPlan> {
    this.#plan = await planEvents(this.#conditions, this.#shards.others, this.#missing, this.#options);
    return this.#plan;
  }

  /** The answer, held back where something bounds what it may read. */
  #whole(reading: Reading): AsyncGenerator<readonly IndexedEvent[]> {
    const events = this.#read(reading);
    if (!this.#isBounded()) return events;
    const { limit = Number.POSITIVE_INFINITY } = this.#query;
    return heldBack(events, { enough: limit, most: HELD_EVENTS, release: reading.check });
  }

  async *#read({ plan, options }: Reading): AsyncGenerator<readonly IndexedEvent[]> {
    const filter = new EventFilter(plan.filters, options);
    this.#found = 0;
    for await (const partitions of plan.index === 'by-day' ? this.#dayGroups(options) : [plan.partitions]) {
      const firstLimit = this.#firstLimit(partitions.length, plan.filters.length > 0);
      const merged = mergeByTime(
        partitions.map((partition) => partitionSource(partition, options, firstLimit)),
        { order: options.order, timeOf, compareTies },
      );
      for await (const rows of merged) {
        const events = await filter.apply(rows.map((row) => readEventRow(row).event));
        this.#found += events.length;
        yield events;
      }
    }
  }

  async *#count(reading: Reading): AsyncGenerator<number> {
    const { plan, options } = reading;
    const isWalk = plan.index === 'by-day';
    const filters = plan.filters.filter(({ field }) => !(isWalk && field === 'account'));
    // An event that names two of the resources has a row for each.
    if (filters.length > 0 || plan.values.length > 1) {
      for await (const events of this.#read(reading)) yield events.length;
      return;
    }
    for await (const partitions of isWalk ? this.#dayGroups(options) : [plan.partitions]) {
      const counts = await mapConcurrently(partitions, CONCURRENCY, (partition) => countRows(partition, options));
      yield counts.reduce((sum, count) => sum + count, 0);
    }
  }

  #dayGroups(options: PartitionReadOptions): AsyncGenerator<readonly PartitionKey[]> {
    return dayGroups({ options, shards: this.#shards.day, isAsked: this.#isAsked });
  }

  readonly #isAsked = (account: string): boolean =>
    this.#conditions.every(({ field, matches }) => field !== 'account' || matches(account));

  #firstLimit(keys: number, filtered: boolean): number | undefined {
    const { limit } = this.#query;
    if (limit === undefined) return undefined;
    return filtered ? FILTERED_PAGE : Math.ceil((limit * 1.5) / keys) + 10;
  }

  /** Before more than a little is read: what the answer takes is estimated, and refused where more than is allowed. */
  async #check(plan: EventPlan, reading: CheckedMeter): Promise<void> {
    const read = reading.units;
    const units = Math.max(read, await this.#estimate(plan, read));
    this.#estimatedUnits = units;
    if (this.#meter.reads.units + units - read > this.#meter.maxUnits) throw this.#limitReached();
    this.#query.onEstimate?.(units);
  }

  /** What the answer takes, planning and estimating left out, as far as samples and what was read of it tell. */
  async #estimate(plan: EventPlan, read: number): Promise<number> {
    const { leftUnits } = this.#meter;
    // What is left must do for reading as well, if it does for more than a few samples.
    const meter = new ReadMeter(Math.max(leftUnits / 2, Math.min(leftUnits, FEW_SAMPLES)), this.#meter);
    const options = { ...this.#options, meter };
    const all = plan.index === 'by-day' ? await this.#estimateWalk(options) : await estimateIndex(plan, options);
    const { limit } = this.#query;
    if (limit === undefined) return all;
    if (this.#found > 0) return Math.min(all, (read * limit) / this.#found);
    return plan.filters.length > 0 ? all : Math.min(all, readUnits(limit * 1.5, plan.partitions.length));
  }

  #estimateWalk(options: PartitionReadOptions): Promise<number> {
    return estimateWalk({ options, shards: this.#shards.day, isAsked: this.#isAsked });
  }

  /** The error of the whole question: planning and estimating are in its reads, and in what it takes. */
  #limitReached(): ReadLimitReached {
    const { reads, maxUnits } = this.#meter;
    const estimated = this.#estimatedUnits;
    return new ReadLimitReached(
      maxUnits,
      reads,
      estimated === undefined ? undefined : Math.max(reads.units, estimated),
    );
  }
}

/** Units that suffice for a first sample, at both ends of a key, and for what comes before it. */
const FEW_SAMPLES = 20;

/** One try at an answer: a plan, and reads that are checked. */
interface Reading {
  readonly plan: EventPlan;
  readonly options: PartitionReadOptions;
  readonly check: () => Promise<void>;
}

async function estimateIndex(
  { index, partitions, candidates }: EventPlan,
  options: PartitionReadOptions,
): Promise<number> {
  const compared = candidates.find((candidate) => candidate.index === index)?.estimate;
  const { rows } = compared ?? (await estimateRows(partitions, options));
  return readUnits(rows, partitions.length);
}

async function countRows(partition: PartitionKey, options: PartitionReadOptions): Promise<number> {
  let page = await readPage(partition, options, { select: 'COUNT' });
  let { count } = page;
  while (page.next !== undefined) {
    page = await readPage(partition, options, { select: 'COUNT', after: page.next });
    count += page.count;
  }
  return count;
}

type Item = Readonly<Record<string, unknown>>;

const timeOf = (item: Item): string => String(item.eventTime);

/** An event that names several of the resources asked for comes as several rows: they are the same here. */
function compareTies(a: Item, b: Item): number {
  const [one, other] = [identityOf(a), identityOf(b)];
  return one === other ? 0 : one < other ? -1 : 1;
}

function identityOf({ eventID, part }: Item): string {
  const text = String(part);
  return `${eventID}\n${text.slice(0, text.indexOf('#'))}`;
}
