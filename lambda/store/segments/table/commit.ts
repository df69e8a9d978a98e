import { randomUUID } from 'node:crypto';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { isTransactionConflict } from '../../dynamo/condition-failure.ts';
import { type Descriptor, descriptorRow } from './descriptor.ts';
import { descriptorKey, leaseKey, STATE_KEY } from './keys.ts';
import type { Lease } from './lease.ts';
import { type SegmentState, type SegmentsTable, STATE_VERSION } from './state.ts';

/** TransactWriteItems takes 100 writes; the state's is one, and some are left for what is added to the protocol. */
export const MAX_COMMIT_DESCRIPTORS = 90;

export interface Commit {
  /** As it was read: the commit holds only where nothing was committed since. */
  readonly state: SegmentState;
  /** New segments; their `from` is given here. */
  readonly add: readonly Omit<Descriptor, 'from' | 'until'>[];
  /** Segments whose events the new ones hold. */
  readonly replace: readonly Descriptor[];
  /** The lease under which the segments were made: another owner may have deleted their items. */
  readonly lease: Pick<Lease, 'owner' | 'lane'>;
  /** How far the pages of a shard are in segments now, and all those before that are in none. */
  readonly packed?: { readonly shard: number; readonly to: string; readonly leftBehind: readonly string[] };
  /** Days that have no small segment once this is committed. */
  readonly mergedDays?: readonly string[];
  /** Days that events are kept, from now on. */
  readonly retentionDays?: number;
}

/**
 * Why nothing was committed. `outrun`: somebody else's commit was faster, or under way; the same may hold over the state
 * that is read next. `lost`: the lease is another's, or a segment that was to be replaced is replaced already.
 */
export type Refusal = 'outrun' | 'lost';

/**
 * Makes new segments visible and replaced ones invisible at one moment.
 * @returns the state that was committed, or why nothing has changed.
 * @throws RangeError for more descriptors than a transaction takes; the SDK's errors, after which it may or may not hold.
 */
export async function commit(table: SegmentsTable, change: Commit): Promise<SegmentState | Refusal> {
  const { state, add, replace, lease, packed } = change;
  if (add.length + replace.length > MAX_COMMIT_DESCRIPTORS) {
    throw new RangeError(`a commit takes ${MAX_COMMIT_DESCRIPTORS} descriptors, not ${add.length + replace.length}`);
  }
  const generation = state.generation + 1;
  const retentionDays = change.retentionDays ?? state.retentionDays;
  const next: SegmentState = {
    ...state,
    generation,
    months: union(
      state.months,
      add.map(({ day }) => day.slice(0, 7)),
    ),
    packedTo: { ...state.packedTo, ...(packed && { [packed.shard]: packed.to }) },
    leftBehind: packed === undefined ? state.leftBehind : leftBehindAfter(state, packed),
    unmergedDays: unmergedAfter(state, change),
    ...(retentionDays !== undefined && { retentionDays }),
  };
  try {
    await table.client.send(
      new TransactWriteCommand({
        ClientRequestToken: randomUUID(),
        TransactItems: [
          { Update: updateOf(table.table, state, next) },
          {
            ConditionCheck: {
              TableName: table.table,
              Key: leaseKey(lease.lane),
              ConditionExpression: '#owner = :owner',
              ExpressionAttributeNames: { '#owner': 'owner' },
              ExpressionAttributeValues: { ':owner': lease.owner },
            },
          },
          ...add.map((descriptor) => ({
            Put: { TableName: table.table, Item: descriptorRow({ ...descriptor, from: generation }) },
          })),
          ...replace.map(({ day, segmentId }) => ({
            Update: {
              TableName: table.table,
              Key: descriptorKey(day, segmentId),
              UpdateExpression: 'SET #until = :generation',
              ConditionExpression: 'attribute_exists(segmentId) AND attribute_not_exists(#until)',
              ExpressionAttributeNames: { '#until': 'until' },
              ExpressionAttributeValues: { ':generation': generation },
            },
          })),
        ],
      }),
    );
  } catch (error) {
    if (isTransactionConflict(error)) return refusalOf(error);
    throw error;
  }
  return next;
}

function updateOf(table: string, state: SegmentState, next: SegmentState) {
  const { generation, packedTo, months, leftBehind, unmergedDays, retentionDays } = next;
  const set = [
    'generation = :next, packedTo = :packedTo, months = :months, leftBehind = :leftBehind',
    'unmergedDays = :unmergedDays, #v = :v',
    ...(retentionDays === undefined ? [] : ['retentionDays = :retentionDays']),
  ];
  return {
    TableName: table,
    Key: STATE_KEY,
    UpdateExpression: `SET ${set.join(', ')}`,
    // A state that only page shards were written to has no generation yet, and none of a later version is written over.
    ConditionExpression:
      state.generation === 0
        ? '(attribute_not_exists(generation) OR generation = :generation) AND (attribute_not_exists(#v) OR #v <= :v)'
        : 'generation = :generation AND #v <= :v',
    ExpressionAttributeNames: { '#v': 'v' },
    ExpressionAttributeValues: {
      ':generation': state.generation,
      ':next': generation,
      ':packedTo': packedTo,
      ':months': months,
      ':leftBehind': leftBehind,
      ':unmergedDays': unmergedDays,
      ':v': STATE_VERSION,
      ...(retentionDays !== undefined && { ':retentionDays': retentionDays }),
    },
  };
}

function leftBehindAfter(
  { leftBehind }: SegmentState,
  { shard, leftBehind: items }: NonNullable<Commit['packed']>,
): SegmentState['leftBehind'] {
  return [...leftBehind.filter((page) => page.shard !== shard), ...items.map((item) => ({ shard, item }))];
}

function unmergedAfter({ unmergedDays }: SegmentState, { add, mergedDays = [] }: Commit): readonly string[] {
  const merged = new Set(mergedDays);
  return union(
    unmergedDays.filter((day) => !merged.has(day)),
    add.filter(({ level }) => level === 0).map(({ day }) => day),
  );
}

function union(some: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set([...some, ...others])].sort();
}

/** The reasons stand in the order of the writes: the state's, the lease's, the descriptors'. */
function refusalOf(error: unknown): Refusal {
  const reasons =
    error instanceof Error && 'CancellationReasons' in error && Array.isArray(error.CancellationReasons)
      ? error.CancellationReasons
      : [];
  return reasons.slice(1).some((reason: { Code?: string }) => reason.Code === 'ConditionalCheckFailed')
    ? 'lost'
    : 'outrun';
}
