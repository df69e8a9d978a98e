import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { GroupKey } from '../detection/index.ts';
import { isConditionFailure } from './conditional.ts';
import {
  DUE_SHARD,
  groupAttributes,
  iso,
  partition,
  type Row,
  STATE,
  type State,
  seconds,
  stateSchema,
} from './correlation-row.ts';

/** A write as PutItem and TransactWriteItems take it. */
export interface ConditionalPut {
  readonly TableName: string;
  readonly Item: Record<string, unknown>;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

/** The rows that hold what is known of whole groups: written only over what was read. */
export class CorrelationStates {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Consistently; an empty state of version 0 where there is none yet. @throws the SDK's errors. */
  async read(key: GroupKey): Promise<State> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { group: partition(key), member: STATE } satisfies Row,
        ConsistentRead: true,
      }),
    );
    return stateSchema.parse(Item ?? {});
  }

  /** @returns false where another function wrote in between. @throws the SDK's errors. */
  async put(key: GroupKey, before: State, next: State, expiresAt: number): Promise<boolean> {
    try {
      await this.#client.send(new PutCommand(this.write(key, before, next, expiresAt)));
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  }

  /** The write of the next state, which holds only over the one that was read. */
  write(key: GroupKey, before: State, next: State, expiresAt: number): ConditionalPut {
    const { due, ...rest } = next;
    return {
      TableName: this.#table,
      Item: {
        group: partition(key),
        member: STATE,
        ...groupAttributes(key),
        ...rest,
        ...(due !== undefined && { due, dueShard: DUE_SHARD, dueAt: iso(due) }),
        expiresAt: seconds(expiresAt),
      },
      ...(before.rules.size === 0
        ? {
            ConditionExpression: 'attribute_not_exists(#version)',
            ExpressionAttributeNames: { '#version': 'version' },
          }
        : {
            ConditionExpression: '#version = :version AND #rules = :rules',
            ExpressionAttributeNames: { '#version': 'version', '#rules': 'rules' },
            ExpressionAttributeValues: { ':version': before.version, ':rules': before.rules },
          }),
    };
  }
}
