import type { LocalTime, Zone } from './time-zone.ts';

/** What a text names: a moment, or a whole day. */
export interface NamedTime {
  readonly start: Date;
  /** The end of a day, not included; the same as `start` for a moment. */
  readonly end: Date;
}

export const TIME_FORMS =
  "24h, 30m, 7d, 1h30m (ago), now, today, yesterday, 14:03, 2026-11-20, '2026-11-20 14:00', 2026-11-20T14:03:00Z";

/**
 * Reads a time as people write it; without an offset it is of the given zone.
 * @throws RangeError that says which forms there are.
 */
export function parseTime(text: string, zone: Zone, now: Date): NamedTime {
  const trimmed = text.trim();
  const word = trimmed.toLowerCase();
  const ago = parseDuration(trimmed);
  if (ago !== undefined) return moment(new Date(now.getTime() - ago));
  if (word === 'now') return moment(now);
  if (word === 'today') return day(localDay(zone, now), zone);
  if (word === 'yesterday') {
    const { year, month, day: dayOfMonth } = localDay(zone, now);
    return day({ year, month, day: dayOfMonth - 1 }, zone);
  }
  const named = parseClock(trimmed, zone, now) ?? parseDate(trimmed, zone);
  if (named === undefined) throw new RangeError(`${text} is not a time. Write one of: ${TIME_FORMS}`);
  return named;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of `24h`, `1h30m`, `1.5d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?[smhdw])+$/.test(text)) return undefined;
  let milliseconds = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)) {
    milliseconds += Number(number) * (UNITS[unit] ?? 0);
  }
  return milliseconds;
}

function parseClock(text: string, zone: Zone, now: Date): NamedTime | undefined {
  const parts = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, hour, minute, second = '0'] = parts;
  return checked({ ...localDay(zone, now), hour: Number(hour), minute: Number(minute), second: Number(second) }, zone);
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

function parseDate(text: string, zone: Zone): NamedTime | undefined {
  const parts = DATE.exec(text);
  if (parts === null) return undefined;
  const [, year, month, dayOfMonth, hour, minute, second = '0', offset] = parts;
  const date = { year: Number(year), month: Number(month), day: Number(dayOfMonth) };
  if (!exists(date)) return undefined;
  if (hour === undefined) return day(date, zone);
  const time = { ...date, hour: Number(hour), minute: Number(minute), second: Number(second) };
  const named = checked(time, zone);
  if (named === undefined || offset === undefined) return named;
  const iso = text.replace(' ', 'T').toUpperCase();
  const exact = new Date(iso.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(exact.getTime()) ? undefined : moment(exact);
}

function checked(time: Required<LocalTime>, zone: Zone): NamedTime | undefined {
  return time.hour < 24 && time.minute < 60 && time.second < 60 ? moment(zone.moment(time)) : undefined;
}

function exists({ year, month, day: dayOfMonth }: LocalTime): boolean {
  const date = new Date(Date.UTC(year, month - 1, dayOfMonth));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
}

function day(date: LocalTime, zone: Zone): NamedTime {
  return { start: zone.moment(date), end: zone.moment({ ...date, day: date.day + 1 }) };
}

function moment(time: Date): NamedTime {
  return { start: time, end: time };
}

function localDay(zone: Zone, now: Date): { year: number; month: number; day: number } {
  const [year = 0, month = 0, dayOfMonth = 0] = zone.format(now).slice(0, 10).split('-').map(Number);
  return { year, month, day: dayOfMonth };
}
