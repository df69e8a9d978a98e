/** What is asked for: since is included, until is not. ISO 8601 in UTC, to the second. */
export interface TimeRange {
  readonly since: string;
  readonly until: string;
  /** The length that was asked for, where the end is the newest event's. */
  readonly last?: LastName;
  /** The range ends with the newest event: that is older than the range is long, or a clock is ahead of ours. */
  readonly isOld: boolean;
}

const HOUR = 3_600_000;

export const LAST = { '1h': HOUR, '1d': 24 * HOUR, '7d': 7 * 24 * HOUR, '30d': 30 * 24 * HOUR } as const;
export type LastName = keyof typeof LAST;

/**
 * The range that an address says. `last` ends now; where nothing happened for as long, it ends with the newest event:
 * what was copied from elsewhere is old.
 */
export function rangeOf(asked: URLSearchParams, newest: string | undefined, now: string): TimeRange {
  const [since, until] = [readTime(asked.get('since')), readTime(asked.get('until'))];
  if (since !== undefined && until !== undefined && since < until) {
    return { since: text(since), until: text(until), isOld: false };
  }
  const named = asked.get('last') ?? '';
  const last: LastName = named in LAST ? (named as LastName) : '1d';
  const length = LAST[last];
  const end = Math.ceil(Date.parse(now) / MINUTE) * MINUTE;
  const isOld = newest !== undefined && (Date.parse(newest) < end - length || Date.parse(newest) >= end);
  const until2 = isOld ? Math.floor(Date.parse(newest) / HOUR) * HOUR + HOUR : end;
  return { since: text(until2 - length), until: text(until2), last, isOld };
}

const MINUTE = 60_000;

/** The range moved by its own length. */
export function shifted({ since, until }: Pick<TimeRange, 'since' | 'until'>, steps: number) {
  const [start, end] = [Date.parse(since), Date.parse(until)];
  const by = (end - start) * steps;
  return { since: text(start + by), until: text(end + by) };
}

/** A time of an address; undefined for what is none. */
function readTime(value: string | null): number | undefined {
  const time = value === null ? Number.NaN : Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function text(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

export function textOfSeconds(seconds: number): string {
  return text(Math.round(seconds) * 1000);
}
