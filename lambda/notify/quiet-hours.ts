import type { ChannelSettings } from '../alerts/channels/channel-settings.ts';

const MINUTES_OF_A_DAY = 24 * 60;
const MINUTE = 60_000;

/**
 * When a message may be sent that comes at a time, if that is within the channel's quiet hours. On the days on which
 * clocks change it may be an hour wrong, so ask again then.
 * @returns undefined if it may be sent at once.
 */
export function quietUntil(quietHours: ChannelSettings['quietHours'], level: string, at: Date): Date | undefined {
  if (quietHours === undefined) return undefined;
  const except: readonly string[] = quietHours.except;
  if (except.includes(level)) return undefined;
  const from = minutesOf(quietHours.from);
  const now = minutesOf(clockIn(quietHours.timeZone, at));
  const length = ahead(from, minutesOf(quietHours.to));
  const passed = ahead(from, now);
  if (passed >= length) return undefined;
  const wholeMinute = Math.floor(at.getTime() / MINUTE) * MINUTE;
  return new Date(wholeMinute + (length - passed) * MINUTE);
}

/** Minutes from one time of the clock to the next time that it is another one. */
function ahead(from: number, to: number): number {
  return (to - from + MINUTES_OF_A_DAY) % MINUTES_OF_A_DAY;
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}

function clockIn(timeZone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    at,
  );
}
