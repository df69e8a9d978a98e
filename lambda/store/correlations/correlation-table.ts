import { type DynamoDBDocumentClient, PutCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Around, Claim, CorrelationStore, Firing, GroupKey, GroupView, Member } from '../../detection/index.ts';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { type OnUnreadableRow, readVersionedRow } from '../dynamo/read-row.ts';
import { CorrelationReader } from './correlation-reader.ts';
import {
  bounded,
  DUE,
  DUE_SHARD,
  firingRow,
  iso,
  LAST,
  memberPrefix,
  memberRow,
  partition,
  ROW_VERSION,
  type State,
  seconds,
} from './correlation-row.ts';
import { CorrelationStates } from './correlation-state.ts';
import { GroupTurns } from './group-turns.ts';

/** TransactWriteItems takes 100 writes; one of them is for the state. */
const FIRINGS_A_CLAIM = 90;

/** Members that are read again when another function's claim was faster. */
const READ_AGAIN = 10_000;

/** Appends of one function that read the members of a group at the same time. */
const READERS_A_GROUP = 2;

/** For a group whose state can't be read: there is nothing to judge, and so nothing to claim. */
const NOTHING_TO_JUDGE: GroupView = { members: [], truncated: false, firings: [], version: -1 };

/**
 * The state of correlations in DynamoDB, for functions that run at the same time. A group is a partition: a row for
 * each member (`member#RULE#TIME#IDENTITY`), for each firing (`firing#TIME`) and one for its state. Members are written
 * before anything is read, reads are consistent, and a claim holds only if nobody claimed in between. Of two appends at
 * the same time, the one that reads later sees the member of the other, so they need no lock.
 *
 * Every row carries the version of its form. A row that can't be read is set aside: it is reported and skipped, and
 * stays in the table. A group whose state can't be read takes members, but isn't judged.
 */
