import { printable } from '../../lambda/shared/printable.ts';
import { csvLine } from './csv.ts';
import { jsonText } from './json.ts';
import type { Format } from './output-format.ts';
import type { Io, Output } from './process-io.ts';
import { type Column, createTable, type TableWriter } from './table.ts';

/** How rows of one kind are shown. */
export interface Listing<Row> {
  readonly columns: readonly Column<Row>[];
  /** Always the same members in the same order; those that are undefined are left out. */
  readonly json: (row: Row) => Readonly<Record<string, unknown>>;
  /** By the names of the header. */
  readonly csv: Readonly<Record<string, (row: Row) => string | number | boolean | undefined>>;
  /** What is said where there is nothing to show in a table. */
  readonly nothing: string;
}

/** Rows that are there, or that come. */
export type Rows<Row> = Iterable<Row> | AsyncIterable<Row>;

/**
 * Prints rows as they come; a table waits for the first of them, which its widths follow from.
 * @returns how many there were.
 */
export async function printListing<Row>(
  rows: Rows<Row>,
  listing: Listing<Row>,
  format: Format,
  io: Io,
): Promise<number> {
  switch (format) {
    case 'table':
      return printTable(rows, listing, io);
    case 'csv':
      return printCsv(rows, listing, io);
    case 'jsonl':
      return printEach(rows, (row) => io.stdout.write(`${jsonText(listing.json(row))}\n`));
    case 'json':
      return printJson(rows, listing, io);
  }
}

/** Rows from which a table takes its widths; it writes the others as they come. */
const FIRST_ROWS = 200;

async function printTable<Row>(rows: Rows<Row>, { columns, nothing }: Listing<Row>, io: Io): Promise<number> {
  const { stdout } = io;
  const first: Row[] = [];
  let table: TableWriter<Row> | undefined;
  const begin = (hasMore: boolean): void => {
    table = createTable(columns, first, stdout, hasMore);
    stdout.write(`${table.head}${first.map(table.row).join('')}`);
  };
  let count = 0;
  // What was read before an error is worth seeing.
  try {
    for await (const row of rows) {
      count++;
      if (table !== undefined) stdout.write(table.row(row));
      else if (first.push(row) > FIRST_ROWS) begin(true);
    }
  } finally {
    if (table === undefined && count > 0) begin(false);
    if (table !== undefined) stdout.write(table.end);
  }
  if (count === 0) io.stderr.write(`${nothing}\n`);
  return count;
}

async function printCsv<Row>(rows: Rows<Row>, listing: Listing<Row>, io: Io): Promise<number> {
  let header = csvLine(Object.keys(listing.csv));
  const values = Object.values(listing.csv);
  const count = await printEach(rows, (row) => {
    io.stdout.write(`${header}${csvLine(values.map((value) => shown(value(row), io.stdout)))}`);
    header = '';
  });
  io.stdout.write(header);
  return count;
}

async function printJson<Row>(rows: Rows<Row>, listing: Listing<Row>, io: Io): Promise<number> {
  let separator = '[\n';
  const count = await printEach(rows, (row) => {
    io.stdout.write(`${separator}${jsonText(listing.json(row))}`);
    separator = ',\n';
  });
  io.stdout.write(count === 0 ? '[]\n' : '\n]\n');
  return count;
}

async function printEach<Row>(rows: Rows<Row>, print: (row: Row) => void): Promise<number> {
  let count = 0;
  for await (const row of rows) {
    print(row);
    count++;
  }
  return count;
}

/** A file gets the values as they are; a terminal nothing that it would obey. */
function shown<Value>(value: Value, { isTerminal }: Output): Value | string {
  return isTerminal && typeof value === 'string' ? printable(value, Number.POSITIVE_INFINITY) : value;
}
