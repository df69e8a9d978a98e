import type { CloudTrailEvent } from '../cloudtrail/event.ts';

/** What correlations make of an event, not yet begun. */
export interface Observation {
  readonly event: Pick<CloudTrailEvent, 'eventTime' | 'eventID'>;
  readonly begin: () => Promise<unknown>;
}

/** Observations that wait at most: each holds its record, and the rest of a large object must not wait for ever. */
const MAX_WAITING = 500;

/**
 * Observations that wait until the object has been read, to be begun in the order of eventTime. A log object isn't
 * sorted: a correlation that fires as soon as it holds would otherwise fire by an event from the middle of the object,
 * and the earlier ones behind it could not move what is published already.
 */
export class Observations {
  #waiting: Observation[] = [];

  /** Whether so many wait that they are to be taken now. */
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
