import { type CoveredTime, type MissingTime, missingTimes } from '../../../local/history/covered-times.ts';
import { type HistoryFile, type HistoryPull, regionOf } from '../../../local/history/history-file.ts';
import type { LookedUpEvent, LookUp } from './look-up.ts';
import { pullTime } from './pull-time.ts';

/** Events, and characters of records, from which on a log object is written: each region holds as much at once. */
const OBJECT_EVENTS = 500;
const OBJECT_CHARACTERS = 4_000_000;

/** What tells how much there is: the first page of a region. */
export interface FirstPage {
  readonly region: string;
  readonly events: number;
  /** Seconds between its newest and its oldest event. */
  readonly seconds: number;
  /** Seconds that are asked for, all together. */
  readonly askedSeconds: number;
  readonly hasMore: boolean;
}

export interface RegionPull {
  readonly region: string;
  readonly pull: HistoryPull;
  readonly history: HistoryFile;
  readonly lookUp: LookUp;
  /** Keeps events for good. */
  readonly store: (events: readonly LookedUpEvent[]) => Promise<void>;
  /** The times that are asked for. */
  readonly since: string;
  readonly until: string;
  /** Later events may still come: CloudTrail takes some minutes. The next run asks for them again. */
  readonly settledUntil: string;
  readonly onFirstPage: (page: FirstPage) => void;
  readonly onEvents: (events: number, reached: string) => void;
}

/**
 * Pulls what a region lacks of a time, the newest first. What was read is kept also where it fails, and the next run goes
 * on at the oldest event.
 * @throws the errors of `lookUp` and `store`.
 */
export async function pullRegion(options: RegionPull): Promise<void> {
  const { region, pull, history, since, until, onFirstPage } = options;
  const missing = missingTimes(regionOf(pull, region).covered, { since, until });
  const askedSeconds = missing.reduce((sum, time) => sum + secondsBetween(time.since, time.until), 0);
  if (missing.length === 0) onFirstPage({ region, events: 0, seconds: 0, askedSeconds: 0, hasMore: false });
  let isFirst = true;
  for (const time of missing) {
    const object = new PendingObject(options, time);
    try {
      for await (const { events, reached, ids, hasMore } of pullTime(options.lookUp, time, pull.filter)) {
        if (isFirst) {
          onFirstPage({
            region,
            events: events.length,
            seconds: secondsBetween(reached, time.until),
            askedSeconds,
            hasMore,
          });
        }
        isFirst = false;
        await object.add(events, reached, ids);
      }
      await object.finish({ from: time.since, to: time.until, ids: [] });
    } catch (error) {
      // The first error tells why; where events can't be stored, nothing says that they are there.
      await object.flush().catch(() => undefined);
      throw error;
    }
  }
  await history.settle(pull, region, 'complete');
}

/** Events on their way into a log object. */
class PendingObject {
  readonly #options: RegionPull;
  readonly #to: string;
  #events: LookedUpEvent[] = [];
  #characters = 0;
  #reached: CoveredTime;

  constructor(options: RegionPull, { until, ids }: MissingTime) {
    this.#options = options;
    this.#to = until < options.settledUntil ? until : options.settledUntil;
    this.#reached = { from: until, to: this.#to, ids };
  }

  async add(events: readonly LookedUpEvent[], reached: string, ids: readonly string[]): Promise<void> {
    this.#events.push(...events);
    this.#reached = { from: reached, to: this.#to, ids };
    for (const { text } of events) this.#characters += text.length;
    if (this.#events.length >= OBJECT_EVENTS || this.#characters >= OBJECT_CHARACTERS) await this.flush();
  }

  async finish(whole: CoveredTime): Promise<void> {
    this.#reached = { ...whole, to: this.#to };
    await this.flush();
  }

  /** The events first, and only then the note that they are there. */
  async flush(): Promise<void> {
    const { store, history, pull, region, onEvents } = this.#options;
    const events = this.#events;
    if (events.length > 0) await store(events);
    this.#events = [];
    this.#characters = 0;
    await history.cover(pull, region, this.#reached, events.length);
    onEvents(events.length, this.#reached.from);
  }
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
