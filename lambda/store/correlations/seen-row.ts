import { hash } from 'node:crypto';
import * as z from 'zod';
import { dateOf, dayOfDate, type SeenValue, type Sight, seenName } from '../../detection/index.ts';
import type { RowForm } from '../dynamo/read-row.ts';
import type { Row } from './correlation-row.ts';

/** What the partition keys of all rows of `first_seen` rules begin with. */
export const SEEN_PARTITIONS = 'seen#';

/** The version of these rows: see `ROW_VERSION`. */
export const SEEN_VERSION = 1;

const date = z.iso.date().transform(dayOfDate);

/** A value of a group. */
export const SEEN_VALUE: RowForm<SeenValue> = {
  schema: z
    .object({ firstDay: date, lastDay: date, winner: z.string(), earlier: z.array(z.string()).default([]) })
    .transform(({ firstDay, lastDay, winner, earlier }) => ({ first: firstDay, last: lastDay, winner, earlier })),
  version: SEEN_VERSION,
};

/** How many values a group has. Days are by the clock. */
export interface SeenGroup {
  readonly values: number;
  /** When they were last counted. */
  readonly countedDay?: number | undefined;
  /** When it was found full, for a finding that is the same for a timespan. */
  readonly fullDay?: number | undefined;
}

export const SEEN_GROUP: RowForm<SeenGroup> = {
  schema: z.object({ values: z.number(), countedDay: date.optional(), fullDay: date.optional() }),
  version: SEEN_VERSION,
};

/** A time that a backfill has read to its end, by days of keys, both included. */
const taughtSchema = z.object({ account: z.string().optional(), since: date, until: date });

/** The content of a rule, with that of the rules that it names. Days are by the clock. */
export interface SeenRule {
  /** The first day on which the deployment had it. */
  readonly first: number;
  /** The last day on which it was noted to have it. */
  readonly last: number;
  /** Of one account or, without one, of all. */
  readonly taught: readonly z.output<typeof taughtSchema>[];
}

export const SEEN_RULE: RowForm<SeenRule> = {
  schema: z
    .object({ firstDay: date, lastDay: date, taught: z.array(taughtSchema).default([]) })
    .transform(({ firstDay, lastDay, taught }) => ({ first: firstDay, last: lastDay, taught })),
  version: SEEN_VERSION,
};

/** The sort keys of a group's values begin with this. */
export const VALUE_PREFIX = 'value#';

/** The row of a value. Its values may be long, or secret: the key has their hash. */
export function valueKey(sight: Sight): Row {
  return { group: partitionOf(sight), member: `${VALUE_PREFIX}${short(JSON.stringify(sight.values))}` };
}

/** The row that counts a group's values. */
export function groupKey(sight: Sight): Row {
  return { group: partitionOf(sight), member: 'group' };
}

/** The row of a rule's content. */
export function ruleKey({ id, hash: content }: { readonly id: string; readonly hash: string }): Row {
  return { group: `${SEEN_PARTITIONS}rule#${named(id)}`, member: content };
}

/** The attributes of a value. */
export function valueAttributes({ first, last, winner, earlier }: SeenValue): Readonly<Record<string, unknown>> {
  return { firstDay: dateOf(first), lastDay: dateOf(last), winner, ...(earlier.length > 0 && { earlier }) };
}

function partitionOf({ rule, group }: Sight): string {
  return `${SEEN_PARTITIONS}${named(rule.metadata.id)}#${short(JSON.stringify(seenName(rule, group, [])))}`;
}

/** Ids are short, but nothing says that they must be. */
function named(id: string): string {
  return Buffer.byteLength(id) <= 256 ? id : short(id);
}

function short(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
