import type { HourOfActivity } from '../../../lambda/store/questions/incident/incident.ts';
import type { Zone } from '../../time/time-zone.ts';
import type { IncidentSection } from './incident-section.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** An hour without events. */
const NONE = '·';
const HOURS_OF_DAY = 24;
/** Above the bars: every sixth hour. */
const RULER = '00    06    12    18    ';

/** A line a day with a bar an hour, by the clocks of the zone; the busiest days where there are too many. */
export function activityRows(activity: readonly HourOfActivity[], zone: Zone, limit: number): IncidentSection {
  const days = new Map<string, { hours: number[]; events: number; changes: number; failures: number }>();
  for (const { hour, events, changes, failures } of activity) {
    const local = zone.format(new Date(`${hour}:00:00Z`));
    const day = local.slice(0, 10);
    const entry = days.get(day) ?? {
      hours: new Array<number>(HOURS_OF_DAY).fill(0),
      events: 0,
      changes: 0,
      failures: 0,
    };
    const at = Number(local.slice(11, 13));
    entry.hours[at] = (entry.hours[at] ?? 0) + events;
    entry.events += events;
    entry.changes += changes;
    entry.failures += failures;
    days.set(day, entry);
  }
  const busiest = [...days].sort(([, a], [, b]) => b.events - a.events).slice(0, limit);
  const most = Math.max(0, ...busiest.flatMap(([, { hours }]) => hours));
  return {
    title: 'When',
    columns: [
      { title: `Day (${zone.name})` },
      { title: RULER, isKey: true },
      { title: 'Events' },
      { title: 'Changes' },
      { title: 'Failed' },
    ],
    rows: busiest
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([day, { hours, events, changes, failures }]) => [
        day,
        hours.map((count) => barOf(count, most)).join(''),
        events.toLocaleString('en-US'),
        changes.toLocaleString('en-US'),
        failures === 0 ? '' : failures.toLocaleString('en-US'),
      ]),
    more: days.size - busiest.length,
    moreAtLeast: false,
    nothing: 'No events.',
  };
}

/** What is there at all is seen. */
function barOf(count: number, most: number): string {
  if (count <= 0) return NONE;
  return BARS[Math.max(0, Math.ceil((count / most) * BARS.length) - 1)] ?? NONE;
}
