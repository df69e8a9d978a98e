import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import type { Firing, GroupKey, Member } from '../../detection/index.ts';
import type { RowForm } from '../dynamo/read-row.ts';

/**
 * The version of members, firings and states, in their attribute `rowVersion`. It is raised when older code would
 * misread a row. An attribute that older code may ignore doesn't raise it.
 */
export const ROW_VERSION = 1;

const fieldsSchema = z.record(z.string(), z.array(z.string()));

const memberSchema = z.object({
  identity: z.string(),
  rule: z.string(),
  eventTime: z.number(),
  eventID: z.string(),
  arrivedAt: z.number(),
  fields: fieldsSchema,
  from: z.number().optional(),
  eventIDs: z.array(z.string()).optional(),
  context: z.string().optional(),
});

/** The members of a row: their list as JSON, compressed, because a unit of writing takes only 1 KB. */
const membersSchema = z.object({ members: z.instanceof(Uint8Array) }).transform(({ members }, context) => {
  const list = z.array(memberSchema).safeParse(unpacked(members));
  if (list.success) return list.data;
  context.addIssue({ code: 'custom', message: 'its members can not be unpacked', path: ['members'] });
  return z.NEVER;
});

const firingSchema = z.object({
  id: z.string(),
  at: z.number(),
  from: z.number(),
  value: z.number(),
  atLeast: z.boolean(),
  eventIDs: z.array(z.string()),
  fields: fieldsSchema,
  pending: z.boolean(),
  context: z.string().optional(),
  steps: z
    .array(
      z.object({
        rule: z.string(),
        at: z.number(),
        eventID: z.string(),
        action: z.string().optional(),
        outcome: z.string().optional(),
      }),
    )
    .optional(),
});

const stateSchema = z.object({
  version: z.number(),
  judgedThrough: z.number().optional(),
  due: z.number().optional(),
  waiting: z.number().optional(),
  rules: z.set(z.string()),
  expiresAt: z.number().optional(),
});

/** What is known about a whole group. */
export interface State {
  /** Raised by each claim. A state that is created again begins with a version that was never used before. */
  readonly version: number;
  readonly judgedThrough?: number | undefined;
  /** When the group must be judged, in milliseconds since 1970. */
  readonly due?: number | undefined;
  /** The earliest time at which the group must be judged for members that a claim may not have seen. */
  readonly waiting?: number | undefined;
  /** The rules that have members; none if there is no state yet. */
  readonly rules: ReadonlySet<string>;
  /** Epoch second. */
  readonly expiresAt?: number | undefined;
}

/** The members of a row. */
export const MEMBERS: RowForm<readonly Member[]> = { schema: membersSchema, version: ROW_VERSION };
export const FIRING: RowForm<Firing> = { schema: firingSchema, version: ROW_VERSION };
export const STATE_FORM: RowForm<State> = { schema: stateSchema, version: ROW_VERSION };

/** What the index by-due holds of a group, in rows of every version. */
export const DUE: RowForm<{ correlation: string; groupValues: string }> = {
  schema: z.object({ correlation: z.string(), groupValues: z.string() }),
  version: Number.POSITIVE_INFINITY,
};

export interface Row {
  readonly group: string;
  readonly member: string;
}

/** The one partition of by-due: sweep reads it once a minute, and only groups that wait are in it. */
export const DUE_SHARD = 'due';

/** The sort key of the row that holds the state of a whole group. */
export const STATE = 'state';

/** Longer texts of fields are kept as their beginning and their hash, so that different values stay different. */
const MAX_TEXT = 512;

/** Sorts behind every identity, which is text in ASCII. */
export const LAST = '~';

export const FIRING_PREFIX = 'firing#';

/** Readable if it is short enough for a key: `<correlation>#["arn:…"]`. */
export function partition({ correlation, group }: GroupKey): string {
  const readable = `${correlation}#${group}`;
  return Buffer.byteLength(readable) <= 1024 ? readable : `${correlation}#${hash(group)}`;
}

export function groupAttributes({ correlation, group }: GroupKey): { correlation: string; groupValues: string } {
  return { correlation, groupValues: group };
}

