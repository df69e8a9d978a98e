import * as z from 'zod';

/** A row that was read, or why this version can't read it. */
export type ReadRow<Row> = { readonly row: Row } | { readonly unreadable: string };

const MAX_REASON_LENGTH = 300;

/**
 * Reads a row that another version may have written: one that can't be read is an answer, and keeps nobody from reading
 * the next. The reason names members and types, never values.
 * @throws errors of `read` that aren't about the row's form.
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
