import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../../dynamo/condition-failure.ts';
import type { Meter } from '../../dynamo/queries/read-meter.ts';
import { SegmentNewer } from '../encoding/segment-faults.ts';
import { STATE_KEY } from './keys.ts';

/** The shape of the state item. */
export const STATE_VERSION = 1;

const stateSchema = z.object({
  v: z.number(),
  generation: z.number().int().nonnegative().default(0),
  packedTo: z.record(z.string(), z.string()).default({}),
  pageShards: z.number().int().positive().default(1),
  months: z.array(z.string()).default([]),
  leftBehind: z.array(z.object({ shard: z.number(), item: z.string() })).default([]),
  unmergedDays: z.array(z.string()).default([]),
  retentionDays: z.number().int().positive().optional(),
});

/** What is committed. Every commit raises the generation; who has read a state sees what was committed then. */
export interface SegmentState {
  /** 0 before the first commit. */
  readonly generation: number;
  /** By page shard: the key of the last page that is in segments. All pages before it are, too. */
  readonly packedTo: Readonly<Record<string, string>>;
  /** The most page shards that were ever written to. */
  readonly pageShards: number;
  /**
   * Pages up to `packedTo` that pack couldn't take: their events are in no segment. Readers that can, read them, and so does
   * every later pack.
   */
  readonly leftBehind: readonly { readonly shard: number; readonly item: string }[];
  /** UTC days of events that have small segments, or had until a moment ago: what merges look at. */
  readonly unmergedDays: readonly string[];
  /** Days that events are kept, as pack was last told: a shorter retention holds for readers at once. */
  readonly retentionDays?: number;
  /** The months that have descriptors, `YYYY-MM`, in order. */
  readonly months: readonly string[];
}

export interface SegmentsTable {
  readonly client: DynamoDBDocumentClient;
  /** Physical name. */
  readonly table: string;
}

const NOTHING_COMMITTED: SegmentState = {
  generation: 0,
  packedTo: {},
  pageShards: 1,
  months: [],
  leftBehind: [],
  unmergedDays: [],
};

/** Read units of the state: it stays below 4 KB, except while many days wait to be merged. */
const STATE_UNITS = 1;

/**
 * Reads the state, consistently.
 * @throws SegmentNewer where a later version wrote it; ReadLimitReached; the SDK's errors.
 */
export async function readState({ client, table }: SegmentsTable, meter?: Meter): Promise<SegmentState> {
  const grant = await meter?.reserve({ least: STATE_UNITS, most: STATE_UNITS });
  let units = 0;
  try {
    const { Item, ConsumedCapacity } = await client.send(
      new GetCommand({ TableName: table, Key: STATE_KEY, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }),
    );
    units = ConsumedCapacity?.CapacityUnits ?? STATE_UNITS;
    if (Item === undefined) return NOTHING_COMMITTED;
    const { v, ...state } = stateSchema.parse(Item);
    if (v > STATE_VERSION)
      throw new SegmentNewer(`the state of the segments has version ${v}, later than ${STATE_VERSION}`);
    return state;
  } finally {
    grant?.settle(units, 1);
  }
}

/**
 * Notes how many page shards are written to, before the first page is: the number never goes down, as pages stay where
 * they are.
 */
export async function raisePageShards({ client, table }: SegmentsTable, shards: number): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: STATE_KEY,
        UpdateExpression: 'SET pageShards = :shards, #v = if_not_exists(#v, :v)',
        ConditionExpression: 'attribute_not_exists(pageShards) OR pageShards < :shards',
        ExpressionAttributeNames: { '#v': 'v' },
        ExpressionAttributeValues: { ':shards': shards, ':v': STATE_VERSION },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}
