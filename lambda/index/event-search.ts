import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mapConcurrently } from './concurrency.ts';
import { dayGroups, estimateWalk } from './day-walk.ts';
import { estimateRows, readUnits } from './estimate.ts';
import { type Condition, type EventConditions, readConditions } from './event-condition.ts';
import { EventFilter } from './event-filter.ts';
import { type EventPlan, planEvents } from './event-plan.ts';
import { type IndexedEvent, readEventRow } from './indexed-event.ts';
import { mergeByTime } from './merge.ts';
import {
  IndexMissing,
  type PartitionKey,
  type PartitionReadOptions,
  readPage,
  type TimeOrder,
  type TimeRange,
} from './partition.ts';
import { partitionSource } from './partition-source.ts';
import { ReadLimitReached, ReadMeter, type Reads } from './read-meter.ts';
import type { Shards } from './shard.ts';
import { ShardSettings } from './shard-settings.ts';
import { timeRange } from './time-range.ts';

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
  /** Read units after which the question ends with ReadLimitReached. */
  readonly maxReadUnits?: number;
}

/** What an answer took. */
export interface SearchReport extends Reads {
  readonly plan: EventPlan;
  readonly range: TimeRange;
}

export interface EventSearchOptions {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly now: () => Date;
}

const CONCURRENCY = 16;

/** Rows of a first page in which filters look for a short answer. */
const FILTERED_PAGE = 100;

/** One question to the index, answered as it is iterated. */
export class EventSearch implements AsyncIterable<IndexedEvent> {
  readonly #query: EventQuery;
  readonly #conditions: readonly Condition[];
  readonly #range: TimeRange | undefined;
  readonly #meter: ReadMeter;
  readonly #options: PartitionReadOptions;
  readonly #missing = new Set<string>();
  #shards: Shards | undefined;
  #plan: EventPlan | undefined;

  constructor({ client, table, now }: EventSearchOptions, query: EventQuery) {
    this.#query = query;
    this.#conditions = readConditions(query.conditions ?? {});
    this.#range = timeRange(query.since, query.until);
    this.#meter = new ReadMeter(query.maxReadUnits);
    const { order = 'newest-first' } = query;
    this.#options = { client, table, range: this.#range ?? {}, order, now: now(), meter: this.#meter };
  }

  /**
   * The events, in the order of time.
   * @throws ReadLimitReached; IndexMissing where by-day is needed and switched off; the SDK's errors.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<IndexedEvent> {
    const { limit = Number.POSITIVE_INFINITY } = this.#query;
    if (limit <= 0 || this.#range === undefined) return;
    let given = 0;
    for await (const events of this.#planned((plan) => this.#read(plan))) {
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
    for await (const part of this.#planned((plan) => this.#count(plan))) count += part;
    return count;
  }

  /** What was done and read so far; undefined before the first event was asked for. */
  report(): SearchReport | undefined {
    return this.#plan && { plan: this.#plan, range: this.#range ?? {}, ...this.#meter.reads };
  }

  /** Plans once more where an index turns out to be missing: nothing was given then. */
  async *#planned<Part>(read: (plan: EventPlan) => AsyncGenerator<Part>): AsyncGenerator<Part> {
    for (;;) {
      try {
        const plan = await this.#makePlan();
        yield* read(plan);
        return;
      } catch (error) {
        if (error instanceof ReadLimitReached) throw await this.#withEstimate(error);
        if (!(error instanceof IndexMissing) || error.index === 'by-day') throw error;
        this.#missing.add(error.index);
      }
    }
  }

  async #makePlan(): Promise<EventPlan> {
    const { client, table } = this.#options;
    this.#shards ??= await new ShardSettings(client, table).read();
    this.#plan = await planEvents(this.#conditions, this.#shards.others, this.#missing, this.#options);
    return this.#plan;
  }

  async *#read(plan: EventPlan): AsyncGenerator<readonly IndexedEvent[]> {
    const filter = new EventFilter(plan.filters, this.#options);
    const groups = plan.index === 'by-day' ? this.#dayGroups() : [plan.partitions];
    if (plan.index === 'by-day' && this.#query.limit === undefined) await this.#requireWholeWalk();
    for await (const partitions of groups) {
      const firstLimit = this.#firstLimit(partitions.length, plan.filters.length > 0);
      const merged = mergeByTime(
        partitions.map((partition) => partitionSource(partition, this.#options, firstLimit)),
        { order: this.#options.order, timeOf, compareTies },
      );
      for await (const rows of merged) yield await filter.apply(rows.map((row) => readEventRow(row).event));
    }
  }

  async *#count(plan: EventPlan): AsyncGenerator<number> {
    const isWalk = plan.index === 'by-day';
    const filters = plan.filters.filter(({ field }) => !(isWalk && field === 'account'));
    // An event that names two of the resources has a row for each.
    if (filters.length > 0 || plan.values.length > 1) {
      for await (const events of this.#read(plan)) yield events.length;
      return;
    }
    if (isWalk) await this.#requireWholeWalk();
    for await (const partitions of isWalk ? this.#dayGroups() : [plan.partitions]) {
      const counts = await mapConcurrently(partitions, CONCURRENCY, (partition) => this.#countRows(partition));
      yield counts.reduce((sum, count) => sum + count, 0);
    }
  }

  async #countRows(partition: PartitionKey): Promise<number> {
    let page = await readPage(partition, this.#options, { select: 'COUNT' });
    let { count } = page;
    while (page.next !== undefined) {
      page = await readPage(partition, this.#options, { select: 'COUNT', after: page.next });
      count += page.count;
    }
    return count;
  }

  #dayGroups(): AsyncGenerator<readonly PartitionKey[]> {
    return dayGroups({ options: this.#options, shards: this.#shards?.day ?? 1, isAsked: this.#isAsked });
  }

  /** By-day is found by account, so that this condition costs nothing. */
  readonly #isAsked = (account: string): boolean =>
    this.#conditions.every(({ field, matches }) => field !== 'account' || matches(account));

  #firstLimit(keys: number, filtered: boolean): number | undefined {
    const { limit } = this.#query;
    if (limit === undefined) return undefined;
    return filtered ? FILTERED_PAGE : Math.ceil((limit * 1.5) / keys) + 10;
  }

  /** Before all of a range is walked: what it takes is estimated, and refused where it is more than is allowed. */
  async #requireWholeWalk(): Promise<void> {
    if (this.#query.maxReadUnits === undefined) return;
    const units = await this.#estimateWalk(this.#meter);
    this.#meter.estimatedUnits = units;
    this.#meter.require(units);
  }

  #estimateWalk(meter: ReadMeter): Promise<number> {
    return estimateWalk({
      options: { ...this.#options, meter },
      shards: this.#shards?.day ?? 1,
      isAsked: this.#isAsked,
    });
  }

  /** A question that was cut off says what all of it takes; finding that out is a few units more. */
  async #withEstimate(error: ReadLimitReached): Promise<ReadLimitReached> {
    const estimate = error.estimatedUnits ?? (await this.#estimateUnits());
    return new ReadLimitReached(error.maxUnits, error.reads, Math.max(error.reads.units, estimate));
  }

  async #estimateUnits(): Promise<number> {
    const meter = new ReadMeter();
    const partitions = this.#plan?.partitions ?? [];
    if (partitions.length === 0) return this.#estimateWalk(meter);
    const { rows } = await estimateRows(partitions, { ...this.#options, meter });
    return readUnits(rows, partitions.length);
  }
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
