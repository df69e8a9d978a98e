import type * as z from 'zod';

/** A row that this version of the code can't read. It stays in its table, for the version that can. */
export interface SetAsideRow {
  /** The physical name of its table. */
  readonly table: string;
  /** The values of its key, partition key first. */
  readonly key: readonly string[];
  readonly reason: string;
}

/** Told of each row that is set aside, each time that it is met. Must not throw. */
export type OnSetAside = (row: SetAsideRow) => void;

/** The form of a row, as its attribute `rowVersion` has it. Rows that lack it are of the form before there was one: 0. */
export interface RowForm<Row> {
  /** Reads this version and every older one. */
  readonly schema: z.ZodType<Row>;
  readonly version: number;
}

/**
 * Reads a row that an older or the same version of the code wrote.
 *
 * @returns the row, or why it can't be read: a newer version wrote it, or it hasn't the form of its version
 */
export function readVersioned<Row>(
  { schema, version }: RowForm<Row>,
  item: Readonly<Record<string, unknown>>,
): { readonly row: Row } | { readonly reason: string } {
  const { rowVersion = 0 } = item;
  if (typeof rowVersion !== 'number') return { reason: 'its rowVersion is no number' };
  if (rowVersion > version) return { reason: `it has version ${rowVersion}, and this code reads up to ${version}` };
  const { success, data, error } = schema.safeParse(item);
  if (success) return { row: data };
  const [issue] = error.issues;
  return { reason: `it hasn't the form of its version: ${issue?.path.join('.')}: ${issue?.message}` };
}
