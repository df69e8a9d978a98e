import type { CloudTrailEvent } from '../cloudtrail/cloudtrail-event.ts';

/** The correlation work of an event, not yet begun. */
export interface Observation {
  readonly event: Pick<CloudTrailEvent, 'eventTime' | 'eventID'>;
  readonly begin: () => Promise<unknown>;
}

/** Observations that wait at most. Each holds its record, and those of a large object must not wait without a bound. */
const MAX_WAITING = 500;

/**
 * Observations that wait until the object has been read. They are then begun in the order of eventTime. A log object
 * isn't sorted, so a correlation could otherwise fire for an event in the middle of the object, and earlier events
 * behind it could no longer move what is already published.
 */
export class Observations {
  #waiting: Observation[] = [];

  /** Whether so many wait that they must be taken now. */
  add(observation: Observation): boolean {
    this.#waiting.push(observation);
    return this.#waiting.length >= MAX_WAITING;
  }

  /** Takes all of them, in the order of eventTime; those of one time in the order of eventID. */
  take(): readonly Observation[] {
    const timed = this.#waiting.map((observation) => ({ observation, time: Date.parse(observation.event.eventTime) }));
    this.#waiting = [];
    return timed
      .sort((a, b) => a.time - b.time || compare(a.observation.event.eventID, b.observation.event.eventID))
      .map(({ observation }) => observation);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
