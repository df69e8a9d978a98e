import { ReadLimitReached, ReadMeter } from '../../dynamo/queries/read-meter.ts';
import type { EventQueries, EventTimes } from '../event-queries.ts';
import type { EventQuery } from '../event-search.ts';
import type { EventDetail, IndexedEvent } from '../indexed-event.ts';
import { isAccessKeyId } from './issuing.ts';

/** Asks the questions of one trace, or of one incident, and keeps all of them within one bound. */
export class TraceReader {
  readonly #queries: EventQueries;
  /** Counts and bounds all of them. */
  readonly meter: ReadMeter;

  constructor(queries: EventQueries, maxReadUnits: number | undefined) {
    this.meter = new ReadMeter(maxReadUnits);
    this.#queries = queries.atOneMoment(this.meter);
  }

  /**
   * The events of a question with all of their resources.
   * @throws ReadLimitReached for this question, with its estimate.
   */
  details(query: EventQuery): AsyncGenerator<EventDetail> {
    return this.#queries.search(query, this.meter).details();
  }

  /** @throws ReadLimitReached for all questions together, without an estimate: it would be that of one of them. */
  async *each(query: EventQuery): AsyncGenerator<IndexedEvent> {
    try {
      yield* this.#queries.search(query, this.meter);
    } catch (error) {
      throw this.#ofAll(error);
    }
  }

  #ofAll(error: unknown): unknown {
    return error instanceof ReadLimitReached ? new ReadLimitReached(this.meter.maxUnits, this.meter.reads) : error;
  }

  async all(query: EventQuery): Promise<readonly IndexedEvent[]> {
    const events = [];
    for await (const event of this.each(query)) events.push(event);
    return events;
  }

  /** @throws as `each` does. */
  async event(eventID: string, times: EventTimes = {}): Promise<readonly EventDetail[]> {
    try {
      return await this.#queries.event(eventID, times, this.meter);
    } catch (error) {
      throw this.#ofAll(error);
    }
  }

  /** The keys that a call has issued: resources of its event, the caller's own key left out. */
  async issuedKeys(event: IndexedEvent): Promise<readonly string[]> {
    const { resources } = await this.whole(event);
    return resources.filter((resource) => isAccessKeyId(resource) && resource !== event.accessKeyId);
  }

  /** The event with all of its resources, the first of which is the one that it is told by. */
  async whole(event: IndexedEvent): Promise<EventDetail> {
    const since = new Date(event.eventTime);
    const times = { since, until: new Date(since.getTime() + 1000) };
    const found = (await this.event(event.eventID, times)).find(({ identity }) => identity === event.identity);
    return found ?? { ...event, resources: event.resource === undefined ? [] : [event.resource] };
  }
}
