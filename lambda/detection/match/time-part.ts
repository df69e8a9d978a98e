import type { TimePart } from '../language/rule-set.ts';

const ISO_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}:?\d{2})?)?$/;

/** The form of CloudTrail's own times, on a day that every month has: Date.parse reads those as they are meant. */
const PLAIN_TIME = /^[1-9]\d{3}-\d{2}-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):\d{2}:\d{2}Z$/;

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * Milliseconds since 1970 of an ISO 8601 time (UTC where it names no zone), or of a number of seconds or milliseconds.
 * Undefined for anything else, 30 February included.
 */
export function instantOf(value: unknown): number | undefined {
  if (typeof value === 'number') {
    // Seconds reach this only in the year 5138, milliseconds passed it in 1973.
    return Number.isFinite(value) ? (Math.abs(value) < 1e11 ? value * 1_000 : value) : undefined;
  }
  if (typeof value === 'string' && PLAIN_TIME.test(value)) {
    const time = Date.parse(value);
    if (!Number.isNaN(time)) return time;
  }
  const match = typeof value === 'string' ? ISO_TIME.exec(value) : null;
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  const milliseconds = Math.floor(Number(`0.${fraction}`) * 1_000);
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const isReal = new Date(time).toISOString().startsWith(`${year}-${month}-${day}T`) && Number(minute) < 60;
  if (!isReal || Number(hour) > 23 || Number(second) > 60) return undefined;
  return time + milliseconds - offsetOf(zone);
}

function offsetOf(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE;
}

/** A part of an instant in UTC, numbered as the modifiers appendix has it; weeks are those of ISO 8601. */
export function timePart(instant: number, part: TimePart): number {
  const date = new Date(instant);
  switch (part) {
    case 'minute':
      return date.getUTCMinutes();
    case 'hour':
      return date.getUTCHours();
    case 'day':
      return date.getUTCDate();
    case 'week':
      return isoWeek(date);
    case 'month':
      return date.getUTCMonth() + 1;
    case 'year':
      return date.getUTCFullYear();
  }
}

/** The week that holds the date's Thursday, counted from the one that holds the first Thursday of that year. */
function isoWeek(date: Date): number {
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  const thursday = new Date(midnight + (4 - (date.getUTCDay() || 7)) * DAY);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - newYear) / (7 * DAY)) + 1;
}
