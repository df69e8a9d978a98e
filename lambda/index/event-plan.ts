import type { PartitionKey, PartitionReadOptions } from '../store/dynamo/partition-page.ts';
import { ReadLimitReached, ReadMeter } from '../store/dynamo/read-meter.ts';
import { EVENT_INDEXES, type EventIndexName } from '../store/schema.ts';
import { type Estimate, estimateRows } from './estimate.ts';
import type { Condition } from './event-condition.ts';

/** How a question is answered: what an index finds, and what is looked at afterwards. */
export interface EventPlan {
  readonly index: EventIndexName;
  /** The keys that are read, one a value and shard; none for a walk over by-day, whose keys are found on the way. */
  readonly partitions: readonly PartitionKey[];
  /** The values that the index finds. */
  readonly values: readonly string[];
  /** Conditions that are checked on what was read. */
  readonly filters: readonly Condition[];
  /** The indexes that were compared; the one that was taken first. Not compared where there is only one. */
  readonly candidates: readonly IndexCandidate[];
}

export interface IndexCandidate {
  readonly index: EventIndexName;
  readonly estimate?: Estimate;
}

/**
 * Picks the index with the fewest rows in the time range: samples tell where several could answer. Without a
 * condition that an index finds, by-day is walked.
 * @param missing indexes that the table doesn't have.
 */
export async function planEvents(
  conditions: readonly Condition[],
  shards: number,
  missing: ReadonlySet<string>,
  options: PartitionReadOptions & { readonly meter: ReadMeter },
): Promise<EventPlan> {
  const usable = conditions.flatMap((condition) => {
    const { keys } = condition;
    return keys === undefined || missing.has(keys.index) ? [] : [{ condition, keys }];
  });
  const candidates = [];
  let isComparing = usable.length > 1;
  for (const { condition, keys } of usable) {
    const partitions = keyPartitions(keys.index, keys.values, shards);
    const estimate = isComparing ? await estimateWithin(partitions, options) : undefined;
    candidates.push({ condition, index: keys.index, values: keys.values, partitions, estimate });
    if (estimate?.rows === 0) break;
    isComparing &&= estimate !== undefined;
  }
  const rowsOf = (estimate: Estimate | undefined): number => estimate?.rows ?? Number.POSITIVE_INFINITY;
  candidates.sort((a, b) => (a.estimate === b.estimate ? 0 : rowsOf(a.estimate) - rowsOf(b.estimate)));
  const best = candidates[0];
  return {
    index: best?.index ?? 'by-day',
    partitions: best?.partitions ?? [],
    values: best?.values ?? [],
    filters: conditions.filter((condition) => condition !== best?.condition),
    candidates: candidates.map(({ index, estimate }) => ({ index, ...(estimate !== undefined && { estimate }) })),
  };
}

/** Nothing where little may be read: the comparison must leave most of it for the answer. */
async function estimateWithin(
  partitions: readonly PartitionKey[],
  options: PartitionReadOptions & { readonly meter: ReadMeter },
): Promise<Estimate | undefined> {
  try {
    return await estimateRows(partitions, {
      ...options,
      meter: new ReadMeter(options.meter.leftUnits / 4, options.meter),
    });
  } catch (error) {
    if (error instanceof ReadLimitReached) return undefined;
    throw error;
  }
}

function keyPartitions(name: EventIndexName, values: readonly string[], shards: number): readonly PartitionKey[] {
  const index = EVENT_INDEXES[name];
  return values.flatMap((value) => Array.from({ length: shards }, (_, shard) => ({ index, key: value, shard })));
}