export function memberPrefix(rule: string): string {
  return `member#${encodeURIComponent(rule)}#`;
}

/**
 * The members of a row are less than this apart, in milliseconds, and its key has the time of the last: so whoever looks
 * for members up to a time must look for rows up to this much later. A smaller value would miss members of older rows.
 */
export const ROW_SPAN = 5 * 60_000;

const MAX_MEMBERS_A_ROW = 100;

/** A row of DynamoDB may have 400 KB; this is before it is compressed. */
const MAX_BYTES_A_ROW = 256 * 1024;

/** More than any row unpacks to. */
const MAX_UNPACKED_BYTES = 4 * 1024 * 1024;

/**
 * The rows for members of a group that came together. Those of one rule share a row, up to a hundred. The same members make
 * the same row again. Where they come again with others, a reader finds them in two rows, and takes each once.
 */
export function memberRows(key: GroupKey, members: readonly Member[]): (Row & Record<string, unknown>)[] {
  const byRule = Map.groupBy(members, ({ rule }) => rule).values();
  return [...byRule].flatMap((ofRule) => [...rowsOf(ofRule)].map((row) => memberRow(key, row)));
}

function* rowsOf(members: readonly Member[]): Generator<readonly [Member, ...Member[]]> {
  let row: [Member, ...Member[]] | undefined;
  let bytes = 0;
  const inOrder = members
    .map((member) => ({ ...member, fields: bounded(member.fields) }))
    .sort((a, b) => a.eventTime - b.eventTime);
  for (const member of inOrder) {
    const size = Buffer.byteLength(JSON.stringify(member));
    const isFull = row !== undefined && (row.length >= MAX_MEMBERS_A_ROW || bytes + size > MAX_BYTES_A_ROW);
    if (row === undefined || isFull || member.eventTime - row[0].eventTime >= ROW_SPAN) {
      if (row !== undefined) yield row;
      row = [member];
      bytes = size;
    } else {
      row.push(member);
      bytes += size;
    }
  }
  if (row !== undefined) yield row;
}

function memberRow(key: GroupKey, members: readonly [Member, ...Member[]]): Row & Record<string, unknown> {
  const [{ rule, identity }, second] = members;
  const last = Math.max(...members.map(({ eventTime }) => eventTime));
  const names = members.map((member) => `${member.eventTime} ${member.identity}`);
  const name = second === undefined ? encodeURIComponent(identity) : hash(names.join('\n'));
  return {
    group: partition(key),
    member: `${memberPrefix(rule)}${iso(last)}#${name}`,
    members: deflateRawSync(JSON.stringify(members)),
  };
}

function unpacked(members: Uint8Array): unknown {
  try {
    return JSON.parse(inflateRawSync(members, { maxOutputLength: MAX_UNPACKED_BYTES }).toString());
  } catch {
    return undefined;
  }
}

/** A correlation has one window that ends at a time, so a group has one firing for it. */
export function firingRow(key: GroupKey, at: number): Row {
  return { group: partition(key), member: `${FIRING_PREFIX}${iso(at)}` };
}

/**
 * What the key alone says of a firing that can't be read: when it fired, so that its group stays silent. It isn't
 * reported again, because only its own version knows whether that was done.
 *
 * @returns undefined if the key has no time
 */
export function firingByKey(sortKey: string): Firing | undefined {
  const at = Date.parse(sortKey.slice(FIRING_PREFIX.length));
  if (Number.isNaN(at)) return undefined;
  return { id: sortKey, at, from: at, value: 0, atLeast: true, eventIDs: [], fields: {}, pending: false };
}

function bounded(fields: Member['fields']): Member['fields'] {
  const bound = (text: string): string => (text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…${hash(text)}`);
  return Object.fromEntries(Object.entries(fields).map(([path, texts]) => [path, texts.slice(0, 50).map(bound)]));
}

/** Times in keys sort as text, to the millisecond. */
export function iso(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString();
}

export function seconds(epochMilliseconds: number): number {
  return Math.ceil(epochMilliseconds / 1000);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
