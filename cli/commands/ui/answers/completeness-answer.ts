import { mapConcurrently } from '../../../../lambda/shared/concurrency.ts';
import { AccountRegions } from '../../../../lambda/store/ledger/account-regions.ts';
import { DigestLedger } from '../../../../lambda/store/ledger/digest-ledger.ts';
import { type HourStatus, ledgerStatus } from '../../../../lambda/store/ledger/ledger-status.ts';
import type { Completeness, CompletenessRow, HourCounts } from '../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../ui/protocol/asked.ts';
import type { Answering } from '../context/page-context.ts';
import { rangeArgs } from './asked/filtered-events.ts';

const HOUR = 3_600_000;

const REGIONS_AT_ONCE = 16;

/** Columns that a map has at most, and the hours that a column may stand for. */
const MOST_COLUMNS = 48;
const STEPS = [1, 6, 24, 168] as const;

const COUNTS = [
  'delivered',
  'processed',
  'failed',
  'open',
  'late',
  'missing',
  'verified',
  'modified',
  'unvouched',
] as const;

/** By account, region and hour of delivery, as `trailwarden status` tells it. */
export const completenessAnswer: Answering<ReadAsked<'completeness'>, Completeness> = async (
  range,
  { connection: { documents, tables }, io, command },
  meter,
) => {
  const [since, until] = [new Date(range.since), new Date(range.until)];
  const ledger = new DigestLedger(documents, tables.ledger);
  const accountRegions = await new AccountRegions(documents, tables.ledger).list();
  const times = { since, until, now: io.now(), meter };
  // A query for each day of a region: one region after the other would take long.
  const hours = (
    await mapConcurrently(accountRegions, REGIONS_AT_ONCE, (one) => ledgerStatus(ledger, [one], times))
  ).flatMap((status) => status.hours);
  const span = (until.getTime() - since.getTime()) / HOUR;
  const step = STEPS.find((one) => span / one <= MOST_COLUMNS) ?? 168;
  const first = Math.floor(since.getTime() / HOUR / step) * step * HOUR;
  const columns = Math.max(1, Math.ceil((until.getTime() - first) / HOUR / step));
  const regions = new Map<string, HourStatus[]>();
  for (const hour of hours) {
    const name = `${hour.account} ${hour.region}`;
    const known = regions.get(name);
    if (known === undefined) regions.set(name, [hour]);
    else known.push(hour);
  }
  return {
    totals: summedUp(hours, range.since),
    rows: [...regions.values()].flatMap((own): readonly CompletenessRow[] => {
      const [{ account, region } = { account: '', region: '' }] = own;
      const cells = Array.from({ length: columns }, (_, column) => {
        const start = first + column * step * HOUR;
        const within = own.filter(({ hour }) => Date.parse(hour) >= start && Date.parse(hour) < start + step * HOUR);
        return within.length === 0 ? null : summedUp(within, new Date(start).toISOString());
      });
      return [{ account, region, cells }];
    }),
    hours: step,
    command: command(['status', ...rangeArgs(range)]),
  };
};

function summedUp(hours: readonly HourStatus[], at: string): HourCounts {
  const sum = (name: (typeof COUNTS)[number]): number => hours.reduce((total, hour) => total + hour[name], 0);
  // Made from the names of COUNTS.
  return { at, ...(Object.fromEntries(COUNTS.map((name) => [name, sum(name)])) as Omit<HourCounts, 'at'>) };
}
