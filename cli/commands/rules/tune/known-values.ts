import type { CloudTrailEvent } from '../../../../lambda/cloudtrail/cloudtrail-event.ts';
import { redact } from '../../../../lambda/cloudtrail/record/secrets.ts';
import { isJsonObject, type JsonValue } from '../../../../lambda/shared/json.ts';

/** A field of a filter and the values that it leaves out, as Sigma writes them. */
export interface FilterField {
  readonly field: string;
  readonly values: readonly (string | number | boolean)[];
}

/** Different values of a field that a selection names at most. */
const MAX_VALUES = 4;

/** Longer values are content, and not what one knows a caller by. */
const MAX_LENGTH = 512;

/** Fields of a request that are looked at: deeper ones are seldom the same in two calls. */
const MAX_DEPTH = 3;

/**
 * What all of some events of one actor have in common, what tells most first: the actor, always, and then where and with
 * what it calls, and what it asks for.
 * @param severalActions whether the rule matches calls of more than one name: only then does the name tell anything.
 */
export function commonFields(events: readonly CloudTrailEvent[], severalActions: boolean): readonly FilterField[] {
  const [first] = events;
  if (first === undefined) return [];
  const found: (FilterField | undefined)[] = [
    fieldOf('trailwarden.actor.id', events, ({ actor }) => actor.id, 1),
    severalActions ? fieldOf('eventName', events, ({ eventName }) => eventName) : undefined,
    fieldOf('sourceIPAddress', events, ({ sourceIPAddress }) => sourceIPAddress),
    agentOf(events),
    fieldOf('userIdentity.invokedBy', events, ({ actor }) => actor.via, 1),
    fieldOf('trailwarden.actor.session', events, ({ actor }) => actor.session, 1),
    fieldOf('awsRegion', events, ({ region }) => region, 1),
    ...leavesOf(first.record.requestParameters, 'requestParameters').map((path) =>
      fieldOf(path.join('.'), events, ({ record }) => valueAt(record, path), 1),
    ),
  ];
  return found.filter((field) => field !== undefined);
}

function fieldOf(
  field: string,
  events: readonly CloudTrailEvent[],
  readValue: (event: CloudTrailEvent) => JsonValue | undefined,
  most = MAX_VALUES,
): FilterField | undefined {
  const values = new Set<string | number | boolean>();
  for (const event of events) {
    const value = readValue(event);
    if (!isPlain(value, field)) return undefined;
    values.add(typeof value === 'string' ? escaped(value) : value);
  }
  return values.size <= most ? { field, values: [...values].sort() } : undefined;
}

/** The program's name without its version, which changes with each update. */
function agentOf(events: readonly CloudTrailEvent[]): FilterField | undefined {
  const named = fieldOf('userAgent|startswith', events, ({ userAgent }) => /^[^/]+\//.exec(userAgent ?? '')?.[0], 2);
  return named ?? fieldOf('userAgent', events, ({ userAgent }) => userAgent, 2);
}

/** Whether a value can stand in a filter: a short one that is no secret, and means the same where Sigma reads it. */
function isPlain(value: JsonValue | undefined, field: string): value is string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return true;
  if (typeof value !== 'string' || value === '' || value.length > MAX_LENGTH || value.includes('\\')) return false;
  return redact(value, field) === value;
}

/** `*` and `?` are wildcards of Sigma. */
function escaped(value: string): string {
  return value.replace(/[*?]/g, '\\$&');
}

function leavesOf(value: JsonValue | undefined, name: string, above: readonly string[] = []): string[][] {
  const path = [...above, name];
  if (!isJsonObject(value)) return value === undefined || value === null || Array.isArray(value) ? [] : [path];
  if (path.length > MAX_DEPTH) return [];
  // A name that holds a dot or a bracket would be read as a path.
  return Object.entries(value).flatMap(([key, inner]) => (/^[\w-]+$/.test(key) ? leavesOf(inner, key, path) : []));
}

function valueAt(record: JsonValue, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (value, key) => (isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    record,
  );
}
