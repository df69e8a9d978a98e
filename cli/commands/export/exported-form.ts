import type { SchemaElement } from 'hyparquet';
import type { Listing } from '../../output/listing.ts';

/** How rows of one kind are exported. */
export interface ExportedForm<Row> {
  /** For JSON lines and CSV. */
  readonly listing: Listing<Row>;
  /** The row as OCSF has it. */
  readonly ocsf: (row: Row) => Readonly<Record<string, unknown>>;
  /** By name, in this order. */
  readonly columns: Readonly<Record<string, ParquetColumn<Row>>>;
}

/** What a column of Parquet holds. Any value may be absent, but those of a list. */
export type ColumnType = 'text' | 'time' | 'flag' | 'number' | 'texts' | 'json';

export interface ParquetColumn<Row> {
  readonly type: ColumnType;
  readonly value: (row: Row) => unknown;
}

/** The elements of Parquet's schema for one column, as "LogicalTypes" of Apache Parquet describes them. */
export function schemaOf(name: string, type: ColumnType): readonly SchemaElement[] {
  switch (type) {
    case 'text':
      return [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }];
    case 'json':
      return [{ name, type: 'BYTE_ARRAY', converted_type: 'JSON', repetition_type: 'OPTIONAL' }];
    case 'time':
      return [{ name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' }];
    case 'flag':
      return [{ name, type: 'BOOLEAN', repetition_type: 'OPTIONAL' }];
    case 'number':
      return [{ name, type: 'INT32', repetition_type: 'OPTIONAL' }];
    case 'texts':
      return [
        { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      ];
  }
}
