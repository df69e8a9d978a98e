import { type KnownDay, knownDays } from './known-days.ts';
import type { PartitionKey, PartitionReadOptions } from './partition.ts';
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
export async function* dayGroups({ options, shards, isAsked }: DayWalk): AsyncGenerator<readonly PartitionKey[]> {
  const { client, table, range, order, meter } = options;
  let group: PartitionKey[] = [];
  let days = 0;
  let target = 1;
  for await (const known of knownDays({ client, table, range, order, isAsked, meter })) {
    group.push(...known.flatMap((day) => dayKeys(day, shards)));
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
export function dayKeys({ account, day }: KnownDay, shards: number): readonly PartitionKey[] {
  const index = EVENT_INDEXES['by-day'];
  return Array.from({ length: shards }, (_, shard) => ({ index, key: shardedKey(`${account}#${day}`, shard) }));
}
