import * as z from 'zod';

/** A row that was read, or why this version of the code can't read it. */
export type ReadRow<Row> = { readonly row: Row } | { readonly unreadable: string };

/** A row that this version of the code can't read. It stays in its table, for the version that can. */
export interface UnreadableRow {
  /** The physical name of its table. */
  readonly table: string;
  /** The values of its key, partition key first. */
  readonly key: readonly string[];
  readonly reason: string;
}

/** Told of each row that can't be read, each time that it is met. Must not throw. */
export type OnUnreadableRow = (row: UnreadableRow) => void;

/** The form of a row, as its attribute `rowVersion` has it. Rows that lack it are of the form before there was one: 0. */
export interface RowForm<Row> {
  /** Reads this version and every older one. */
  readonly schema: z.ZodType<Row>;
  readonly version: number;
}

const MAX_REASON_LENGTH = 300;

/**
 * Reads a row that another version may have written: one that can't be read is an answer, and keeps nobody from reading
 * the next. The reason names members and types, never values.
 * @throws errors of `read` other than ZodError.
 */
export function readRow<Item, Row>(item: Item, read: (item: Item) => Row): ReadRow<Row> {
  try {
    return { row: read(item) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'the row'}: ${message}`);
    return { unreadable: problems.join('; ').slice(0, MAX_REASON_LENGTH) };
  }
}

/** Reads a row that says its version: one that a newer version wrote can't be read, whatever its form. */
export function readVersionedRow<Row>(
  { schema, version }: RowForm<Row>,
  item: Readonly<Record<string, unknown>>,
): ReadRow<Row> {
  const { rowVersion = 0 } = item;
  if (typeof rowVersion !== 'number') return { unreadable: 'its rowVersion is no number' };
  if (rowVersion > version) return { unreadable: `it has version ${rowVersion}, and this code reads up to ${version}` };
  return readRow(item, (row) => schema.parse(row));
}
