import { type Grant, type Meter, type Need, ReadMeter } from '../../../../../lambda/store/dynamo/queries/read-meter.ts';
import type { IndexedEvent } from '../../../../../lambda/store/questions/indexed-event.ts';
import type { EventRow, EventsAnswer } from '../../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import type { PageContext } from '../../context/page-context.ts';
import { queryOf } from '../asked/filtered-events.ts';
import { eventRow } from '../rows/event-row.ts';

/** Tables that are read on where they were left: one or two for each window. */
const MOST_OPEN = 8;

/** A table that somebody scrolls through. */
interface OpenTable {
  readonly pieces: Relay;
  readonly events: AsyncGenerator<IndexedEvent>;
  /** Rows that were taken. */
  at: number;
}

/**
 * Gives the rows of a table piece by piece. A question that was read up to some row is left open, so that the next piece
 * costs only what it takes; one that isn't open any more, or is asked for what was given, is read anew from its beginning.
 */
export class EventTables {
  readonly #context: PageContext;
  readonly #open = new Map<string, OpenTable>();
  /** One piece of a table after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(context: PageContext) {
    this.#context = context;
  }

  async rows(asked: ReadAsked<'events'>, meter: ReadMeter): Promise<EventsAnswer> {
    const { from: _, count: __, ...question } = asked;
    const key = JSON.stringify(question);
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(() => this.#take(key, asked, meter));
    const settled = turn.catch(() => undefined);
    this.#turns.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    }
  }

  async #take(key: string, asked: ReadAsked<'events'>, meter: ReadMeter): Promise<EventsAnswer> {
    let table = this.#open.get(key);
    this.#open.delete(key);
    if (table === undefined || table.at > asked.from) {
      await table?.events.return(undefined);
      table = this.#begin(asked, meter);
    }
    table.pieces.current = meter;
    const rows: EventRow[] = [];
    let isEnd = false;
    while (rows.length < asked.count) {
      const next = await table.events.next();
      if (next.done) {
        isEnd = true;
        break;
      }
      table.at++;
      if (table.at > asked.from) rows.push(eventRow(next.value));
    }
    if (!isEnd) this.#keep(key, table);
    return { rows, isEnd };
  }

  #begin(asked: ReadAsked<'events'>, meter: ReadMeter): OpenTable {
    const pieces = new Relay(meter);
    // No piece is refused for what the whole table takes: each one is bounded by what is left of the session.
    const bound = new ReadMeter(Number.POSITIVE_INFINITY, pieces);
    const query = { ...queryOf(asked), order: 'newest-first' as const, limit: Number.MAX_SAFE_INTEGER };
    return { pieces, events: this.#context.events.search(query, bound)[Symbol.asyncIterator](), at: 0 };
  }

  #keep(key: string, table: OpenTable): void {
    this.#open.set(key, table);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) {
      this.#open.get(oldest)?.events.return(undefined);
      this.#open.delete(oldest);
    }
  }
}

/** Lets the meter of the piece that is being read count. */
class Relay implements Meter {
  current: Meter;

  constructor(current: Meter) {
    this.current = current;
  }

  reserve(need: Need): Promise<Grant> {
    return this.current.reserve(need);
  }
}
