import {
  type DynamoDBDocumentClient,
  PutCommand,
  paginateQuery,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Around, Claim, CorrelationStore, Firing, GroupKey, GroupView, Member } from '../detection/index.ts';
import { FaultOfAccess } from '../shared/faults.ts';
import { isConditionFailure, isTransactionConflict } from './conditional.ts';
import { CorrelationReader } from './correlation-reader.ts';
import {
  bounded,
  DUE_SHARD,
  dueSchema,
  firingRow,
  groupAttributes,
  iso,
  LAST,
  memberPrefix,
  memberRow,
  partition,
  type State,
  seconds,
} from './correlation-row.ts';
import { CorrelationStates } from './correlation-state.ts';

/** Later than this after a claim, the function that made it is gone: its findings are somebody else's to report. */
const FUNCTION_LIFETIME = 15 * 60_000;

/** TransactWriteItems takes 100 writes; one is the state's. */
const FIRINGS_A_CLAIM = 90;

const MAX_ATTEMPTS = 50;

/** Members that are read again when another function's claim was faster. */
const READ_AGAIN = 10_000;

/**
 * The state of correlations in DynamoDB, for functions that run at the same time. A group is a partition: a row for
 * each member (`member#RULE#TIME#IDENTITY`), for each firing (`firing#TIME`) and one for its state. Members are
 * written before anything is read, reads are consistent, and a claim holds only if nobody claimed in between.
 */
