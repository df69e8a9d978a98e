import type { DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type IndexSchema, TIME_TO_LIVE_ATTRIBUTE } from '../schema.ts';
import { meteredQuery } from './metered-query.ts';
import type { Meter } from './read-meter.ts';

export type TimeOrder = 'newest-first' | 'oldest-first';

/** Times of the index: ISO 8601 in UTC, to the second, both of them included. */
export interface TimeRange {
  readonly first?: string;
  readonly last?: string;
}

/** One key of an index, in one shard. */
export interface PartitionKey {
  readonly index: IndexSchema;
  /** As it is in the table: with the suffix of the shard. */
  readonly key: string;
  /** The shard that rows must name; undefined for by-day, whose keys can't be confused with others. */
  readonly shard?: number;
}

export interface PartitionReadOptions {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly range: TimeRange;
  readonly order: TimeOrder;
  readonly now: Date;
  readonly meter: Meter;
  /** Largest size of a row of the table, in bytes. */
  readonly maxRowBytes: number;
}

/** The index was switched off, or isn't built yet. */
export class IndexMissing extends Error {
  override readonly name = 'IndexMissing';
  readonly index: string;

  constructor(index: string) {
    super(`the table has no index ${index}: it is switched off, or still being built`);
    this.index = index;
  }
}

/** One answer of DynamoDB. */
export interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly count: number;
  /** Rows that were read, including those that the filter left out. */
  readonly scanned: number;
  /** The time of the last row that was read, if there are more after it. */
  readonly next?: { readonly eventTime: string; readonly key: Record<string, unknown> };
}

export interface PageOptions {
  /** Rows that are read, at most. */
  readonly limit?: number;
  /** The least number that is useful. Default 1. */
  readonly leastRows?: number;
  readonly after?: Page['next'];
  readonly select?: 'COUNT' | 'TIMES';
}

/**
 * Reads one page of one key of an index, expired rows left out. When the meter has little left, fewer rows are read.
 * With `select`, the answer holds only their number, or their times.
 * @throws IndexMissing; ReadLimitReached.
 */
export async function readPage(
  partition: PartitionKey,
  options: PartitionReadOptions,
  page: PageOptions = {},
): Promise<Page> {
  const { client, table, meter, maxRowBytes } = options;
  const input = {
    TableName: table,
    IndexName: partition.index.name,
    ...expressions(partition, options, page.select === 'TIMES'),
    ScanIndexForward: options.order === 'oldest-first',
    ...(page.after !== undefined && { ExclusiveStartKey: page.after.key }),
    ...(page.select === 'COUNT' && { Select: page.select }),
  };
  try {
    const { next, ...answer } = await meteredQuery({ client, input, meter, maxRowBytes, ...page });
    const last: unknown = next?.[partition.index.sortKey];
    return {
      ...answer,
      ...(next !== undefined && typeof last === 'string' && { next: { eventTime: last, key: next } }),
    };
  } catch (error) {
    if (isMissingIndex(error)) throw new IndexMissing(partition.index.name);
    throw error;
  }
}

function expressions(
  { index, key, shard }: PartitionKey,
  { range, now }: Pick<PartitionReadOptions, 'range' | 'now'>,
  onlyTimes: boolean,
): Partial<QueryCommandInput> {
  const { first, last } = range;
  const times =
    first !== undefined && last !== undefined
      ? ' AND #time BETWEEN :first AND :last'
      : `${first === undefined ? '' : ' AND #time >= :first'}${last === undefined ? '' : ' AND #time <= :last'}`;
  // Without the shard, a value that ends in `#1` would be found under the key of another value.
  const inShard = shard === undefined ? '' : shard === 0 ? ' AND attribute_not_exists(#shard)' : ' AND #shard = :shard';
  return {
    KeyConditionExpression: `#key = :key${times}`,
    ...(onlyTimes && { ProjectionExpression: '#time' }),
    FilterExpression: `(attribute_not_exists(#expires) OR #expires > :now)${inShard}`,
    ExpressionAttributeNames: {
      '#key': index.partitionKey,
      '#expires': TIME_TO_LIVE_ATTRIBUTE,
      ...((times !== '' || onlyTimes) && { '#time': index.sortKey }),
      ...(shard !== undefined && { '#shard': 'shard' }),
    },
    ExpressionAttributeValues: {
      ':key': key,
      ':now': Math.floor(now.getTime() / 1000),
      ...(first !== undefined && { ':first': first }),
      ...(last !== undefined && { ':last': last }),
      ...(shard !== undefined && shard !== 0 && { ':shard': shard }),
    },
  };
}

/** DynamoDB: "The table does not have the specified index"; while it is built: "Cannot read from backfilling …". */
function isMissingIndex(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'ValidationException' &&
    /specified index|backfilling global secondary index/i.test(error.message)
  );
}