export class CorrelationTable implements CorrelationStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => Date;
  readonly #onUnreadableRow: OnUnreadableRow;
  readonly #states: CorrelationStates;
  readonly #reader: CorrelationReader;
  readonly #turns = new GroupTurns(READERS_A_GROUP);

  constructor(client: DynamoDBDocumentClient, table: string, now: () => Date, onUnreadableRow: OnUnreadableRow) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
    this.#onUnreadableRow = onUnreadableRow;
    this.#states = new CorrelationStates(client, table, now, onUnreadableRow);
    this.#reader = new CorrelationReader(client, table, now, onUnreadableRow);
  }

  async append(
    key: GroupKey,
    member: Member,
    { around, due, expiresAt }: { around: Around; due?: number; expiresAt: number },
  ): Promise<GroupView> {
    await this.#putMember(key, member, expiresAt);
    const state = await this.#states.register(key, { rule: member.rule, due, expiresAt });
    return this.#viewAround(key, state, around);
  }

  async read(key: GroupKey, limit: number): Promise<GroupView> {
    const state = await this.#states.read(key);
    if (state === undefined) return NOTHING_TO_JUDGE;
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
    const settles = around === undefined;
    for (let start = 0; ; start += FIRINGS_A_CLAIM) {
      const isLast = start + FIRINGS_A_CLAIM >= firings.length;
      const part: Claim = {
        version: claim.version + start / FIRINGS_A_CLAIM,
        firings: firings.slice(start, start + FIRINGS_A_CLAIM),
        ...(isLast && claim.judgedThrough !== undefined && { judgedThrough: claim.judgedThrough }),
        ...(isLast && claim.due !== undefined && { due: claim.due }),
      };
      const held = await this.#states.claim(key, part, settles && isLast, expiresAt);
      if (!held) {
        return settles ? this.read(key, READ_AGAIN) : this.#viewAround(key, await this.#states.read(key), around);
      }
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
        const read = readVersionedRow(DUE, item);
        if ('unreadable' in read) {
          this.#onUnreadableRow({
            table: this.#table,
            key: [String(item.group), String(item.member)],
            reason: read.unreadable,
          });
          continue;
        }
        const { correlation, groupValues: group } = read.row;
        groups.set(partition({ correlation, group }), { correlation, group });
      }
    }
    return [...groups.values()];
  }

  async acknowledge(key: GroupKey, firingIds: readonly string[]): Promise<void> {
    const ids = new Set(firingIds);
    for (const firing of await this.#reader.firings(key)) {
      if (!firing.pending || !ids.has(firing.id)) continue;
      try {
        await this.#client.send(
          new UpdateCommand({
            TableName: this.#table,
            Key: firingRow(key, firing.at),
            UpdateExpression: 'SET pending = :false REMOVE dueShard, dueAt',
            // Without this condition, an update of a row that has expired in between would create an incomplete row
            // that nobody can read.
            ConditionExpression: 'attribute_exists(id)',
            ExpressionAttributeValues: { ':false': false },
          }),
        );
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
      }
    }
  }

  /** The first delivery stays, because it says when the event came; unless it has expired and isn't deleted yet. */
  async #putMember(key: GroupKey, member: Member, expiresAt: number): Promise<void> {
    const { group, member: sortKey } = memberRow(key, member);
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: {
            group,
            member: sortKey,
            ...member,
            fields: bounded(member.fields),
            rowVersion: ROW_VERSION,
            expiresAt: seconds(expiresAt),
          },
          ConditionExpression: 'attribute_not_exists(#group) OR expiresAt <= :now',
          ExpressionAttributeNames: { '#group': 'group' },
          ExpressionAttributeValues: { ':now': seconds(this.#now().getTime()) },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  /**
   * For each rule, the nearest members before and after the time, within a timespan. While the group is silent for
   * every window that holds the time, no member matters and almost none is read, so a flood costs few reads. When many
   * events come at once before the group has fired, only few of them read its members. The others wait, and then
   * usually find that it has fired.
   */
  async #viewAround(key: GroupKey, state: State | undefined, around: Around): Promise<GroupView> {
    if (state === undefined) return NOTHING_TO_JUDGE;
    const silent = await this.#viewOfSilence(key, state, around);
    if (silent.view !== undefined) return silent.view;
    return this.#turns.run(partition(key), async (waited) => {
      if (!waited) return this.#viewOfMembers(key, state, silent.firings, around);
      const now = await this.#states.read(key);
      if (now === undefined) return NOTHING_TO_JUDGE;
      const later = await this.#viewOfSilence(key, now, around);
      return later.view ?? this.#viewOfMembers(key, now, later.firings, around);
    });
  }

  /** The firings around a time; and the view, if they leave nothing to judge or if no members were asked for. */
  async #viewOfSilence(
    key: GroupKey,
    state: State,
    { time, timespan, limit }: Around,
  ): Promise<{ firings: readonly Firing[]; view?: GroupView }> {
    const firings = await this.#reader.firings(key, time - 2 * timespan, time + 2 * timespan);
    const nothing = { firings, view: view(state, [], false, firings) };
    const until = silentUntil(firings, time, timespan);
    if (limit === 0 || until >= time + timespan) return nothing;
    if (until === time) return { firings };
    const beyond = await Promise.all(
      [...state.rules].map((rule) => {
        const prefix = memberPrefix(rule);
        const range = { from: `${prefix}${iso(until)}`, to: `${prefix}${iso(time + timespan)}` };
        return this.#reader.members(key, { ...range, limit: 1 });
      }),
    );
    return beyond.every((members) => members.length === 0) ? nothing : { firings };
  }

  async #viewOfMembers(
    key: GroupKey,
    state: State,
    firings: readonly Firing[],
    { time, timespan, limit }: Around,
  ): Promise<GroupView> {
    const read = (from: number, to: string, newestFirst = false) =>
      Promise.all(
        [...state.rules].map((rule) => {
          const prefix = memberPrefix(rule);
          const range = { from: `${prefix}${iso(from)}#${LAST}`, to: `${prefix}${to}` };
          return this.#reader.members(key, { ...range, limit: limit + 1, newestFirst });
        }),
      );
    const [before, after] = await Promise.all([
      read(time - timespan, `${iso(time)}#${LAST}`, true),
      read(time, iso(time + timespan)),
    ]);
    const halves = [...before, ...after];
    const members = halves.flatMap((half) => half.slice(0, limit)).sort((a, b) => a.eventTime - b.eventTime);
    return view(
      state,
      members,
      halves.some((half) => half.length > limit),
      firings,
    );
  }
}

/**
 * The end of the time, from a given time on, in which no window can fire because another one fired less than a timespan
 * away.
 */
function silentUntil(firings: readonly Firing[], time: number, timespan: number): number {
  let until = time;
  for (const { at } of firings.toSorted((a, b) => a.at - b.at)) {
    if (Math.abs(at - until) < timespan) until = at + timespan;
  }
  return until;
}

function view(state: State, members: readonly Member[], truncated: boolean, firings: readonly Firing[]): GroupView {
  const { version, judgedThrough, due } = state;
  return {
    members,
    truncated,
    firings,
    version,
    ...(judgedThrough !== undefined && { judgedThrough }),
    ...(due !== undefined && { due }),
  };
}
