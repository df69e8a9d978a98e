import { setTimeout as delay } from 'node:timers/promises';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  DAY,
  dateOf,
  dayOf,
  daysOf,
  MAX_VALUES_A_GROUP,
  type SeenValue,
  type Sight,
  SPARE_DAYS,
} from '../../detection/index.ts';
import { counted } from '../../shared/counted.ts';
import { FaultOfAccess } from '../../shared/faults.ts';
import { isConditionFailure, isTransactionConflict, isUnderTransaction } from '../dynamo/condition-failure.ts';
import { type OnUnreadableRow, type RowForm, readVersionedRow } from '../dynamo/read-row.ts';
import type { Row } from './correlation-row.ts';
import {
  groupKey,
  SEEN_GROUP,
  SEEN_VALUE,
  SEEN_VERSION,
  type SeenGroup,
  VALUE_PREFIX,
  valueAttributes,
  valueKey,
} from './seen-row.ts';

/** A value that was seen for the first time, to be kept. */
export interface NewValue {
  readonly sight: Sight;
  readonly value: SeenValue;
}

/** A value whose row a newer version of the code has written: it is left alone. */
export const UNREADABLE = 'unreadable';

/** BatchGetItem's bound. */
const READ_ITEMS = 100;
const READ_TRIES = 8;

/** Values that are kept in one transaction, at most; it may have 100 writes. */
export const NEW_TOGETHER = 50;

/** The count of a group that has no new values for so long begins anew. */
const GROUP_DAYS = 365;

/**
 * The values of `first_seen` rules in DynamoDB, a row each, in a partition for each group. A value is written only as it
 * was read, so that of two events at once one wins. Rows expire, but that they are there says nothing: readers compare days.
 */