export class CorrelationTable implements CorrelationStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => Date;
  readonly #states: CorrelationStates;
  readonly #reader: CorrelationReader;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => Date) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
    this.#states = new CorrelationStates(client, table);
    this.#reader = new CorrelationReader(client, table, now);
  }

  async append(
    key: GroupKey,
    member: Member,
    { around, due, expiresAt }: { around: Around; due?: number; expiresAt: number },
  ): Promise<GroupView> {
    await this.#putMember(key, member, expiresAt);
    const state = await this.#register(key, member.rule, due, expiresAt);
    return this.#viewAround(key, state, around);
  }

  async read(key: GroupKey, limit: number): Promise<GroupView> {
    const state = await this.#states.read(key);
    const after = state.judgedThrough;
    const lists = await Promise.all(
      [...state.rules].map((rule) => {
        const prefix = memberPrefix(rule);
        const from = after === undefined ? prefix : `${prefix}${iso(after)}#${LAST}`;
        return this.#reader.members(key, { from, to: `${prefix}${LAST}`, limit: limit + 1 });
      }),
    );
    const members = lists.flat().sort((a, b) => a.eventTime - b.eventTime);
    const firings = await this.#reader.firings(key);
    return view(state, members.slice(0, limit), members.length > limit, firings);
  }

  async claim(
    key: GroupKey,
    claim: Claim,
    { around, expiresAt }: { around?: Around; expiresAt: number },
  ): Promise<GroupView | undefined> {
    const { firings } = claim;
    for (let start = 0; ; start += FIRINGS_A_CLAIM) {
      const isLast = start + FIRINGS_A_CLAIM >= firings.length;
      const part: Claim = {
        version: claim.version + start / FIRINGS_A_CLAIM,
        firings: firings.slice(start, start + FIRINGS_A_CLAIM),
        ...(isLast && claim.judgedThrough !== undefined && { judgedThrough: claim.judgedThrough }),
        ...(isLast && claim.due !== undefined && { due: claim.due }),
      };
      const held = await this.#claimOnce(key, part, expiresAt);
      if (!held)
        return around === undefined
          ? this.read(key, READ_AGAIN)
          : this.#viewAround(key, await this.#states.read(key), around);
      if (isLast) return undefined;
    }
  }

  async due(now: number): Promise<readonly GroupKey[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        IndexName: 'by-due',
        KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
        ExpressionAttributeValues: { ':shard': DUE_SHARD, ':now': iso(now) },
      },
    );
    const groups = new Map<string, GroupKey>();
    for await (const { Items = [] } of pages) {
      for (const item of Items) {
        const { correlation, groupValues: group } = dueSchema.parse(item);
        groups.set(partition({ correlation, group }), { correlation, group });
      }
    }
    return [...groups.values()];
  }

  async acknowledge(key: GroupKey, firingIds: readonly string[]): Promise<void> {
    const ids = new Set(firingIds);
    for (const firing of await this.#reader.firings(key)) {
      if (!firing.pending || !ids.has(firing.id)) continue;
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: firingRow(key, firing.at),
          UpdateExpression: 'SET pending = :false REMOVE dueShard, dueAt',
          ExpressionAttributeValues: { ':false': false },
        }),
      );
    }
  }

  /** The first delivery stays: it says when the event came. */
  async #putMember(key: GroupKey, member: Member, expiresAt: number): Promise<void> {
    const { group, member: sortKey } = memberRow(key, member);
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { group, member: sortKey, ...member, fields: bounded(member.fields), expiresAt: seconds(expiresAt) },
          ConditionExpression: 'attribute_not_exists(#group)',
          ExpressionAttributeNames: { '#group': 'group' },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  /**
   * Notes in the state that the rule has members, and when the group must be judged. A due time always changes the
   * version: a claim that was decided before the member was there must not clear it.
   */
  async #register(key: GroupKey, rule: string, due: number | undefined, expiresAt: number): Promise<State> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const state = await this.#states.read(key);
      if (due === undefined && state.rules.has(rule)) return state;
      const earliest = due === undefined ? state.due : Math.min(due, state.due ?? due);
      const next: State = {
        ...state,
        version: state.version + (due === undefined ? 0 : 1),
        rules: new Set([...state.rules, rule]),
        ...(earliest !== undefined && { due: earliest }),
      };
      if (await this.#states.put(key, state, next, expiresAt)) return next;
    }
    throw new FaultOfAccess(`The group ${partition(key)} is written by too many functions at once.`);
  }

  async #claimOnce(
    key: GroupKey,
    { version, firings, judgedThrough, due }: Claim,
    expiresAt: number,
  ): Promise<boolean> {
    const state = await this.#states.read(key);
    if (state.version !== version) return false;
    const judges = judgedThrough !== undefined || due !== undefined;
    const { due: dueBefore, ...rest } = state;
    const nextDue = judges ? due : dueBefore;
    const next: State = {
      ...rest,
      version: version + 1,
      ...(judgedThrough !== undefined && { judgedThrough }),
      ...(nextDue !== undefined && { due: nextDue }),
    };
    if (firings.length === 0) return this.#states.put(key, state, next, expiresAt);
    const reportBy = iso(this.#now().getTime() + FUNCTION_LIFETIME);
    const puts = firings.map((firing) => ({
      Put: {
        TableName: this.#table,
        Item: {
          ...firingRow(key, firing.at),
          ...firing,
          ...groupAttributes(key),
          dueShard: DUE_SHARD,
          dueAt: reportBy,
          expiresAt: seconds(expiresAt),
        },
      },
    }));
    try {
      await this.#client.send(
        new TransactWriteCommand({
          TransactItems: [{ Put: this.#states.write(key, state, next, expiresAt) }, ...puts],
        }),
      );
      return true;
    } catch (error) {
      if (isTransactionConflict(error)) return false;
      throw error;
    }
  }

  /**
   * Of each rule the nearest members up to the time and after it, within a timespan. While the group is silent for
   * every window that the time is in, no member matters, and none before it is read: a flood costs few reads.
   */
  async #viewAround(key: GroupKey, state: State, { time, timespan, limit }: Around): Promise<GroupView> {
    const read = (from: number, to: string, newestFirst = false) =>
      Promise.all(
        [...state.rules].map((rule) => {
          const prefix = memberPrefix(rule);
          return this.#reader.members(key, {
            from: `${prefix}${iso(from)}#${LAST}`,
            to: `${prefix}${to}`,
            limit: limit + 1,
            newestFirst,
          });
        }),
      );
    const [firings, after] = await Promise.all([
      this.#reader.firings(key, time - 2 * timespan, time + 2 * timespan),
      read(time, iso(time + timespan)),
    ]);
    const ends = [time, ...after.flat().map(({ eventTime }) => eventTime)];
    if (ends.every((end) => firings.some(({ at }) => Math.abs(at - end) < timespan))) {
      return view(state, [], false, firings);
    }
    const halves = [...(await read(time - timespan, `${iso(time)}#${LAST}`, true)), ...after];
    const members = halves.flatMap((half) => half.slice(0, limit)).sort((a, b) => a.eventTime - b.eventTime);
    const truncated = halves.some((half) => half.length > limit);
    return view(state, members, truncated, firings);
  }
}

function view(state: State, members: readonly Member[], truncated: boolean, firings: readonly Firing[]): GroupView {
  const { version, judgedThrough } = state;
  return { members, truncated, firings, version, ...(judgedThrough !== undefined && { judgedThrough }) };
}
