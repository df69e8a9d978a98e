import { randomUUID } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../../dynamo/condition-failure.ts';
import type { Dimension } from '../dimensions.ts';
import type { SegmentShape } from '../segment-shape.ts';
import { leaseKey } from './keys.ts';
import type { SegmentsTable } from './state.ts';

/** The shape of the lease item. */
const LEASE_VERSION = 1;

const shapeSchema = z.object({
  whole: z.boolean(),
  blocks: z.number(),
  filterParts: z.number(),
  parts: z.record(z.string(), z.number()),
  lists: z.record(z.string(), z.number()),
});

const leaseSchema = z.object({
  v: z.number(),
  attempts: z.array(z.object({ segmentId: z.string(), day: z.string(), shape: shapeSchema })).default([]),
});

/** A segment whose items are being put, or were when their function died: noted before the first item is. */
export interface Attempt {
  readonly segmentId: string;
  /** UTC day of its events, which its descriptor is found by. */
  readonly day: string;
  readonly shape: SegmentShape;
}

/** The right to pack what is in a lane, for a while. A commit holds only under it. */
export interface Lease {
  readonly owner: string;
  readonly lane: number;
  /** What a function that died has left: its segments may be committed, or not. */
  readonly attempts: readonly Attempt[];
}

/**
 * Takes the lease of a lane.
 * @returns undefined where another function has it and its time isn't over, or a later version has written it.
 */
export async function takeLease(
  { client, table }: SegmentsTable,
  lane: number,
  now: Date,
  milliseconds: number,
): Promise<Lease | undefined> {
  const owner = randomUUID();
  try {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: table,
        Key: leaseKey(lane),
        UpdateExpression: 'SET #owner = :owner, #until = :until, #v = :v',
        ConditionExpression:
          '(attribute_not_exists(#owner) OR #until < :now) AND (attribute_not_exists(#v) OR #v <= :v)',
        ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until', '#v': 'v' },
        ExpressionAttributeValues: {
          ':owner': owner,
          ':until': now.getTime() + milliseconds,
          ':now': now.getTime(),
          ':v': LEASE_VERSION,
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    const { attempts } = leaseSchema.parse(Attributes);
    return { owner, lane, attempts: attempts.map((attempt) => ({ ...attempt, shape: shapeOf(attempt.shape) })) };
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw error;
  }
}

function shapeOf({ parts, lists, ...shape }: z.infer<typeof shapeSchema>): SegmentShape {
  // Dimensions are the keys that a writer gave; of a later writer's some may be unknown here, and are deleted all the same.
  return {
    ...shape,
    parts: parts as Partial<Record<Dimension, number>>,
    lists: lists as Partial<Record<Dimension, number>>,
  };
}

/**
 * Notes what is being put, in place of what was noted before, and takes the lease for a while longer.
 * @returns whether the lease is still the owner's: if not, it must put nothing.
 */
export async function noteAttempts(
  { client, table }: SegmentsTable,
  { owner, lane }: Pick<Lease, 'owner' | 'lane'>,
  attempts: readonly Attempt[],
  until: Date,
): Promise<boolean> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: leaseKey(lane),
        UpdateExpression: 'SET attempts = :attempts, #until = :until',
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
        ExpressionAttributeValues: { ':owner': owner, ':attempts': attempts, ':until': until.getTime() },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

/**
 * Gives the lease back, and what was noted stays noted: the next owner removes what wasn't committed. Nothing changes where
 * another function has it.
 */
export async function giveLeaseBack({ client, table }: SegmentsTable, { owner, lane }: Lease): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: leaseKey(lane),
        UpdateExpression: 'REMOVE #owner, #until',
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
        ExpressionAttributeValues: { ':owner': owner },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}
