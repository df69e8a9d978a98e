import { ReadLimitReached, ReadMeter } from '../../../../../lambda/store/dynamo/queries/read-meter.ts';
import type { FacetValue } from '../../../../../lambda/store/questions/tally.ts';
import type { EventsOverview, TimeBar } from '../../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import type { Answering } from '../../context/page-context.ts';
import { argsOf } from '../asked/filtered-events.ts';
import { rangeBefore } from '../asked/range-before.ts';
import { counted } from '../rows/counted-values.ts';

const TOP = 6;

/** Longer ranges have a bar a day. */
const MOST_HOURS = 8 * 24;

/** What was denied is read event by event: of ten million events it takes fifty times what all the rest takes. */
const DENIED_UNITS = 1_000;

/** Events of a range, by time, actor and address, and what was denied; with the range before it. */
export const overviewEventsAnswer: Answering<ReadAsked<'overview-events'>, EventsOverview> = async (
  range,
  { events, command },
  meter,
) => {
  const [since, until] = [new Date(range.since), new Date(range.until)];
  const before = rangeBefore(since, until);
  const denied = { outcome: ['denied'] };
  const unit = (until.getTime() - since.getTime()) / 3_600_000 > MOST_HOURS ? 'day' : 'hour';
  const asked = events.atOneMoment(meter);
  const deniedActions = async () => {
    const bound = new ReadMeter(Math.min(DENIED_UNITS, meter.leftUnits), meter);
    try {
      return await asked.facets({ since, until, conditions: denied }, ['action'], { top: TOP }, bound);
    } catch (error) {
      if (error instanceof ReadLimitReached) return undefined;
      throw error;
    }
  };
  const [now, eventsBefore, deniedNow, deniedBefore, byAction] = await Promise.all([
    asked.facets({ since, until }, [unit, 'actor', 'address'], { top: TOP }, meter),
    asked.count(before, meter),
    asked.count({ since, until, conditions: denied }, meter),
    asked.count({ ...before, conditions: denied }, meter),
    deniedActions(),
  ]);
  const values = (facet: string): readonly FacetValue[] =>
    now.tables.find((table) => table.facet === facet)?.values ?? [];
  return {
    events: { now: now.total, before: eventsBefore },
    denied: { now: deniedNow, before: deniedBefore },
    bars: barsOf(values(unit)),
    actors: counted(values('actor'), 'actor'),
    addresses: counted(values('address'), 'address'),
    ...(byAction !== undefined && { deniedActions: counted(byAction.tables[0]?.values ?? [], 'action') }),
    command: command(['events', ...argsOf({ ...range, only: {}, not: {} }), '--by', unit]),
  };
};

/** The counts of days or hours as bars. */
export function barsOf(values: readonly FacetValue[]): readonly TimeBar[] {
  return values.map(({ value, count }) => ({
    at: Date.parse(value.length === 10 ? `${value}T00:00:00Z` : `${value}:00:00Z`) / 1000,
    count,
  }));
}