export class SeenValues {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => Date;
  readonly #onUnreadableRow: OnUnreadableRow;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => Date, onUnreadableRow: OnUnreadableRow) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
    this.#onUnreadableRow = onUnreadableRow;
  }

  /** Rows by `nameOf(key)`, read consistently: a call for a hundred. @throws FaultOfAccess where the table is throttled. */
  async get(keys: readonly Row[]): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
    const found = new Map<string, Readonly<Record<string, unknown>>>();
    for (let start = 0; start < keys.length; start += READ_ITEMS) {
      let left: Record<string, unknown>[] = keys
        .slice(start, start + READ_ITEMS)
        .map(({ group, member }) => ({ group, member }));
      for (let attempt = 0; left.length > 0; attempt++) {
        if (attempt === READ_TRIES)
          throw new FaultOfAccess(`${counted(left.length, 'row')} of ${this.#table} stayed unread: it is throttled`);
        await pause(attempt);
        const { Responses, UnprocessedKeys } = await this.#client.send(
          new BatchGetCommand({ RequestItems: { [this.#table]: { Keys: left, ConsistentRead: true } } }),
        );
        for (const item of Responses?.[this.#table] ?? []) {
          found.set(nameOf({ group: String(item.group), member: String(item.member) }), item);
        }
        left = UnprocessedKeys?.[this.#table]?.Keys ?? [];
      }
    }
    return found;
  }

  /** A value's row, as it was read; undefined where there is none. */
  parse(sight: Sight, item: Readonly<Record<string, unknown>> | undefined): SeenValue | typeof UNREADABLE | undefined {
    return item === undefined ? undefined : (this.#read(SEEN_VALUE, valueKey(sight), item) ?? UNREADABLE);
  }

  /** What is known of a value now. */
  async look(sight: Sight): Promise<SeenValue | typeof UNREADABLE | undefined> {
    return this.parse(sight, await this.#one(valueKey(sight)));
  }

  /** Keeps values of one group that no row was found of, all or none of them; at most `NEW_TOGETHER`. */
  async keep(values: readonly [NewValue, ...NewValue[]]): Promise<'kept' | 'changed' | 'full'> {
    const [{ sight: first }] = values;
    const today = dayOf(this.#now().getTime());
    const puts = values.map(({ sight, value }) => ({
      Put: {
        TableName: this.#table,
        Item: {
          ...valueKey(sight),
          ...valueAttributes(value),
          rowVersion: SEEN_VERSION,
          expiresAt: this.#expiry(sight, value),
        },
        ConditionExpression: 'attribute_not_exists(#group)',
        ExpressionAttributeNames: { '#group': 'group' },
      },
    }));
    const count = {
      Update: {
        TableName: this.#table,
        Key: { ...groupKey(first) },
        UpdateExpression: 'SET rowVersion = :version, expiresAt = :expiresAt ADD #values :more',
        ConditionExpression: 'attribute_not_exists(#values) OR #values <= :most',
        ExpressionAttributeNames: { '#values': 'values' },
        ExpressionAttributeValues: {
          ':version': SEEN_VERSION,
          ':expiresAt': ((today + GROUP_DAYS) * DAY) / 1000,
          ':more': values.length,
          ':most': MAX_VALUES_A_GROUP - values.length,
        },
      },
    };
    try {
      // The count is last: its reason tells whether the group is full.
      await this.#client.send(new TransactWriteCommand({ TransactItems: [...puts, count] }));
      return 'kept';
    } catch (error) {
      if (!isTransactionConflict(error)) throw error;
      const isTaken = reasonsOf(error).slice(0, -1).some(isFailedCondition);
      return !isTaken && isFailedCondition(reasonsOf(error).at(-1)) ? 'full' : 'changed';
    }
  }

  /** Replaces what is known of a value, if it is still as it was read. */
  async change({ sight, value }: NewValue, before: SeenValue): Promise<boolean> {
    const was = valueAttributes(before);
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { ...valueKey(sight) },
          UpdateExpression:
            'SET firstDay = :first, lastDay = :last, winner = :winner, earlier = :earlier, expiresAt = :expiresAt',
          ConditionExpression: 'firstDay = :wasFirst AND lastDay = :wasLast AND winner = :wasWinner',
          ExpressionAttributeValues: {
            ':first': dateOf(value.first),
            ':last': dateOf(value.last),
            ':winner': value.winner,
            ':earlier': [...value.earlier],
            ':expiresAt': this.#expiry(sight, value),
            ':wasFirst': was.firstDay,
            ':wasLast': was.lastDay,
            ':wasWinner': was.winner,
          },
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailure(error) || isUnderTransaction(error)) return false;
      throw error;
    }
  }

  /**
   * Looks closely at a group that is said to be full. Values that have expired are still counted then, so they are counted
   * once more each day.
   * @returns since which day it is full, for a timespan; undefined where it has room, or another function is at it.
   */
  async fullSince(sight: Sight): Promise<number | undefined> {
    const key = groupKey(sight);
    const item = await this.#one(key);
    const group = item && this.#read(SEEN_GROUP, key, item);
    if (group === undefined) return undefined;
    const today = dayOf(this.#now().getTime());
    let { values } = group;
    if (group.countedDay !== today) {
      values = await this.#count(key);
      const isNoted = await this.#note(key, group, { values, countedDay: dateOf(today) });
      if (!isNoted) return undefined;
    }
    if (values < MAX_VALUES_A_GROUP) return undefined;
    const { timespan } = daysOf(sight.rule);
    if (group.fullDay !== undefined && today - group.fullDay <= timespan) return group.fullDay;
    return (await this.#note(key, { values }, { fullDay: dateOf(today) })) ? today : undefined;
  }

  async #count({ group }: Row): Promise<number> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: '#group = :group AND begins_with(#member, :prefix)',
        ExpressionAttributeNames: { '#group': 'group', '#member': 'member' },
        ExpressionAttributeValues: { ':group': group, ':prefix': VALUE_PREFIX },
        ConsistentRead: true,
        Select: 'COUNT',
      },
    );
    let count = 0;
    for await (const { Count = 0 } of pages) count += Count;
    return count;
  }

  /** Changes a group's row if no value came in between. */
  async #note(
    key: Row,
    { values: before }: Pick<SeenGroup, 'values'>,
    set: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const names = Object.keys(set);
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { ...key },
          UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
          ConditionExpression: '#values = :before',
          ExpressionAttributeNames: {
            '#values': 'values',
            ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
          },
          ExpressionAttributeValues: {
            ':before': before,
            ...Object.fromEntries(names.map((name) => [`:${name}`, set[name]])),
          },
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailure(error) || isUnderTransaction(error)) return false;
      throw error;
    }
  }

  async #one({ group, member }: Row): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { group, member }, ConsistentRead: true }),
    );
    return Item;
  }

  #read<Read>(form: RowForm<Read>, { group, member }: Row, item: Readonly<Record<string, unknown>>): Read | undefined {
    const read = readVersionedRow(form, item);
    if ('row' in read) return read.row;
    this.#onUnreadableRow({ table: this.#table, key: [group, member], reason: read.unreadable });
    return undefined;
  }

  /** In seconds. */
  #expiry({ rule }: Sight, { last }: SeenValue): number {
    const today = dayOf(this.#now().getTime());
    return ((Math.max(today, last) + 1 + daysOf(rule).timespan + SPARE_DAYS) * DAY) / 1000;
  }
}

/** A key as one text. */
export function nameOf({ group, member }: Row): string {
  return `${group}\n${member}`;
}

/** Waits: longer with each attempt, and differently long in each function. */
export async function pause(attempt: number): Promise<void> {
  if (attempt > 0) await delay(Math.random() * Math.min(500, 5 * 2 ** attempt));
}

interface Reason {
  readonly Code?: string;
}

function reasonsOf(error: unknown): readonly Reason[] {
  const isNamed = error instanceof Error && 'CancellationReasons' in error;
  return isNamed && Array.isArray(error.CancellationReasons) ? error.CancellationReasons : [];
}

function isFailedCondition(reason: Reason | undefined): boolean {
  return reason?.Code === 'ConditionalCheckFailed';
}
