import fc from 'fast-check';
import { parseDuration, parseTime } from '../../../cli/time/parse-time.ts';
import { relativeTime } from '../../../cli/time/relative-time.ts';
import { readZone } from '../../../cli/time/time-zone.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const UTC = readZone('UTC');
const BERLIN = readZone('Europe/Berlin');
const start = (text: string, zone = UTC): string => parseTime(text, zone, NOW).start.toISOString();

test.each([
  ['24h', '2026-11-20T12:00:00.000Z'],
  ['1h30m', '2026-11-21T10:30:00.000Z'],
  ['2w', '2026-11-07T12:00:00.000Z'],
  ['0.5d', '2026-11-21T00:00:00.000Z'],
  ['now', '2026-11-21T12:00:00.000Z'],
  ['today', '2026-11-21T00:00:00.000Z'],
  ['yesterday', '2026-11-20T00:00:00.000Z'],
  ['14:03', '2026-11-21T14:03:00.000Z'],
  ['2026-11-20', '2026-11-20T00:00:00.000Z'],
  ['2026-11-20 14:00', '2026-11-20T14:00:00.000Z'],
  ['2026-11-20T14:03Z', '2026-11-20T14:03:00.000Z'],
  ['2026-11-20T14:03:05.25Z', '2026-11-20T14:03:05.250Z'],
  ['2026-11-20 14:03:05+05:30', '2026-11-20T08:33:05.000Z'],
  ['2026-11-20T14:03:05-0800', '2026-11-20T22:03:05.000Z'],
])('%s is a time', (text, expected) => {
  expect(start(text)).toBe(expected);
});

test.each([
  '',
  'lunch',
  '2026-13-01',
  '2026-02-30',
  '2026-11-20 25:00',
  '14:60',
  '5',
  '5y',
  '-1h',
  '2026-11-20T14:03+99:00',
])('%j is no time, and the message says what is', (text) => {
  expect(() => parseTime(text, UTC, NOW)).toThrow(/is not a time. Write one of: 24h/);
});

test('a day has a beginning and an end, in the zone; a moment is both', () => {
  const day = parseTime('2026-11-20', BERLIN, NOW);
  expect([day.start.toISOString(), day.end.toISOString()]).toEqual([
    '2026-11-19T23:00:00.000Z',
    '2026-11-20T23:00:00.000Z',
  ]);
  const moment = parseTime('2026-11-20 14:00', BERLIN, NOW);
  expect(moment.start).toEqual(moment.end);
});

test('days around a change of the clocks have 23 and 25 hours', () => {
  const hours = (text: string): number => {
    const { start: from, end } = parseTime(text, BERLIN, NOW);
    return (end.getTime() - from.getTime()) / 3_600_000;
  };
  expect([hours('2026-03-28'), hours('2026-03-29'), hours('2026-10-25')]).toEqual([24, 23, 25]);
});

test('a time that comes twice is the first, and one that is skipped lies after the change', () => {
  expect(start('2026-10-25 02:30', BERLIN)).toBe('2026-10-25T00:30:00.000Z');
  expect(start('2026-03-29 02:30', BERLIN)).toBe('2026-03-29T01:30:00.000Z');
});

test('what a zone shows, it reads as the same moment, but for the hour that comes twice', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    '+05:30',
    'Pacific/Apia',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      (name, date) => {
        const zone = readZone(name);
        const shown = zone.format(date);
        const read = parseTime(shown, zone, NOW).start;
        expect(zone.format(read)).toBe(shown);
        expect(Math.abs(read.getTime() - Math.floor(date.getTime() / 1000) * 1000)).toBeLessThanOrEqual(3_600_000);
      },
    ),
  );
});

test('a zone that isn’t one is refused', () => {
  expect(() => readZone('Mars/Olympus')).toThrow(RangeError);
});

test('a duration has units, the larger in seconds of the smaller', () => {
  expect(parseDuration('90m')).toBe(parseDuration('1.5h'));
  expect(parseDuration('7d')).toBe(parseDuration('1w'));
  expect(parseDuration('10')).toBeUndefined();
});

test.each([
  ['2026-11-21T11:59:30Z', '30 sec. ago'],
  ['2026-11-20T14:00:00Z', '22 hr. ago'],
  ['2023-11-20T14:00:00Z', '3 yr. ago'],
  ['2026-11-24T12:00:00Z', 'in 3 days'],
])('%s is %s', (time, expected) => {
  expect(relativeTime(new Date(time), NOW)).toBe(expected);
});
