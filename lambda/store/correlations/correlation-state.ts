import { setTimeout as delay } from 'node:timers/promises';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Claim, Firing, GroupKey } from '../../detection/index.ts';
import { FaultOfAccess } from '../../shared/faults.ts';
import { isConditionFailure, isTransactionConflict, isUnderTransaction } from '../dynamo/condition-failure.ts';
import { ConsistentRows } from '../dynamo/consistent-rows.ts';
import { type OnUnreadableRow, readVersionedRow } from '../dynamo/read-row.ts';
import {
  DUE_SHARD,
  firingRow,
  groupAttributes,
  iso,
  partition,
  ROW_VERSION,
  type Row,
  STATE,
  STATE_FORM,
  type State,
  seconds,
} from './correlation-row.ts';

/** What must be in the state before an append reads the group. */
export interface Registration {
  /** The rules that the members are of. */
  readonly rules: ReadonlySet<string>;
  /** When the group must be judged because of the members, in milliseconds since 1970. */
  readonly due?: number | undefined;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Milliseconds after which a function has certainly ended: Lambda allows no more. */
export const FUNCTION_LIFETIME = 15 * 60_000;

/** A time to live that is behind by less than this isn't renewed, so that not every append is a write. */
const RENEW_AFTER_SECONDS = 3_600;

/** Attempts at most. Each one that fails means that another function got something done. */
const MAX_ATTEMPTS = 50;

const NO_STATE: State = { version: 0, rules: new Set() };

/**
 * The rows that hold the states of whole groups.
 *
 * An append writes its members, then reads the state, and changes the state only if something is missing there. It only
 * adds, and additions give the same result in any order, so no append undoes another one. Only a claim raises the
 * version.
 *
 * The time at which a group must be judged is kept twice, because a claim that was decided before a member came must
 * not clear the time that the member needs. Sweep uses `due`. Once it has passed, a claim replaces it by the time that
 * follows from the members that the claim has read. So a member needs no write if `due` is early enough and further
 * away than a function lives: the function that replaces it reads the members later. Otherwise its time is put into
 * `waiting` too, unless an earlier one stands there already, and a claim carries `waiting` over into `due`.
 */
export class CorrelationStates {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => Date;
  readonly #onUnreadableRow: OnUnreadableRow;
  readonly #rows: ConsistentRows<Row>;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => Date, onUnreadableRow: OnUnreadableRow) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
    this.#onUnreadableRow = onUnreadableRow;
    this.#rows = new ConsistentRows(client, table);
  }

  /**
   * Read consistently; a state without rules if there is none yet.
   *
   * @returns undefined if this version can't read it: then nothing may be judged or written
   * @throws the SDK's errors
   */
  async read(key: GroupKey): Promise<State | undefined> {
    const row = await this.#rows.get(rowKey(key));
    return row === undefined ? NO_STATE : this.#parse(key, row);
  }

  /**
   * The state with everything that the append needs in it. The members must have been written before.
   *
   * @returns undefined if this version can't read the state
   * @throws the SDK's errors; FaultOfAccess when the state never stood still
   */
  async register(key: GroupKey, registration: Registration): Promise<State | undefined> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      await pause(attempt);
      const state = await this.read(key);
      if (state === undefined) return undefined;
      const additions = additionsTo(state, { ...registration, key }, this.#now().getTime());
      if (additions === undefined) return state;
      try {
        const { Attributes = {} } = await this.#client.send(
          new UpdateCommand({ ...this.#update(key, additions), ReturnValues: 'ALL_NEW' }),
        );
        return this.#parse(key, Attributes);
      } catch (error) {
        if (!isConditionFailure(error) && !isUnderTransaction(error)) throw error;
      }
    }
    throw neverStill(key);
  }

  /**
   * Writes firings and raises the version, if it is still the same.
   *
   * @param settles whether the claim decides when the group is due next
   * @param expiresAt of the firings, in milliseconds since 1970
   * @returns false if another claim was faster
   * @throws the SDK's errors; FaultOfAccess when the state never stood still
   */
  async claim(key: GroupKey, claim: Claim, settles: boolean, expiresAt: number): Promise<boolean> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      await pause(attempt);
      const state = await this.read(key);
      if (state === undefined || state.rules.size === 0 || state.version !== claim.version) return false;
      const now = this.#now().getTime();
      const update = this.#update(key, changesOf(state, claim, settles, now));
      try {
        if (claim.firings.length === 0) await this.#client.send(new UpdateCommand(update));
        else {
          const puts = claim.firings.map((firing) => ({ Put: this.#firing(key, firing, now, expiresAt) }));
          await this.#client.send(new TransactWriteCommand({ TransactItems: [{ Update: update }, ...puts] }));
        }
        return true;
      } catch (error) {
        if (!isConditionFailure(error) && !isUnderTransaction(error) && !isTransactionConflict(error)) throw error;
      }
    }
    throw neverStill(key);
  }

  #firing(key: GroupKey, firing: Firing, now: number, expiresAt: number) {
    return {
      TableName: this.#table,
      Item: {
        ...firingRow(key, firing.at),
        ...firing,
        ...groupAttributes(key),
        rowVersion: ROW_VERSION,
        dueShard: DUE_SHARD,
        dueAt: iso(now + FUNCTION_LIFETIME),
        expiresAt: seconds(expiresAt),
      },
    };
  }

