import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { type Meter, ReadMeter } from '../dynamo/read-meter.ts';
import { EVENT_BOOKKEEPING } from '../schema.ts';
import type { Shards } from './row-shards.ts';

const KEY = { eventID: EVENT_BOOKKEEPING.partition, part: EVENT_BOOKKEEPING.parts.shards } as const;

/** Read units of a row far below 4 KB, read consistently. */
const ROW_UNITS = 1;

const shardsSchema = z.object({ day: z.number().int().positive(), others: z.number().int().positive() });

/**
 * The largest shard counts ever configured: rows that were written under a larger count stay where they are, so queries
 * read all shards of the largest count.
 */
export class ShardSettings {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, eventsTable: string) {
    this.#client = client;
    this.#table = eventsTable;
  }

  /**
   * One shard each if nothing was ever stored.
   * @throws ReadLimitReached if the meter has no unit left.
   */
  async read(meter: Meter = new ReadMeter()): Promise<Shards> {
    const grant = await meter.reserve({ least: ROW_UNITS, most: ROW_UNITS });
    let units = 0;
    try {
      const { Item, ConsumedCapacity } = await this.#client.send(
        new GetCommand({ TableName: this.#table, Key: KEY, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }),
      );
      units = ConsumedCapacity?.CapacityUnits ?? ROW_UNITS;
      return Item === undefined ? { day: 1, others: 1 } : shardsSchema.parse(Item);
    } finally {
      grant.settle(units, 1);
    }
  }

  /** To be called before the first row is written under these counts. Never lowers what is stored. */
  async raise(shards: Shards): Promise<void> {
    await this.#raise('day', shards.day);
    await this.#raise('others', shards.others);
  }

  async #raise(name: keyof Shards, count: number): Promise<void> {
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: KEY,
          UpdateExpression: 'SET #name = :count',
          ConditionExpression: 'attribute_not_exists(#name) OR #name < :count',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':count': count },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
}
