import { counted } from '../../../lambda/shared/counted.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { jsonText } from '../../output/json.ts';
import { printListing } from '../../output/listing.ts';
import type { Io } from '../../output/process-io.ts';
import type { ExportedForm } from './exported-form.ts';
import { writeWhole } from './whole-file.ts';

export const FORMATS = ['jsonl', 'csv', 'parquet', 'ocsf'] as const;
export type ExportFormat = (typeof FORMATS)[number];

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly output?: string;
}

/**
 * Writes rows as they come: memory doesn't grow with their number. A file is there once it is whole, or not at all.
 * @throws CommandFailure for Parquet without a file, and for a file that can't be written; the errors of the rows.
 */
export async function exportRows<Row>(
  rows: AsyncIterable<Row>,
  form: ExportedForm<Row>,
  { format, output }: ExportOptions,
  io: Io,
): Promise<void> {
  const passed = new CountedRows(rows);
  if (format === 'parquet') {
    if (output === undefined) throw new CommandFailure('Parquet goes into a file: name one with --output.', EXIT.usage);
    // Few exports are Parquet.
    const { writeParquet } = await import('./write-parquet.ts');
    await writeWhole(output, (path) => writeParquet(path, passed, form.columns));
  } else if (output === undefined) {
    await writeText(passed, form, format, io);
  } else {
    await writeWhole(output, (_, file) => writeText(passed, form, format, { ...io, stdout: file }));
  }
  if (output !== undefined) {
    io.stderr.write(`${counted(passed.count, 'row')} in ${output}.\n`);
  }
}

async function writeText<Row>(
  rows: AsyncIterable<Row>,
  { listing, ocsf }: ExportedForm<Row>,
  format: Exclude<ExportFormat, 'parquet'>,
  io: Io,
): Promise<void> {
  if (format !== 'ocsf') {
    await printListing(rows, listing, format, io);
    return;
  }
  for await (const row of rows) io.stdout.write(`${jsonText(ocsf(row))}\n`);
}

class CountedRows<Row> implements AsyncIterable<Row> {
  count = 0;
  readonly #rows: AsyncIterable<Row>;

  constructor(rows: AsyncIterable<Row>) {
    this.#rows = rows;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    for await (const row of this.#rows) {
      this.count++;
      yield row;
    }
  }
}
