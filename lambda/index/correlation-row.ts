import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { GroupKey, Member } from '../detection/index.ts';

const fieldsSchema = z.record(z.string(), z.array(z.string()));

export const memberSchema = z.object({
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

export const firingSchema = z.object({
  id: z.string(),
  at: z.number(),
  from: z.number(),
  value: z.number(),
  atLeast: z.boolean(),
  eventIDs: z.array(z.string()),
  fields: fieldsSchema,
  pending: z.boolean(),
  context: z.string().optional(),
});

export const stateSchema = z.object({
  version: z.number().default(0),
  judgedThrough: z.number().optional(),
  due: z.number().optional(),
  rules: z.set(z.string()).default(new Set()),
});

export type State = z.infer<typeof stateSchema>;

export const dueSchema = z.object({ correlation: z.string(), groupValues: z.string() });

export interface Row {
  readonly group: string;
  readonly member: string;
}

/** The one partition of by-due: sweep reads it once a minute, and only groups that wait are in it. */
export const DUE_SHARD = 'due';

/** The sort key of the row that holds what is known of a whole group. */
export const STATE = 'state';

/** Longer texts of fields are kept as their beginning and their hash: they still tell values apart. */
const MAX_TEXT = 512;

/** Sorts behind every identity, which is text in ASCII. */
export const LAST = '~';

export const FIRING_PREFIX = 'firing#';

/** Readable where it is short enough for a key: `<correlation>#["arn:…"]`. */
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

export function memberRow(key: GroupKey, { rule, eventTime, identity }: Member): Row {
  return { group: partition(key), member: `${memberPrefix(rule)}${iso(eventTime)}#${encodeURIComponent(identity)}` };
}

/** A correlation has one window that ends at a time, so a group has one firing for it. */
export function firingRow(key: GroupKey, at: number): Row {
  return { group: partition(key), member: `${FIRING_PREFIX}${iso(at)}` };
}

export function bounded(fields: Member['fields']): Member['fields'] {
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
