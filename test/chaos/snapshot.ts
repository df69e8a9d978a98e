import { gunzipSync } from 'node:zlib';
import { parseNotification } from '../../lambda/cloudtrail/log/object-notification.ts';
import { EVENT_BOOKKEEPING } from '../../lambda/store/schema.ts';

type Row = Readonly<Record<string, unknown>>;

/** What a run leaves behind, without what may differ between runs. */
export interface Snapshot {
  /** What is indexed, each event once. */
  readonly events: readonly string[];
  /** The rows of notable events. */
  readonly rows: readonly string[];
  readonly findings: readonly string[];
  readonly alerts: readonly string[];
  readonly ledger: readonly string[];
  readonly quarantine: readonly string[];
  /** The ids of the alerts that a program has received, each kind once. */
  readonly received: readonly string[];
  /** Bodies in the dead-letter queue. */
  readonly deadLetters: readonly string[];
  /** The values that rules of type first_seen know. */
  readonly seen?: readonly string[];
  /** What readers were answered while pack was at work, where it wasn't what a plain filter gives. */
  readonly wrongAnswers?: readonly string[];
}

/** Times, attempts and last errors; of alerts, which finding opened them. */
const LEFT_OUT: Readonly<Record<'events' | 'rows' | 'findings' | 'alerts' | 'ledger' | 'seen', readonly string[]>> = {
  seen: ['expiresAt'],
  events: ['receipt'],
  rows: ['expiresAt', 'receipt'],
  findings: ['recordedAt', 'receipt'],
  alerts: [
    'openedBy',
    'message',
    'publication',
    'createdAt',
    'sentAt',
    'dueAt',
    'closedAt',
    'summarySentAt',
    'summaryDueAt',
    'channels',
    'summary',
  ],
  ledger: [
    'attempts',
    'unfinished',
    'faults',
    'begunAt',
    'notifiedAt',
    'readAt',
    'closedAt',
    'lastError',
    'deliveredAt',
    'accountRegionDay',
    'checks',
    'recheckAt',
    'endBefore',
    'startedAt',
    'dueAt',
    'firstDay',
  ],
};

/** Each run has a quarantine bucket of its own, which rows of the ledger name. */
const QUARANTINE_OF_A_RUN = /-run-\d+"/g;

/**
 * The rows of a table in an order of their own. An event that two objects hold keeps the receipt of the one that was read
 * last, and its finding that of the first: both are true, and which it is depends on the order.
 */
export function normalized(table: keyof typeof LEFT_OUT, rows: readonly Row[]): readonly string[] {
  const left = new Set(LEFT_OUT[table]);
  return rows
    .filter(({ eventID }) => eventID !== EVENT_BOOKKEEPING.partition)
    .map((row) => JSON.stringify(sorted(Object.fromEntries(Object.entries(row).filter(([name]) => !left.has(name))))))
    .map((row) => row.replaceAll(QUARANTINE_OF_A_RUN, '-quarantine"'))
    .toSorted();
}

/** Of the rows of the correlations table, the values that rules of type first_seen know, with the number of each group. */
export function seenValues(rows: readonly Row[]): readonly string[] {
  // When a rule was first seen is the time of the run.
  return normalized(
    'seen',
    rows.filter(({ group }) => /^seen#(?!rule#)/.test(String(group))),
  );
}

export function quarantinedLines(objects: readonly Buffer[]): readonly string[] {
  return objects.flatMap((body) => gunzipSync(body).toString().trimEnd().split('\n')).toSorted();
}

function sorted(value: unknown): unknown {
  if (value instanceof Set) return [...value].toSorted();
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

/** What a run lost, doubled or changed, in words; empty if it is all the same. */
export function differences(expected: Snapshot, actual: Snapshot): readonly string[] {
  const found: string[] = [];
  for (const part of Object.keys(expected) as (keyof Snapshot)[]) {
    const counts = new Map<string, number>();
    for (const item of expected[part] ?? []) counts.set(item, (counts.get(item) ?? 0) + 1);
    for (const item of actual[part] ?? []) counts.set(item, (counts.get(item) ?? 0) - 1);
    const of = (isMeant: (count: number) => boolean) => [...counts].flatMap(([item, n]) => (isMeant(n) ? [item] : []));
    const tooMany = of((count) => count < 0);
    for (const item of of((count) => count > 0)) {
      const changed = tooMany.find((other) => sameRow(item, other));
      if (changed === undefined) found.push(`${part}: lost ${item}`);
      else found.push(`${part}: changed ${changes(item, tooMany.splice(tooMany.indexOf(changed), 1)[0] ?? '')}`);
    }
    found.push(...tooMany.map((item) => `${part}: too many ${item}`));
  }
  return found;
}

const KEYS = ['eventID', 'identity', 'part', 'findingId', 'alertId', 'object', 'version'];

function members(row: string): Readonly<Record<string, unknown>> {
  return row.startsWith('{') ? JSON.parse(row) : {};
}

function sameRow(one: string, other: string): boolean {
  const [a, b] = [members(one), members(other)];
  const keys = KEYS.filter((key) => a[key] !== undefined);
  return keys.length > 0 && keys.every((key) => a[key] === b[key]);
}

/** Which members of a row are others, and the row's key. */
function changes(expected: string, actual: string): string {
  const [a, b] = [members(expected), members(actual)];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const differing = names.filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
  const key = KEYS.map((name) => a[name])
    .filter((value) => value !== undefined)
    .join(' ');
  return `${differing.map((name) => `${name}: ${JSON.stringify(a[name])} is ${JSON.stringify(b[name])}`).join(', ')} in ${key}`;
}

/** What a message names: an object may be queued again in another form than it was notified in. */
export function named(body: string): string {
  const notification = parseNotification(body);
  return notification.kind === 'objects' ? notification.objects.map(({ key }) => key).join(' ') : body;
}
