import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../../cloudtrail/record/canonical-address.ts';
import { cutText } from '../../shared/cut-text.ts';
import { parsePattern, type TextPattern } from '../dynamo/queries/text-pattern.ts';
import type { Block } from '../segments/block.ts';
import { type Dimension, positionsWith } from '../segments/dimensions.ts';
import { TEXT_BYTES } from '../segments/summary.ts';

/** What events can be asked for, and the dimension of segments that each is. */
const DIMENSION_OF_FIELD = {
  actor: 'actor',
  action: 'action',
  resource: 'resource',
  address: 'address',
  accessKeyId: 'credential',
  errorCode: 'error',
  access: 'access',
  account: 'account',
  awsRegion: 'region',
  outcome: 'outcome',
  actorKind: 'actorKind',
  session: 'session',
  category: 'category',
  userAgent: 'userAgent',
  network: 'network',
  country: 'country',
  asn: 'asn',
} as const satisfies Record<string, Dimension>;

export type ConditionField = keyof typeof DIMENSION_OF_FIELD;

export const CONDITION_FIELDS = Object.keys(DIMENSION_OF_FIELD) as readonly ConditionField[];

/**
 * Conditions that an event must meet, all of them; of several values of one field any.
 * Values are patterns (parsePattern); an `address` may also be a network, `203.0.113.0/24`, or what records name in place
 * of an address, a service. A `userAgent` is looked for anywhere in the text, whatever the case, unless it has a wildcard.
 */
export type EventConditions = Readonly<Partial<Record<ConditionField, readonly string[]>>>;

/** One field that is asked for. */
export interface Condition {
  readonly field: ConditionField;
  readonly dimension: Dimension;
  /** As they were asked for. */
  readonly values: readonly string[];
  /** The values that are meant, where each is one: a dictionary finds them without being read whole. */
  readonly exact?: readonly string[];
  /** Whether one value of this field is asked for; for `resource`, whether one of several is. */
  readonly matches: (value: string) => boolean;
  /** It is met by events that have no such value, those without any value of the field included. */
  readonly isNegated?: true;
}

/**
 * The conditions that events must meet, and those that they must not: of each field none of the values.
 * @throws RangeError for a network that isn't one.
 */
export function readAllConditions(conditions: EventConditions, not: EventConditions): readonly Condition[] {
  const excluded = readConditions(not).map(({ exact: _, ...condition }) => ({
    ...condition,
    isNegated: true as const,
  }));
  return [...readConditions(conditions), ...excluded];
}

/** @throws RangeError for a network that isn't one. */
export function readConditions(conditions: EventConditions): readonly Condition[] {
  return CONDITION_FIELDS.flatMap((field) => {
    const values = conditions[field];
    return values === undefined || values.length === 0 ? [] : [readCondition(field, values)];
  });
}

function readCondition(field: ConditionField, values: readonly string[]): Condition {
  const patterns = values.map((value) => readValue(field, value));
  const exact = patterns.flatMap((pattern) => pattern.exact ?? []);
  return {
    field,
    dimension: DIMENSION_OF_FIELD[field],
    values,
    ...(exact.length === patterns.length && { exact: [...new Set(exact)] }),
    matches: (value) => patterns.some((pattern) => pattern.matches(value)),
  };
}

function readValue(field: ConditionField, value: string): TextPattern {
  if (field === 'address') return readAddress(value);
  if (field === 'userAgent') return readUserAgent(value);
  const pattern = parsePattern(value);
  if (pattern.exact === undefined) return pattern;
  // Summaries hold the beginning of a long value; so is it looked for.
  return exactly(cutText(pattern.exact, bytesOf(field)));
}

function exactly(text: string): TextPattern {
  return { exact: text, matches: (other) => other === text };
}

function bytesOf(field: ConditionField): number {
  if (field === 'errorCode') return TEXT_BYTES.errorCode;
  return field === 'actor' || field === 'action' || field === 'resource' ? TEXT_BYTES.key : TEXT_BYTES.name;
}

function readAddress(value: string): TextPattern {
  if (value.includes('/')) {
    if (!ipaddr.isValidCIDR(value)) throw new RangeError(`${value} is not a network: write 203.0.113.0/24`);
    const [network, bits] = ipaddr.parseCIDR(value);
    return {
      matches: (text) => {
        if (!ipaddr.isValid(text)) return false;
        const address = ipaddr.parse(text);
        return address.kind() === network.kind() && address.match(network, bits);
      },
    };
  }
  const canonical = canonicalAddress(value);
  return canonical === undefined ? parsePattern(value) : exactly(canonical);
}

function readUserAgent(value: string): TextPattern {
  const lower = value.toLowerCase();
  const pattern = parsePattern(lower);
  const { exact } = pattern;
  if (exact !== undefined) return { matches: (text) => text.toLowerCase().includes(exact) };
  return { matches: (text) => pattern.matches(text.toLowerCase()) };
}

/** Seconds since 1970, both included. */
export interface SecondsRange {
  readonly first: number;
  readonly last: number;
}

/** The positions of a block whose events meet every condition and lie in the range, in order. */
export function positionsOf(block: Block, conditions: readonly Condition[], { first, last }: SecondsRange): number[] {
  const masks = conditions.map(({ dimension, matches, isNegated }) => ({
    mask: positionsWith(block, dimension, matches),
    wanted: isNegated ? 0 : 1,
  }));
  const found: number[] = [];
  for (let position = 0; position < block.count; position++) {
    const seconds = block.seconds(position);
    if (seconds >= first && seconds <= last && masks.every(({ mask, wanted }) => mask[position] === wanted))
      found.push(position);
  }
  return found;
}
