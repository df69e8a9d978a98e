import { estimateEach, estimateRows, readUnits } from './estimate.ts';
import { accountDay } from './event-row.ts';
import { knownDays } from './known-days.ts';
import type { PartitionKey, PartitionReadOptions, TimeRange } from './partition.ts';
import { EVENT_INDEXES } from './schema.ts';
import { shardedKey } from './shard.ts';

export interface DayWalk {
  readonly options: PartitionReadOptions;
  /** Of the index by-day. */
  readonly shards: number;
  readonly isAsked: (account: string) => boolean;
}

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
    group.push(...accounts.flatMap((account) => dayKeys(account, day, walk.shards)));
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
  const index = EVENT_INDEXES['by-day'];
  const key = accountDay(account, day);
  return Array.from({ length: shards }, (_, shard) => ({ index, key: shardedKey(key, shard) }));
}

/** Keys from which the rest is judged. */
const SAMPLES = 8;

/**
 * What walking the whole range takes, in read units: the keys are known, their rows are judged by a few samples, as many
 * as the meter does for.
 * @throws ReadLimitReached where it doesn't do for the keys and one sample.
 */
export async function estimateWalk({ options, shards, isAsked }: DayWalk): Promise<number> {
  const known: { readonly account: string; readonly day: string }[] = [];
  for await (const { day, names } of knownDays('events', options)) {
    known.push(...names.filter(isAsked).map((account) => ({ account, day })));
  }
  if (known.length === 0) return 0;
  const step = Math.max(1, known.length / SAMPLES);
  const samples = known.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
  const units = await estimateEach(samples, async ({ account, day }) => {
    const range = dayRange(day, options.range);
    const { rows } = await estimateRows(dayKeys(account, day, shards), { ...options, range });
    return readUnits(rows, shards);
  });
  return (units.reduce((sum, unit) => sum + unit, 0) / units.length) * known.length;
}

function dayRange(day: string, { first, last }: TimeRange): TimeRange {
  const [start, end] = [`${day}T00:00:00Z`, `${day}T23:59:59Z`];
  return {
    first: first !== undefined && first > start ? first : start,
    last: last !== undefined && last < end ? last : end,
  };
}
