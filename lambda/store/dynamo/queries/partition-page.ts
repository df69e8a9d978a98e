import type { DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type IndexSchema, TIME_TO_LIVE_ATTRIBUTE } from '../../schema.ts';
import { meteredQuery } from './metered-query.ts';
import type { Meter } from './read-meter.ts';

export type TimeOrder = 'newest-first' | 'oldest-first';

/** Times of the index: ISO 8601 in UTC, to the second, both of them included. */
export interface TimeRange {
  readonly first?: string;
  readonly last?: string;
}

/** One key of an index. */
export interface PartitionKey {
  readonly index: IndexSchema;
  readonly key: string;
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

/** One answer of DynamoDB. */
export interface Page {
  readonly items: readonly Record<string, unknown>[];
  /** The time of the last row that was looked at, where there are more after it. */
  readonly next?: { readonly eventTime: string; readonly key: Record<string, unknown> };
}

export interface PageOptions {
  /** Rows that are read, at most. */
  readonly limit?: number;
  readonly after?: Page['next'];
}

/**
 * Reads one page of one key of an index, expired rows left out. Where the meter has little left, fewer rows are looked at.
 * @throws ReadLimitReached; the SDK's errors.
 */
export async function readPage(
  { index, key }: PartitionKey,
  { client, table, range, order, now, meter, maxRowBytes }: PartitionReadOptions,
  { limit, after }: PageOptions = {},
): Promise<Page> {
  const input = {
    TableName: table,
    IndexName: index.name,
    ...expressions(index, key, range, now),
    ScanIndexForward: order === 'oldest-first',
    ...(after !== undefined && { ExclusiveStartKey: after.key }),
  };
  const { items, next } = await meteredQuery({
    client,
    input,
    meter,
    maxRowBytes,
    ...(limit !== undefined && { limit }),
  });
  const last: unknown = next?.[index.sortKey];
  return { items, ...(next !== undefined && typeof last === 'string' && { next: { eventTime: last, key: next } }) };
}

function expressions(
  index: IndexSchema,
  key: string,
  { first, last }: TimeRange,
  now: Date,
): Partial<QueryCommandInput> {
  const times =
    first !== undefined && last !== undefined
      ? ' AND #time BETWEEN :first AND :last'
      : `${first === undefined ? '' : ' AND #time >= :first'}${last === undefined ? '' : ' AND #time <= :last'}`;
  return {
    KeyConditionExpression: `#key = :key${times}`,
    FilterExpression: 'attribute_not_exists(#expires) OR #expires > :now',
    ExpressionAttributeNames: {
      '#key': index.partitionKey,
      '#expires': TIME_TO_LIVE_ATTRIBUTE,
      ...(times !== '' && { '#time': index.sortKey }),
    },
    ExpressionAttributeValues: {
      ':key': key,
      ':now': Math.floor(now.getTime() / 1000),
      ...(first !== undefined && { ':first': first }),
      ...(last !== undefined && { ':last': last }),
    },
  };
}
