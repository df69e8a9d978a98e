import { computed } from '@preact/signals';
import { rangeOf, shifted, type TimeRange } from '../text/time-range.ts';
import { change, parameters } from './address.ts';
import { start } from './start.ts';

/** The range that the address says; without one, the last day that has events. */
export const range = computed<TimeRange>(() => {
  const { newest, now } = start.value ?? { now: new Date().toISOString() };
  return rangeOf(parameters.value, newest, now);
});

export function setRange({ since, until }: Pick<TimeRange, 'since' | 'until'>): void {
  change({ last: undefined, since, until });
}

/** Moves the range by its own length. */
export function moveRange(steps: number): void {
  setRange(shifted(range.value, steps));
}
