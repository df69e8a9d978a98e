import { CommandFailure, EXIT } from '../output/exit-codes.ts';
import { parseDuration, parseTime } from '../time/parse-time.ts';
import type { Zone } from '../time/time-zone.ts';

/**
 * Reads the end of something that is to last: a duration counts from now on, and a day that is named is included.
 * @throws CommandFailure for a text that can't be read.
 */
export function parseEnd(text: string, zone: Zone, now: Date): Date {
  const duration = parseDuration(text.trim());
  if (duration !== undefined) return new Date(now.getTime() + duration);
  try {
    return parseTime(text, zone, now).end;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandFailure(
      `${text} is not a time. Write one of: 4h, 7d (from now), today, 18:00, 2026-12-01, 2026-12-01T18:00Z`,
      EXIT.usage,
      { cause: error },
    );
  }
}
