import { takeSnapshot } from '../../lambda/store/segments/table/snapshot.ts';
import type { SegmentsTable } from '../../lambda/store/segments/table/state.ts';
import { NOW } from './made-objects.ts';

/** DynamoDB adds so much to each item that it stores. */
export const ITEM_OVERHEAD = 100;
/** Its key and its few numbers, about. */
const ITEM_NAMES = 90;
const DESCRIPTOR_BYTES = 700;

/** What the merged segments of a table take, with names and overhead. */
export async function bytesKept(
  table: SegmentsTable,
): Promise<{ readonly bytesPerEvent: number; readonly events: number; readonly segments: number }> {
  const { segments } = await takeSnapshot({ ...table, now: NOW });
  let [bytes, events] = [0, 0];
  for (const { descriptor } of segments) {
    const { blocks, filterParts, parts, lists, whole } = descriptor;
    const counts = [...Object.values(parts), ...Object.values(lists)];
    const items = whole ? 1 : blocks + filterParts + 1 + counts.reduce((sum, count) => sum + count, 0);
    bytes += descriptor.bytes + items * (ITEM_OVERHEAD + ITEM_NAMES) + DESCRIPTOR_BYTES + ITEM_OVERHEAD;
    events += descriptor.count;
  }
  return { bytesPerEvent: bytes / events, events, segments: segments.length };
}
