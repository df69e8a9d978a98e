import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailure } from '../store/dynamo/condition-failure.ts';
import { itemKeys } from '../store/segments/segment-shape.ts';
import { DATA_MARGIN_SECONDS, type Descriptor, expiryOf, liveDescriptors } from '../store/segments/table/descriptor.ts';
import { descriptorKey } from '../store/segments/table/keys.ts';
import { putSegmentItems, SegmentItems } from '../store/segments/table/segment-items.ts';
import type { SegmentState, SegmentsTable } from '../store/segments/table/state.ts';

/**
 * The merged segments of a month that expire before the retention of today is over, though they have not expired yet.
 * @param month `YYYY-MM`, of the days of events.
 * @throws SegmentNewer, SegmentDamaged, the SDK's errors.
 */
export async function shortLived(
  { client, table }: SegmentsTable,
  { generation, retentionDays }: SegmentState,
  month: string,
  now: Date,
): Promise<readonly Descriptor[]> {
  if (retentionDays === undefined) return [];
  const query = { client, table, generation, now: Math.floor(now.getTime() / 1000) };
  const live = await liveDescriptors(query, { month });
  return live.filter(
    ({ level, keptFrom, expiresAt }) => level === 1 && expiresAt < Math.floor(expiryOf(keptFrom, retentionDays)),
  );
}

/** Items that are in memory at once. */
const ITEMS_AT_ONCE = 100;

/**
 * Writes a segment's items over themselves, with a later expiry, and then the descriptor's expiry: until that is written,
 * nothing has changed for anybody, and whoever begins anew writes the same. No lease is needed, as pack never touches merged
 * segments.
 * @returns whether it was there: another one may have replaced it, or DynamoDB have deleted it.
 * @throws SegmentItemMissing, ItemsUnprocessed, the SDK's errors.
 */
export async function extend(table: SegmentsTable, descriptor: Descriptor, retentionDays: number): Promise<boolean> {
  const { segmentId, day, keptFrom } = descriptor;
  const expiresAt = expiryOf(keptFrom, retentionDays);
  const keys = itemKeys(descriptor);
  const reader = new SegmentItems(table);
  for (let start = 0; start < keys.length; start += ITEMS_AT_ONCE) {
    const items = await reader.fetch(descriptor, keys.slice(start, start + ITEMS_AT_ONCE));
    const named = Array.from(items, ([key, { v, codec, body }]) => ({ key, v, codec, body }));
    await putSegmentItems(table, segmentId, named, expiresAt + DATA_MARGIN_SECONDS);
  }
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.table,
        Key: descriptorKey(day, segmentId),
        UpdateExpression: 'SET #expires = :expires',
        ConditionExpression: 'attribute_exists(segmentId) AND attribute_not_exists(#until)',
        ExpressionAttributeNames: { '#expires': 'expiresAt', '#until': 'until' },
        ExpressionAttributeValues: { ':expires': expiresAt },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

/** What extending segments takes, about: an item is rounded up to a KB when it is written, to 4 KB when it is read. */
export function extensionUnits(segments: readonly Descriptor[]): { readonly writes: number; readonly reads: number } {
  let [writes, reads] = [0, 0];
  for (const segment of segments) {
    const items = itemKeys(segment).length;
    writes += segment.bytes / 1024 + items * 0.6 + 2;
    reads += segment.bytes / 8192 + items * 0.25;
  }
  return { writes: Math.ceil(writes), reads: Math.ceil(reads) };
}
