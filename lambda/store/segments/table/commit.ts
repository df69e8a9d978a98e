import { randomUUID } from 'node:crypto';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { isTransactionConflict } from '../../dynamo/condition-failure.ts';
import { type Descriptor, descriptorRow } from './descriptor.ts';
import { descriptorKey, LEASE_KEY, STATE_KEY } from './keys.ts';
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
  /** Pages up to `packedTo` that could not be read. */
  readonly leftBehind?: SegmentState['leftBehind'];
  /** The owner of the lease under which the segments were made: another owner may have deleted their items. */
  readonly owner: string;
  /** How far the pages of shards are in segments now; shards that are left out stay as they are. */
  readonly packedTo?: Readonly<Record<string, string>>;
}

/**
 * Makes new segments visible and replaced ones invisible at one moment.
 * @returns the state that was committed; undefined where another commit was faster, or the lease is another's: then
 * nothing has changed.
 * @throws RangeError for more descriptors than a transaction takes; the SDK's errors, after which it may or may not hold.
 */
export async function commit(
  { client, table }: SegmentsTable,
  { state, add, replace, owner, packedTo = {}, leftBehind = [] }: Commit,
): Promise<SegmentState | undefined> {
  if (add.length + replace.length > MAX_COMMIT_DESCRIPTORS) {
    throw new RangeError(`a commit takes ${MAX_COMMIT_DESCRIPTORS} descriptors, not ${add.length + replace.length}`);
  }
  const generation = state.generation + 1;
  const months = [...new Set([...state.months, ...add.map(({ day }) => day.slice(0, 7))])].sort();
  const next: SegmentState = {
    ...state,
    generation,
    months,
    packedTo: { ...state.packedTo, ...packedTo },
    leftBehind: [...state.leftBehind, ...leftBehind],
  };
  try {
    await client.send(
      new TransactWriteCommand({
        ClientRequestToken: randomUUID(),
        TransactItems: [
          {
            Update: {
              TableName: table,
              Key: STATE_KEY,
              UpdateExpression:
                'SET generation = :next, packedTo = :packedTo, months = :months, leftBehind = :leftBehind, #v = :v',
              ConditionExpression:
                state.generation === 0
                  ? 'attribute_not_exists(generation) OR generation = :generation'
                  : 'generation = :generation',
              ExpressionAttributeNames: { '#v': 'v' },
              ExpressionAttributeValues: {
                ':generation': state.generation,
                ':next': generation,
                ':packedTo': next.packedTo,
                ':months': months,
                ':leftBehind': next.leftBehind,
                ':v': STATE_VERSION,
              },
            },
          },
          {
            ConditionCheck: {
              TableName: table,
              Key: LEASE_KEY,
              ConditionExpression: '#owner = :owner',
              ExpressionAttributeNames: { '#owner': 'owner' },
              ExpressionAttributeValues: { ':owner': owner },
            },
          },
          ...add.map((descriptor) => ({
            Put: { TableName: table, Item: descriptorRow({ ...descriptor, from: generation }) },
          })),
          ...replace.map(({ day, segmentId }) => ({
            Update: {
              TableName: table,
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
    if (isTransactionConflict(error)) return undefined;
    throw error;
  }
  return next;
}
