import { namedId } from '../../../lambda/cloudtrail/directory.ts';
import { accountName, type Names, NO_NAMES } from '../../../lambda/directory/names.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import type { FacetValue } from '../../../lambda/store/questions/tally.ts';
import { bar } from '../../output/bar.ts';
import { jsonText } from '../../output/json.ts';
import { type Listing, printListing } from '../../output/listing.ts';
import type { Format } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { type Column, renderTable } from '../../output/table.ts';
import { paintFor } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';

/** The values of one facet, and how many there are, those left out included. */
export interface CountedBy {
  readonly facet: string;
  readonly values: readonly FacetValue[];
  readonly distinct: number;
}

/** What was counted, and by what. */
export interface Counts {
  readonly total: number;
  readonly tables: readonly CountedBy[];
}

/** A value of one facet, as lines of programs have it. */
interface FacetRow extends FacetValue {
  readonly by: string;
  /** Of all events that were counted, 0 to 1. */
  readonly share: number;
}

/** Prints counts by facets: a table for each, or a line a value. */
export async function printFacets(
  counts: Counts,
  format: Format,
  zone: Zone,
  io: Io,
  noun: 'event' | 'finding' = 'event',
  names: Names = NO_NAMES,
): Promise<void> {
  const { total, tables } = counts;
  if (format === 'json') {
    const facets = tables.map((table) => ({
      by: table.facet,
      distinct: table.distinct,
      values: rowsOf(table, total).map(({ by: _, ...value }) => value),
    }));
    io.stdout.write(`${jsonText({ total, facets }, 2)}\n`);
    return;
  }
  if (format !== 'table') {
    await printListing(
      tables.flatMap((table) => rowsOf(table, total)),
      LISTING,
      format,
      io,
    );
    return;
  }
  if (total === 0) {
    io.stderr.write(`No ${noun}s.\n`);
    return;
  }
  io.stdout.write(tables.map((table) => facetText(table, total, { zone, noun, names }, io)).join('\n'));
}

function rowsOf({ facet, values }: CountedBy, total: number): readonly FacetRow[] {
  return values.map((value) => ({ by: facet, ...value, share: total === 0 ? 0 : value.count / total }));
}

const LISTING: Listing<FacetRow> = {
  nothing: 'No events.',
  columns: [],
  json: ({ by, value, count, share, first, last }) => ({ by, value, count, share: rounded(share), first, last }),
  csv: {
    by: ({ by }) => by,
    value: ({ value }) => value,
    count: ({ count }) => count,
    share: ({ share }) => rounded(share),
    first: ({ first }) => first,
    last: ({ last }) => last,
  },
};

function rounded(share: number): number {
  return Number(share.toPrecision(4));
}

interface FacetContext {
  readonly zone: Zone;
  readonly noun: string;
  readonly names: Names;
}

function facetText(table: CountedBy, total: number, { zone, noun, names }: FacetContext, { stdout }: Io): string {
  const paint = paintFor(stdout.colours);
  const { facet, values, distinct } = table;
  const of =
    values.length < distinct
      ? `the first ${values.length} of ${counted(distinct, 'value')}`
      : counted(distinct, 'value');
  const heading = `${paint(`By ${facet}`, 'heading')}, ${of}, ${counted(total, noun)}`;
  if (values.length === 0) return `${heading}\nNone of them has one.\n`;
  const rows = isTime(facet) && stdout.isTerminal ? withGaps(rowsOf(table, total), facet) : rowsOf(table, total);
  const most = Math.max(...rows.map(({ count }) => count));
  return `${heading}\n${renderTable(columnsOf(facet, { zone, noun, names }, stdout.isTerminal ? most : 0), rows, stdout)}`;
}

function isTime(facet: string): facet is 'day' | 'hour' {
  return facet === 'day' || facet === 'hour';
}

/** Counts against the largest of them, for a terminal. */
function barColumn(most: number): Column<FacetRow> {
  return { title: '', parts: [{ title: '', text: ({ count }) => bar(count, most), style: () => 'notable' }] };
}

/** Times without events that are shown; a longer gap stays out. */
const MAX_GAP = 48;

/** Days or hours without any event between those that have some: a histogram without them would lie. */
function withGaps(rows: readonly FacetRow[], facet: 'day' | 'hour'): readonly FacetRow[] {
  const step = facet === 'day' ? 86_400_000 : 3_600_000;
  const timeOf = (value: string): number => Date.parse(facet === 'day' ? value : `${value.slice(0, 13)}:00:00Z`);
  return rows.flatMap((row, index) => {
    const before = rows[index - 1];
    if (before === undefined) return [row];
    const missing = Math.round((timeOf(row.value) - timeOf(before.value)) / step) - 1;
    if (!(missing > 0 && missing <= MAX_GAP)) return [row];
    const gaps = Array.from({ length: missing }, (_, gap) => {
      const value = new Date(timeOf(before.value) + (gap + 1) * step).toISOString().slice(0, before.value.length);
      return { by: row.by, value, count: 0, share: 0, first: undefined, last: undefined };
    });
    return [...gaps, row];
  });
}

function columnsOf(facet: string, { zone, noun, names }: FacetContext, most: number): readonly Column<FacetRow>[] {
  const time = (text: string | undefined): string | undefined => text && zone.format(new Date(text));
  const times = { first: `First (${zone.name})`, last: 'Last' };
  const counts = noun === 'event' ? 'Events' : 'Findings';
  const title = isTime(facet) ? `${facet} (UTC)` : facet;
  const named = (value: string): string => (facet === 'account' ? namedId(value, accountName(names, value)) : value);
  return [
    { title: counts, parts: [{ title: counts, text: ({ count }) => String(count), keep: 'always' }] },
    { title: 'Share', parts: [{ title: 'Share', text: ({ share }) => `${(share * 100).toFixed(1)}%` }] },
    { title, parts: [{ title, text: ({ value }) => named(value), style: () => 'notable', keep: 'always' }] },
    ...(most === 0 ? [] : [barColumn(most)]),
    ...(facet === 'hour'
      ? []
      : [
          {
            title: times.first,
            parts: [
              { title: times.first, text: ({ first }: FacetRow) => time(first) },
              { title: times.last, text: ({ last }: FacetRow) => time(last) },
            ],
          },
        ]),
  ];
}
