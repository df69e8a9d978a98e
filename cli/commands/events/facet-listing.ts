import type { FacetCounts, FacetTable, FacetValue } from '../../../lambda/store/questions/facets.ts';
import { jsonText } from '../../output/json.ts';
import { type Listing, printListing } from '../../output/listing.ts';
import type { Format } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { type Column, renderTable } from '../../output/table.ts';
import { paintFor } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';

/** A value of one facet, as lines of programs have it. */
interface FacetRow extends FacetValue {
  readonly by: string;
  /** Of all events that were counted, 0 to 1. */
  readonly share: number;
}

/** Prints counts by facets: a table for each, or a line a value. */
export async function printFacets(counts: FacetCounts, format: Format, zone: Zone, io: Io): Promise<void> {
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
    io.stderr.write(`${LISTING.nothing}\n`);
    return;
  }
  io.stdout.write(tables.map((table) => facetText(table, total, zone, io)).join('\n'));
}

function rowsOf({ facet, values }: FacetTable, total: number): readonly FacetRow[] {
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

function facetText(table: FacetTable, total: number, zone: Zone, { stdout }: Io): string {
  const paint = paintFor(stdout.colours);
  const { facet, values, distinct } = table;
  const of = values.length < distinct ? `the first ${values.length} of ${distinct} values` : countOf(distinct, 'value');
  const heading = `${paint(`By ${facet}`, 'heading')}, ${of}, ${countOf(total, 'event')}`;
  if (values.length === 0) return `${heading}\nNone of them has one.\n`;
  return `${heading}\n${renderTable(columnsOf(facet, zone), rowsOf(table, total), stdout)}`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function columnsOf(facet: string, zone: Zone): readonly Column<FacetRow>[] {
  const time = (text: string | undefined): string | undefined => text && zone.format(new Date(text));
  const times = { first: `First (${zone.name})`, last: 'Last' };
  const title = facet === 'day' || facet === 'hour' ? `${facet} (UTC)` : facet;
  return [
    { title: 'Events', parts: [{ title: 'Events', text: ({ count }) => String(count), keep: 'always' }] },
    { title: 'Share', parts: [{ title: 'Share', text: ({ share }) => `${(share * 100).toFixed(1)}%` }] },
    { title, parts: [{ title, text: ({ value }) => value, style: () => 'notable', keep: 'always' }] },
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
