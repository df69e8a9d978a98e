import type { ReadMeter } from '../../../../../lambda/store/dynamo/queries/read-meter.ts';
import type { EventQueries } from '../../../../../lambda/store/questions/event-queries.ts';
import type { EventQuery } from '../../../../../lambda/store/questions/event-search.ts';
import type { Facet } from '../../../../../lambda/store/questions/tally.ts';
import type { FacetsAnswer, TimeBar } from '../../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import type { FilterName } from '../../../../../ui/protocol/bounds.ts';
import type { Answering } from '../../context/page-context.ts';
import { argsOf, queryOf } from '../asked/filtered-events.ts';
import { counted } from '../rows/counted-values.ts';
import { barsOf } from './overview-events-answer.ts';

/** In the order in which the page shows them. */
const FACETS = [
  ['actor', 'actor'],
  ['action', 'action'],
  ['access', 'access'],
  ['outcome', 'outcome'],
  ['resource', 'resource'],
  ['address', 'address'],
  ['account', 'account'],
  ['region', 'region'],
  ['error', 'error'],
  ['network', 'network'],
  ['country', 'country'],
  ['asn', 'asn'],
] as const satisfies readonly (readonly [FilterName, Facet])[];

const TOP = 8;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Ranges that hours are too coarse for; their events are counted by smaller steps where there are few enough. */
const SHORT = 12 * HOUR;
const FEW_EVENTS = 20_000;

/** How many events each value has, and how many there are in each hour, day or smaller step. */
export const facetsAnswer: Answering<ReadAsked<'facets'>, FacetsAnswer> = async (
  asked,
  { connection, events, command },
  meter,
) => {
  const query = queryOf(asked);
  const seconds = (Date.parse(asked.until) - Date.parse(asked.since)) / 1000;
  const unit = seconds > 8 * DAY ? 'day' : 'hour';
  const moment = events.atOneMoment(meter);
  const { total, tables } = await moment.facets(
    query,
    [...FACETS.map(([, facet]) => facet), unit],
    { top: TOP },
    meter,
  );
  const byFacet = new Map<string, (typeof tables)[number]>(tables.map((table) => [table.facet, table]));
  const isFine = seconds <= SHORT && total <= FEW_EVENTS;
  const barSeconds = isFine ? fineStep(seconds) : unit === 'day' ? DAY : HOUR;
  return {
    total,
    facets: FACETS.map(([filter, facet]) => {
      const { values = [], distinct = 0 } = byFacet.get(facet) ?? {};
      return { filter, values: counted(values, filter, connection.names), distinct };
    }),
    bars: isFine ? await fineBars(moment, query, barSeconds, meter) : barsOf(byFacet.get(unit)?.values ?? []),
    barSeconds,
    command: command(['events', ...argsOf(asked)]),
  };
};

/** Seconds of a bar, of which a range has some dozens. */
function fineStep(seconds: number): number {
  return [1, 5, 10, 30, 60, 300, 600, 1800].find((step) => seconds / step <= 96) ?? HOUR;
}

async function fineBars(
  events: EventQueries,
  query: EventQuery,
  step: number,
  meter: ReadMeter,
): Promise<readonly TimeBar[]> {
  const counts = new Map<number, number>();
  for await (const { eventTime } of events.search({ ...query, order: 'oldest-first' }, meter)) {
    const at = Math.floor(Date.parse(eventTime) / 1000 / step) * step;
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  return [...counts].map(([at, count]) => ({ at, count }));
}
