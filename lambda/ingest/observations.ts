import type { CloudTrailEvent } from '../cloudtrail/cloudtrail-event.ts';
import type { Membership } from '../detection/index.ts';

/** An event that belongs to groups of correlations. */
export interface Observation {
  readonly event: Pick<CloudTrailEvent, 'eventTime' | 'eventID'>;
  readonly memberships: readonly Membership[];
}

/** Observations that wait at most. Each holds its record, and those of a large object must not wait without a bound. */
const MAX_WAITING = 500;

/**
 * Observations that wait until the object has been read. They are then taken in the order of eventTime. A log object
 * isn't sorted, so a correlation could otherwise fire for an event in the middle of the object, and earlier events
 * behind it could no longer move what is already published.
 */
export class Observations<Observed extends Observation> {
  #waiting: Observed[] = [];

  /** Whether so many wait that they must be taken now. */
  add(observation: Observed): boolean {
    this.#waiting.push(observation);
    return this.#waiting.length >= MAX_WAITING;
  }

  /**
   * Takes all of them, as units that have nothing to do with each other: what is of one unit is observed together. In a
   * unit they are in the order of eventTime, those of one time in the order of eventID. An event of several groups may be
   * in several units, with those of its memberships that belong there.
   */
  take(unitOf: (membership: Membership) => string): readonly (readonly Observed[])[] {
    const timed = this.#waiting.map((observation) => ({ observation, time: Date.parse(observation.event.eventTime) }));
    this.#waiting = [];
    timed.sort((a, b) => a.time - b.time || compare(a.observation.event.eventID, b.observation.event.eventID));
    const units = new Map<string, Observed[]>();
    for (const { observation } of timed) {
      for (const [name, memberships] of Map.groupBy(observation.memberships, unitOf)) {
        const unit = units.get(name);
        const part = { ...observation, memberships };
        if (unit === undefined) units.set(name, [part]);
        else unit.push(part);
      }
    }
    return [...units.values()];
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
