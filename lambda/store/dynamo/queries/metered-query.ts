import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Meter } from './read-meter.ts';

/** "Constraints in Amazon DynamoDB": no row is larger. */
export const ITEM_BYTES = 400 * 1024;

/** Bytes of a page: it ends with the row that reaches them. */
const PAGE_BYTES = 1024 * 1024;
const BLOCK_BYTES = 4096;

export interface MeteredQuery {
  readonly client: DynamoDBDocumentClient;
  readonly input: QueryCommandInput;
  readonly meter: Meter;
  /** Largest size of a row, known from the code that writes it. It bounds what a page may cost. */
  readonly maxRowBytes: number;
  /** Rows that are read, at most. Default: as many as make 1 MB. */
  readonly limit?: number;
}

export interface QueryAnswer {
  readonly items: readonly Record<string, unknown>[];
  /** Where there are more rows. */
  readonly next?: Record<string, unknown>;
}

/**
 * One call of Query within a meter. Where little is left, fewer rows are asked for, so that the page can't take more:
 * who goes on from `next` gets them all the same.
 * @throws ReadLimitReached where not even one row is sure to be within it; the SDK's errors.
 */
export async function meteredQuery({ client, input, meter, maxRowBytes, limit }: MeteredQuery): Promise<QueryAnswer> {
  const unitsABlock = input.ConsistentRead === true ? 1 : 0.5;
  const unitsOf = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * unitsABlock;
  const wholePage = unitsOf(PAGE_BYTES + maxRowBytes);
  const most = limit === undefined ? wholePage : Math.min(wholePage, unitsOf(limit * maxRowBytes));
  const grant = await meter.reserve({ least: Math.min(most, unitsOf(maxRowBytes)), most });
  const rows =
    grant.units < most ? Math.floor((Math.floor(grant.units / unitsABlock) * BLOCK_BYTES) / maxRowBytes) : limit;
  let taken = { units: 0, rows: 0 };
  try {
    const answer = await client.send(
      new QueryCommand({ ...input, ReturnConsumedCapacity: 'TOTAL', ...(rows !== undefined && { Limit: rows }) }),
    );
    const { Items = [], ScannedCount = 0, LastEvaluatedKey, ConsumedCapacity } = answer;
    taken = { units: ConsumedCapacity?.CapacityUnits ?? 0, rows: ScannedCount };
    return {
      items: Items,
      ...(LastEvaluatedKey !== undefined && { next: LastEvaluatedKey }),
    };
  } finally {
    grant.settle(taken.units, taken.rows);
  }
}

/** All rows of a question, page by page, as meteredQuery reads them. */
export async function* meteredRows(query: MeteredQuery): AsyncGenerator<Record<string, unknown>> {
  let start: Record<string, unknown> | undefined;
  do {
    const input = start === undefined ? query.input : { ...query.input, ExclusiveStartKey: start };
    const { items, next } = await meteredQuery({ ...query, input });
    yield* items;
    start = next;
  } while (start !== undefined);
}
