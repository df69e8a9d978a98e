import type { EventDetail, EventQueries, EventQuery } from '../event-query.ts';
import type { IndexedEvent } from '../indexed-event.ts';
import { ReadLimitReached } from '../read-meter.ts';
import { isAccessKeyId } from './issuing.ts';

/** Asks the questions of one trace, and keeps all of them within one bound. */
export class TraceReader {
  readonly #queries: EventQueries;
  readonly #maxUnits: number | undefined;
  #units = 0;
  #requests = 0;
  #rows = 0;

  constructor(queries: EventQueries, maxReadUnits: number | undefined) {
    this.#queries = queries;
    this.#maxUnits = maxReadUnits;
  }

  /** @throws ReadLimitReached for all questions together. */
  async *each(query: EventQuery): AsyncGenerator<IndexedEvent> {
    const left = this.#maxUnits === undefined ? undefined : this.#maxUnits - this.#units;
    const search = this.#queries.search({ ...query, maxReadUnits: left });
    try {
      yield* search;
    } catch (error) {
      if (!(error instanceof ReadLimitReached) || this.#maxUnits === undefined) throw error;
      this.#take(search.report());
      const reads = { units: this.#units, rows: this.#rows, requests: this.#requests };
      throw new ReadLimitReached(this.#maxUnits, reads);
    }
    this.#take(search.report());
  }

  async all(query: EventQuery): Promise<readonly IndexedEvent[]> {
    const events = [];
    for await (const event of this.each(query)) events.push(event);
    return events;
  }

  event(eventID: string): Promise<readonly EventDetail[]> {
    return this.#queries.event(eventID);
  }

  /** The keys that a call has issued: resources of its event, the caller's own key left out. */
  async issuedKeys(event: IndexedEvent): Promise<readonly string[]> {
    const { resources } = await this.whole(event);
    return resources.filter((resource) => isAccessKeyId(resource) && resource !== event.accessKeyId);
  }

  /** The event with all of its resources, the first of which is the one that it is told by. */
  async whole(event: IndexedEvent): Promise<EventDetail> {
    const found = (await this.event(event.eventID)).find(({ identity }) => identity === event.identity);
    return found ?? { ...event, resources: event.resource === undefined ? [] : [event.resource] };
  }

  #take(reads: { units: number; rows: number; requests: number } = { units: 0, rows: 0, requests: 0 }): void {
    this.#units += reads.units;
    this.#rows += reads.rows;
    this.#requests += reads.requests;
  }
}
