import type { PartitionKey, PartitionReadOptions, TimeRange } from '../store/dynamo/partition-page.ts';
import { accountDay } from '../store/rows/event-row.ts';
import { EVENT_INDEXES } from '../store/schema.ts';
import { estimateEach, estimateRows, readUnits } from './estimate.ts';

export interface DayWalk {
  readonly options: PartitionReadOptions;
  /** Of the index by-day. */
  readonly shards: number;
  readonly isAsked: (account: string) => boolean;
}

/** Rows have no shards, and their days are not noted. */
const shardedKey = (key: string, _shard: number): string => key;

async function* knownDays(
  _what: 'events',
  _options: PartitionReadOptions,
): AsyncGenerator<{ readonly day: string; readonly names: readonly string[] }> {}

/** Keys that are read side by side. */
const MAX_KEYS = 64;

/**
 * The keys of by-day for the accounts and days that have events, in groups that follow each other in time: a day at
 * first, then more of them at once, so that a short answer costs little and a long one takes few rounds.
 */
export async function* dayGroups(walk: DayWalk): AsyncGenerator<readonly PartitionKey[]> {
  let group: PartitionKey[] = [];
  let days = 0;
  let target = 1;
  for await (const { day, names } of knownDays('events', walk.options)) {
    const accounts = names.filter(walk.isAsked);
    if (accounts.length === 0) continue;
    for (const account of accounts) group.push(...dayKeys(account, day, walk.shards));
    days++;
    if (days < target && group.length < MAX_KEYS) continue;
    yield group;
    group = [];
    days = 0;
    target *= 2;
  }
  if (group.length > 0) yield group;
}

/** The keys of an account and day, one a shard. */
function dayKeys(account: string, day: string, shards: number): readonly PartitionKey[] {
  return Array.from({ length: shards }, (_, shard) => dayKey(account, day, shard));
}

function dayKey(account: string, day: string, shard: number): PartitionKey {
  return { index: EVENT_INDEXES['by-day'], key: shardedKey(accountDay(account, day), shard) };
}

/** Keys from which the rest is judged. */
const SAMPLES = 8;

/**
 * What walking the whole range takes, in read units: the days are known, their rows are judged by a few samples, as many
 * as the meter does for. Each is one shard of a day, a different one each time: rows are spread evenly over them, but for
 * days before their number was raised.
 * @throws ReadLimitReached where it doesn't do for the days and one sample.
 */
export async function estimateWalk({ options, shards, isAsked }: DayWalk): Promise<number> {
  const known: { readonly account: string; readonly day: string }[] = [];
  for await (const { day, names } of knownDays('events', options)) {
    for (const account of names.filter(isAsked)) known.push({ account, day });
  }
  const [first] = known;
  if (first === undefined) return 0;
  const count = Math.min(SAMPLES, known.length * shards);
  const samples = Array.from({ length: count }, (_, number) => ({
    place: known[Math.floor((number * known.length) / count)] ?? first,
    shard: number % shards,
  }));
  const units = await estimateEach(samples, async ({ place: { account, day }, shard }) => {
    const range = dayRange(day, options.range);
    const { rows } = await estimateRows([dayKey(account, day, shard)], { ...options, range });
    return readUnits(rows, 1);
  });
  return (units.reduce((sum, unit) => sum + unit, 0) / units.length) * known.length * shards;
}

function dayRange(day: string, { first, last }: TimeRange): TimeRange {
  const [start, end] = [`${day}T00:00:00Z`, `${day}T23:59:59Z`];
  return {
    first: first !== undefined && first > start ? first : start,
    last: last !== undefined && last < end ? last : end,
  };
}