  /** An update of the state, which fails if a version that this one can't read has written it by now. */
  #update(key: GroupKey, { set, remove = [], rules, conditions, values }: Changes): StateUpdate {
    const removal = remove.length === 0 ? '' : ` REMOVE ${remove.join(', ')}`;
    const addition = rules === undefined ? '' : ' ADD #rules :rules';
    const UpdateExpression = `SET ${[...set, '#rowVersion = :rowVersion'].join(', ')}${removal}${addition}`;
    const isReadable = '(attribute_not_exists(#rowVersion) OR #rowVersion <= :rowVersion)';
    const ConditionExpression = [...conditions, isReadable].join(' AND ');
    const names = `${UpdateExpression} ${ConditionExpression}`.matchAll(/#(\w+)/g);
    return {
      TableName: this.#table,
      Key: rowKey(key),
      UpdateExpression,
      ConditionExpression,
      ExpressionAttributeNames: Object.fromEntries([...names].map(([placeholder, name]) => [placeholder, name ?? ''])),
      ExpressionAttributeValues: { ...values, ':rowVersion': ROW_VERSION, ...(rules && { ':rules': rules }) },
    };
  }

  #parse(key: GroupKey, item: Readonly<Record<string, unknown>>): State | undefined {
    const read = readVersionedRow(STATE_FORM, item);
    if ('row' in read) return read.row;
    this.#onUnreadableRow({ table: this.#table, key: [partition(key), STATE], reason: read.unreadable });
    return undefined;
  }
}

/** As UpdateItem and TransactWriteItems take it. */
type StateUpdate = UpdateCommandInput & { readonly UpdateExpression: string };

/** The parts of an update: expressions that name an attribute `x` as `#x`, and the values that they use. */
interface Changes {
  readonly set: readonly string[];
  readonly remove?: readonly string[];
  readonly rules?: ReadonlySet<string>;
  readonly conditions: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** What is missing in the state; undefined if nothing is. */
function additionsTo(
  state: State,
  { key, rules, due, expiresAt }: Registration & { key: GroupKey },
  now: number,
): Changes | undefined {
  const expiry = seconds(expiresAt);
  const isYoung = state.expiresAt !== undefined && expiry - state.expiresAt < RENEW_AFTER_SECONDS;
  const brings = due !== undefined && (state.due === undefined || state.due > due);
  const replaceable = brings ? due : state.due;
  const waits =
    due !== undefined &&
    replaceable !== undefined &&
    replaceable <= now + FUNCTION_LIFETIME &&
    (state.waiting === undefined || state.waiting > due);
  if ([...rules].every((rule) => state.rules.has(rule)) && isYoung && !brings && !waits) return undefined;
  const set = [
    // A state that was deleted and created again has a version that no claim has seen before.
    '#version = if_not_exists(#version, :first)',
    '#correlation = :correlation',
    '#groupValues = :groupValues',
  ];
  const { correlation, groupValues } = groupAttributes(key);
  const values: Record<string, unknown> = { ':first': now, ':correlation': correlation, ':groupValues': groupValues };
  const conditions: string[] = [];
  if (!isYoung) {
    set.push('#expiresAt = :expiresAt');
    conditions.push('(attribute_not_exists(#expiresAt) OR #expiresAt < :expiresAt)');
    values[':expiresAt'] = expiry;
  }
  if (brings || waits) values[':due'] = due;
  if (brings) {
    set.push('#due = :due', '#dueAt = :dueAt', '#dueShard = :dueShard');
    conditions.push('(attribute_not_exists(#due) OR #due > :due)');
    Object.assign(values, { ':dueAt': iso(due), ':dueShard': DUE_SHARD });
  } else if (waits) conditions.push('#due <= :due');
  if (waits) {
    set.push('#waiting = :due');
    conditions.push('(attribute_not_exists(#waiting) OR #waiting > :due)');
  }
  return { set, rules, conditions, values };
}

/** The change that a claim makes to the state. It succeeds only if what it replaces is still as it was read. */
function changesOf(state: State, { version, judgedThrough, due }: Claim, settles: boolean, now: number): Changes {
  const set = ['#version = :next'];
  const conditions = ['#version = :version'];
  const values: Record<string, unknown> = { ':version': version, ':next': version + 1 };
  if (judgedThrough !== undefined) {
    set.push('#judgedThrough = :judgedThrough');
    values[':judgedThrough'] = judgedThrough;
  }
  if (!settles) return { set, conditions, values };
  for (const name of ['due', 'waiting'] as const) {
    const before = state[name];
    conditions.push(before === undefined ? `attribute_not_exists(#${name})` : `#${name} = :${name}Before`);
    if (before !== undefined) values[`:${name}Before`] = before;
  }
  // A time in the future may belong to members that the claim hasn't seen.
  const kept = state.due !== undefined && state.due > now ? state.due : undefined;
  const times = [due, state.waiting, kept].filter((time) => time !== undefined);
  if (times.length === 0) {
    return { set, remove: ['#due', '#dueAt', '#dueShard', '#waiting'], conditions, values };
  }
  const next = Math.min(...times);
  set.push('#due = :due', '#dueAt = :dueAt', '#dueShard = :dueShard');
  Object.assign(values, { ':due': next, ':dueAt': iso(next), ':dueShard': DUE_SHARD });
  return { set, remove: ['#waiting'], conditions, values };
}

function rowKey(key: GroupKey): Row {
  return { group: partition(key), member: STATE };
}

/** Waits: longer with each attempt, and differently long in each function. */
async function pause(attempt: number): Promise<void> {
  if (attempt > 0) await delay(Math.random() * Math.min(500, 5 * 2 ** attempt));
}

function neverStill(key: GroupKey): FaultOfAccess {
  return new FaultOfAccess(
    `The state of the group ${partition(key)} changed at each of ${MAX_ATTEMPTS} attempts to write it. ` +
      'The message is tried again later.',
  );
}
