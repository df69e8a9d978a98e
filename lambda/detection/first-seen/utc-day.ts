/** A day in milliseconds. */
export const DAY = 86_400_000;

/** The UTC day of a time, in days since 1970. */
export function dayOf(epochMilliseconds: number): number {
  return Math.floor(epochMilliseconds / DAY);
}

/** A day as `YYYY-MM-DD`. */
export function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** The day of a date `YYYY-MM-DD`; NaN for a text that is none. */
export function dayOfDate(date: string): number {
  return dayOf(Date.parse(`${date}T00:00:00Z`));
}
