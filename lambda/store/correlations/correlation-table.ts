import { type DynamoDBDocumentClient, PutCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Around, Claim, CorrelationStore, Firing, GroupKey, GroupView, Member } from '../../detection/index.ts';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { NewRows } from '../dynamo/new-rows.ts';
import { type OnUnreadableRow, readVersionedRow } from '../dynamo/read-row.ts';
import { CorrelationReader } from './correlation-reader.ts';
import {
  DUE,
  DUE_SHARD,
  firingRow,
  iso,
  memberRows,
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

/**
 * Members of a rule that are read at most around several times, in multiples of the limit: where there are more, each time
 * is looked at alone.
 */
const MOST_AROUND = 3;

/** The first and last time that a key can have. */
const EARLIEST = Date.parse('0000-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-01T00:00:00Z');

/** For a group whose state can't be read: there is nothing to judge, and so nothing to claim. */
const NOTHING_TO_JUDGE: GroupView = { members: [], truncated: false, firings: [], version: -1 };

/**
 * The state of correlations in DynamoDB, for functions that run at the same time. A group is a partition: a row for
 * each member or for several that came together (`member#RULE#TIME#NAME`), for each firing (`firing#TIME`) and one for
 * its state. Members are written before anything is read, reads are consistent, and a claim holds only if nobody claimed in between. Of two appends at
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
  readonly #newRows: NewRows;
  readonly #turns = new GroupTurns(READERS_A_GROUP);

  constructor(client: DynamoDBDocumentClient, table: string, now: () => Date, onUnreadableRow: OnUnreadableRow) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
    this.#onUnreadableRow = onUnreadableRow;
    this.#states = new CorrelationStates(client, table, now, onUnreadableRow);
    this.#reader = new CorrelationReader(client, table, now, onUnreadableRow);
    this.#newRows = new NewRows(client, table, ['group', 'member']);
  }

  async append(
    key: GroupKey,
    members: readonly Member[],
    { around, due, expiresAt }: { around: Around; due?: number; expiresAt: number },
  ): Promise<GroupView> {
    await this.#putMembers(key, members, expiresAt);
    const rules = new Set(members.map(({ rule }) => rule));
    const state = await this.#states.register(key, { rules, due, expiresAt });
    return this.#viewAround(key, state, around);
  }

  async look(key: GroupKey, around: Around): Promise<GroupView> {
    return this.#viewAround(key, await this.#states.read(key), around);
  }

  async read(key: GroupKey, limit: number): Promise<GroupView> {
    const state = await this.#states.read(key);
    if (state === undefined) return NOTHING_TO_JUDGE;
    const from = state.judgedThrough === undefined ? EARLIEST : state.judgedThrough + 1;
    const lists = await this.#ofEachRule(state, (rule) =>
      this.#reader.members(key, { rule, from, to: LATEST, limit: limit + 1 }),
    );
    const members = lists.flatMap((list) => list ?? []).sort((a, b) => a.eventTime - b.eventTime);
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
        return settles ? this.read(key, READ_AGAIN) : this.look(key, around);
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
  async #putMembers(key: GroupKey, members: readonly Member[], expiresAt: number): Promise<void> {
    for (const attributes of memberRows(key, members)) {
      const row = { ...attributes, rowVersion: ROW_VERSION, expiresAt: seconds(expiresAt) };
      if (await this.#newRows.put(row)) continue;
      try {
        await this.#client.send(
          new PutCommand({
            TableName: this.#table,
            Item: row,
            ConditionExpression: 'attribute_not_exists(#group) OR expiresAt <= :now',
            ExpressionAttributeNames: { '#group': 'group' },
            ExpressionAttributeValues: { ':now': seconds(this.#now().getTime()) },
          }),
        );
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
      }
    }
  }

  /**
   * For each rule, the members between the times, and the nearest before and after them within a timespan. While the
   * group is silent for every window that holds one of the times, no member matters and almost none is read, so a flood costs few reads. When many
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

  /** The firings around the times; and the view, if they leave nothing to judge or if no members were asked for. */
  async #viewOfSilence(
    key: GroupKey,
    state: State,
    { from, to, timespan, limit }: Around,
  ): Promise<{ firings: readonly Firing[]; view?: GroupView }> {
    const firings = await this.#reader.firings(key, from - 2 * timespan, to + 2 * timespan);
    const nothing = { firings, view: view(state, [], false, firings) };
    const until = silentUntil(firings, from, timespan);
    if (limit === 0 || until >= to + timespan) return nothing;
    // The members at a time that isn't silent have just been written.
    if (until <= to) return { firings };
    const beyond = await this.#ofEachRule(state, (rule) =>
      this.#reader.members(key, { rule, from: until, to: to + timespan - 1, limit: 1, anyWillDo: true }),
    );
    return beyond.every((members) => members?.length === 0) ? nothing : { firings };
  }

  async #viewOfMembers(key: GroupKey, state: State, firings: readonly Firing[], around: Around): Promise<GroupView> {
    const { from, to, timespan, limit } = around;
    // Most events are the newest of their group. So the newest are read first, until there are enough before the times.
    const lists = await this.#ofEachRule(state, (rule) =>
      this.#reader.members(key, {
        rule,
        from: from - timespan + 1,
        to: to + timespan - 1,
        limit: limit + 1,
        newestFirst: true,
        countedThrough: from,
        most: MOST_AROUND * limit,
      }),
    );
    const read = lists.filter((list) => list !== undefined);
    if (read.length < lists.length) {
      return from === to
        ? this.#viewOfNearest(key, state, firings, around)
        : { ...view(state, [], false, firings), tooMany: true };
    }
    const before = read.map((members) => members.filter(({ eventTime }) => eventTime <= from));
    const after = read.map((members) => members.filter(({ eventTime }) => eventTime > from).reverse());
    return from === to
      ? viewOfHalves(state, [...before, ...after], limit, firings)
      : viewOfHalves(state, before, limit, firings, after.flat());
  }

  /** Around a single time in a group of so many members that the two sides must be read apart. */
  async #viewOfNearest(
    key: GroupKey,
    state: State,
    firings: readonly Firing[],
    { from: time, timespan, limit }: Around,
  ): Promise<GroupView> {
    const [before, after] = await Promise.all([
      this.#ofEachRule(state, (rule) =>
        this.#reader.members(key, {
          rule,
          from: time - timespan + 1,
          to: time,
          limit: limit + 1,
          newestFirst: true,
        }),
      ),
      this.#ofEachRule(state, (rule) =>
        this.#reader.members(key, { rule, from: time + 1, to: time + timespan - 1, limit: limit + 1 }),
      ),
    ]);
    const halves = [...before, ...after].map((half) => half ?? []);
    return viewOfHalves(state, halves, limit, firings);
  }

  #ofEachRule<Result>({ rules }: State, read: (rule: string) => Promise<Result>): Promise<Result[]> {
    return Promise.all([...rules].map(read));
  }
}

/** Of each half the first members, and all that lie between the halves. */
function viewOfHalves(
  state: State,
  halves: readonly (readonly Member[])[],
  limit: number,
  firings: readonly Firing[],
  between: readonly Member[] = [],
): GroupView {
  const members = [...halves.flatMap((half) => half.slice(0, limit)), ...between];
  const isTruncated = halves.some((half) => half.length > limit);
  return view(
    state,
    members.sort((a, b) => a.eventTime - b.eventTime),
    isTruncated,
    firings,
  );
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
