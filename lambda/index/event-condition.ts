import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../cloudtrail/record/canonical-address.ts';
import { cutText } from '../shared/cut-text.ts';
import { parsePattern, type TextPattern } from '../store/dynamo/text-pattern.ts';
import { FIELD_BYTES, MAX_KEY_BYTES } from '../store/rows/event-row.ts';
import type { IndexedEvent } from '../store/rows/indexed-event.ts';
import { EVENT_INDEXES, type EventIndexName } from '../store/schema.ts';

/** What events can be asked for. */
export const CONDITION_FIELDS = [
  'actor',
  'action',
  'resource',
  'address',
  'accessKeyId',
  'errorCode',
  'access',
  'account',
  'awsRegion',
  'outcome',
  'actorKind',
  'session',
  'userAgent',
] as const;

export type ConditionField = (typeof CONDITION_FIELDS)[number];

/**
 * Conditions that an event must meet, all of them; of several values of one field any.
 * Values are patterns (parsePattern); an `address` may also be a network, `203.0.113.0/24`, and one that is neither an
 * IP address nor a network is looked for where records name a service. A `userAgent` is looked for anywhere in the text,
 * whatever the case, unless it has a wildcard.
 */
export type EventConditions = Readonly<Partial<Record<ConditionField, readonly string[]>>>;

/** The indexes by the field that they find: each finds one that can be asked for. */
const INDEX_OF_FIELD: ReadonlyMap<ConditionField, EventIndexName> = new Map(
  Object.values(EVENT_INDEXES).flatMap(({ partitionKey, name }) =>
    partitionKey === 'accountDay' ? [] : [[partitionKey, name]],
  ),
);

/** One field that is asked for. */
export interface Condition {
  readonly field: ConditionField;
  /** As they were asked for. */
  readonly values: readonly string[];
  /** The index that finds the values, with its keys before sharding, where they are exact. */
  readonly keys?: { readonly index: EventIndexName; readonly values: readonly string[] };
  /** Whether one value of this field is asked for; for `resource`, whether one of several is. */
  readonly matches: (value: string) => boolean;
}

/** @throws RangeError for a network that isn't one. */
export function readConditions(conditions: EventConditions): readonly Condition[] {
  return CONDITION_FIELDS.flatMap((field) => {
    const values = conditions[field];
    return values === undefined || values.length === 0 ? [] : [readCondition(field, values)];
  });
}

/** The values of an event for a field: none, or one. A resource is only one of those that the event names. */
export function conditionValue(event: IndexedEvent, field: ConditionField): string | undefined {
  return field === 'address' ? (event.address ?? event.sourceIPAddress) : event[field];
}

function readCondition(field: ConditionField, values: readonly string[]): Condition {
  const matchers = values.map((value) => readValue(field, value));
  const exact = matchers.map((matcher) => matcher.exact);
  const index = INDEX_OF_FIELD.get(field);
  return {
    field,
    values,
    ...(index !== undefined && isEveryDefined(exact) && { keys: { index, values: [...new Set(exact)] } }),
    matches: (value) => matchers.some((matcher) => matcher.matches(value)),
  };
}

function readValue(field: ConditionField, value: string): TextPattern {
  if (field === 'address') return readAddress(value);
  if (field === 'userAgent') return readUserAgent(value);
  const pattern = parsePattern(value);
  if (pattern.exact === undefined) return pattern;
  // Rows hold the beginning of a long value; so is it looked for.
  const exact = cutText(pattern.exact, fieldBytes(field));
  return { exact, matches: (text) => text === exact };
}

function fieldBytes(field: ConditionField): number {
  if (field === 'errorCode') return FIELD_BYTES.errorCode;
  return field === 'actor' || field === 'action' || field === 'resource' ? MAX_KEY_BYTES : FIELD_BYTES.name;
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
  const pattern = parsePattern(value);
  // The index has IP addresses alone, in canonical form; anything else stands in rows without a key.
  const exact = canonicalAddress(value);
  if (exact === undefined) return { matches: pattern.matches };
  return { exact, matches: (text) => text === exact };
}

function readUserAgent(value: string): TextPattern {
  const lower = value.toLowerCase();
  const pattern = parsePattern(lower);
  const { exact } = pattern;
  if (exact !== undefined) return { matches: (text) => text.toLowerCase().includes(exact) };
  return { matches: (text) => pattern.matches(text.toLowerCase()) };
}

function isEveryDefined(values: readonly (string | undefined)[]): values is readonly string[] {
  return values.every((value) => value !== undefined);
}
