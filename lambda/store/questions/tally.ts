import { secondsOf, timeText } from '../segments/block.ts';
import { type Dimension, valuesOf } from '../segments/dimensions.ts';
import type { EventSummary } from '../segments/summary.ts';

/** What events can be counted by: a dimension, or the UTC day (`2026-11-20`) or hour (`2026-11-20T14`) of the event. */
export type Facet = Exclude<Dimension, 'eventID'> | 'day' | 'hour';

export const FACETS = [
  'actor',
  'action',
  'resource',
  'address',
  'credential',
  'error',
  'account',
  'region',
  'access',
  'outcome',
  'session',
  'category',
  'day',
  'hour',
  'actorKind',
  'userAgent',
  'network',
  'country',
  'asn',
] as const satisfies readonly Facet[];

/** One value, and the events that have it. */
export interface FacetValue {
  readonly value: string;
  readonly count: number;
  /** eventTime of the first and of the last of them; of an hour they are not told. */
  readonly first?: string;
  readonly last?: string;
}

/** Counts by the values of one facet. */
export class Tally {
  readonly facet: Facet;
  readonly #values = new Map<string, { count: number; first: number; last: number }>();

  constructor(facet: Facet) {
    this.facet = facet;
  }

  /** Distinct values so far. */
  get size(): number {
    return this.#values.size;
  }

  /** @param first and `last`: seconds since 1970. */
  add(value: string, count: number, first: number, last: number): void {
    const entry = this.#values.get(value);
    if (entry === undefined) {
      this.#values.set(value, { count, first, last });
      return;
    }
    entry.count += count;
    if (first < entry.first) entry.first = first;
    if (last > entry.last) entry.last = last;
  }

  addEvent(event: EventSummary): void {
    const seconds = secondsOf(event.eventTime);
    if (this.facet === 'day') this.add(event.eventTime.slice(0, 10), 1, seconds, seconds);
    else if (this.facet === 'hour') this.add(event.eventTime.slice(0, 13), 1, seconds, seconds);
    else for (const value of valuesOf(event, this.facet)) this.add(value, 1, seconds, seconds);
  }

  /** The most frequent ones, among equals by value; days and hours in the order of time. */
  values(top = Number.POSITIVE_INFINITY): readonly FacetValue[] {
    const isTime = this.facet === 'day' || this.facet === 'hour';
    const sorted = [...this.#values].sort(([a, one], [b, other]) => {
      const byValue = a < b ? -1 : 1;
      return isTime ? byValue : other.count - one.count || byValue;
    });
    return sorted.slice(0, isTime ? undefined : top).map(([value, { count, first, last }]) => ({
      value,
      count,
      ...(this.facet !== 'hour' && { first: timeText(first), last: timeText(last) }),
    }));
  }
}
