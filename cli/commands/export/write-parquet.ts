import type { SchemaElement } from 'hyparquet';
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { type ParquetColumn, schemaOf } from './exported-form.ts';

/** Rows that are written, and so held, at once: some 20 MB. */
const GROUP_ROWS = 10_000;

type Columns<Row> = Readonly<Record<string, ParquetColumn<Row>>>;

/**
 * Writes rows into a Parquet file as they come, compressed with Snappy. The same rows make the same bytes.
 * @throws the errors of the file system and of the rows.
 */
export async function writeParquet<Row>(path: string, rows: AsyncIterable<Row>, columns: Columns<Row>): Promise<void> {
  const names = Object.entries(columns);
  const schema: SchemaElement[] = [
    { name: 'root', num_children: names.length },
    ...names.flatMap(([name, { type }]) => schemaOf(name, type)),
  ];
  await parquetWriteRows({
    writer: fileWriter(path),
    rows: valuesOf(rows, columns),
    columns: names.map(([name]) => ({ name })),
    schema,
    rowGroupSize: GROUP_ROWS,
    createdBy: 'trailwarden',
  });
}

async function* valuesOf<Row>(
  rows: AsyncIterable<Row>,
  columns: Columns<Row>,
): AsyncGenerator<Record<string, unknown>> {
  const all = Object.entries(columns);
  for await (const row of rows) {
    yield Object.fromEntries(all.map(([name, { type, value }]) => [name, stored(value(row), type)]));
  }
}

function stored(value: unknown, type: ParquetColumn<never>['type']): unknown {
  if (value === undefined) return null;
  if (type !== 'time') return value;
  const time = new Date(String(value));
  // One row of another version doesn't stop the others.
  return Number.isNaN(time.getTime()) ? null : time;
}
