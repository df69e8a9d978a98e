import * as fc from 'fast-check';
import { quietUntil } from '../../lambda/notify/quiet-hours.ts';

const NIGHT = { from: '22:00', to: '06:30', timeZone: 'UTC', except: ['critical' as const] };
const DAY = { ...NIGHT, from: '09:00', to: '17:00' };
const at = (time: string): Date => new Date(`2026-11-20T${time}Z`);

test.each<[string, typeof NIGHT, string, string | undefined]>([
  ['before they begin', NIGHT, '2026-11-20T21:59:59Z', undefined],
  ['with their first second', NIGHT, '2026-11-20T22:00:00Z', '2026-11-21T06:30:00Z'],
  ['before midnight', NIGHT, '2026-11-20T23:59:59Z', '2026-11-21T06:30:00Z'],
  ['after midnight', NIGHT, '2026-11-21T00:00:00Z', '2026-11-21T06:30:00Z'],
  ['with their last second', NIGHT, '2026-11-21T06:29:59Z', '2026-11-21T06:30:00Z'],
  ['when they are over', NIGHT, '2026-11-21T06:30:00Z', undefined],
  ['within a day', DAY, '2026-11-20T12:00:00Z', '2026-11-20T17:00:00Z'],
  ['on the other side of a day', DAY, '2026-11-20T17:00:00Z', undefined],
  ['in a zone east of UTC', { ...NIGHT, timeZone: 'Asia/Kolkata' }, '2026-11-20T16:30:00Z', '2026-11-21T01:00:00Z'],
  ['in a zone west of UTC', { ...NIGHT, timeZone: 'America/St_Johns' }, '2026-11-21T05:00:00Z', '2026-11-21T10:00:00Z'],
  [
    'after a clock has gone back',
    { ...NIGHT, timeZone: 'Europe/Berlin' },
    '2026-10-25T03:00:00Z',
    '2026-10-25T05:30:00Z',
  ],
])('a message that comes %s', (_, hours, time, until) => {
  expect(quietUntil(hours, 'high', new Date(time))?.toISOString()).toBe(until && new Date(until).toISOString());
});

test('a message that comes before a clock goes back is asked again an hour before the end, and waits for it', () => {
  const berlin = { ...NIGHT, timeZone: 'Europe/Berlin' };
  const first = quietUntil(berlin, 'high', new Date('2026-10-24T21:00:00Z'));
  expect(first?.toISOString()).toBe('2026-10-25T04:30:00.000Z');
  expect(quietUntil(berlin, 'high', first ?? new Date())?.toISOString()).toBe('2026-10-25T05:30:00.000Z');
});

test('levels that are excepted, and channels without quiet hours, never wait', () => {
  expect(quietUntil(NIGHT, 'critical', at('23:00:00'))).toBeUndefined();
  expect(quietUntil({ ...NIGHT, except: [] }, 'critical', at('23:00:00'))).toBeDefined();
  expect(quietUntil(undefined, 'low', at('23:00:00'))).toBeUndefined();
});

test('a message waits for less than a day, and not when it is asked again at the end', () => {
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
  const times = fc.date({
    min: new Date('2026-11-02T00:00:00Z'),
    max: new Date('2026-12-30T00:00:00Z'),
    noInvalidDate: true,
  });
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/New_York');
  fc.assert(
    fc.property(clock, clock, zones, times, (from, to, timeZone, time) => {
      fc.pre(from !== to);
      const hours = { from, to, timeZone, except: [] };
      const until = quietUntil(hours, 'high', time);
      if (until === undefined) return;
      expect(until.getTime()).toBeGreaterThan(time.getTime());
      expect(until.getTime() - time.getTime()).toBeLessThan(24 * 60 * 60_000);
      expect(quietUntil(hours, 'high', until)).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});
