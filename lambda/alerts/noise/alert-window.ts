/** A range of time between two seconds: by eventTime for an alert, by the clock for a storm. */
export interface AlertWindow {
  /** ISO 8601 in UTC, to the second. */
  readonly start: string;
  /** The first second after the window. */
  readonly end: string;
}

/** The window that a moment is in, where windows of `length` milliseconds follow each other without a gap. */
export function windowAround(moment: number, length: number): AlertWindow {
  const start = Math.floor(moment / length) * length;
  return { start: toSeconds(start), end: toSeconds(start + length) };
}

/** How long after its window a finding may still come: CloudTrail delivers most events within 15 minutes. */
const LATENESS_MILLISECONDS = 20 * 60_000;

/**
 * When a window is summed up: once late events have come, and at least one window's length after the alert was sent. So
 * old events that are read today get a whole window too.
 */
export function summaryDueAt(window: AlertWindow, sentAt: Date): Date {
  const end = Date.parse(window.end);
  const length = end - Date.parse(window.start);
  return new Date(Math.max(end + LATENESS_MILLISECONDS, sentAt.getTime() + length));
}

function toSeconds(epochMilliseconds: number): string {
  return `${new Date(epochMilliseconds).toISOString().slice(0, 19)}Z`;
}
