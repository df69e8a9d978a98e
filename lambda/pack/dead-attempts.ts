import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { itemKeys } from '../store/segments/segment-shape.ts';
import { descriptorKey } from '../store/segments/table/keys.ts';
import { type Lease, noteAttempts } from '../store/segments/table/lease.ts';
import { deleteSegmentItems } from '../store/segments/table/segment-items.ts';
import type { SegmentsTable } from '../store/segments/table/state.ts';

/**
 * Deletes the items of segments that a function began and never committed. From the moment at which the lease was taken
 * they never will be: a commit holds only under it.
 * @param until when the lease ends.
 */
export async function removeDeadAttempts(table: SegmentsTable, lease: Lease, until: Date): Promise<void> {
  if (lease.attempts.length === 0) return;
  for (const { segmentId, day, shape } of lease.attempts) {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.table, Key: descriptorKey(day, segmentId), ConsistentRead: true }),
    );
    if (Item === undefined) await deleteSegmentItems(table, segmentId, itemKeys(shape));
  }
  await noteAttempts(table, lease, [], until);
}
