import { mapConcurrently } from '../../shared/concurrency.ts';
import { compareSummaries, type EventSummary, summaryKey } from '../segments/summary.ts';
import type { Snapshot } from '../segments/table/snapshot.ts';
import { blockOf } from './page-blocks.ts';

const SEGMENTS_AT_ONCE = 3_000;

/**
 * The events of an eventID: one, several where records share it, or none. A part of one dictionary is read in each
 * segment, so the fewer days the snapshot is of the better.
 */
export async function findEvent({ segments, pages }: Snapshot, eventID: string): Promise<readonly EventSummary[]> {
  const found = new Map<string, EventSummary>();
  const take = (summary: EventSummary): void => {
    if (summary.eventID === eventID) found.set(summaryKey(summary), summary);
  };
  for (const page of pages) {
    const block = blockOf(page);
    for (let position = 0; position < block.count; position++) {
      if (block.eventID(position) === eventID) take(block.summary(position));
    }
  }
  await mapConcurrently(segments, SEGMENTS_AT_ONCE, async ({ reader }) => {
    const posting = (await reader.lookup('eventID', [eventID])).get(eventID);
    if (posting === undefined) return;
    for (const block of await reader.blocks(posting.blocks)) for (const summary of block.summaries()) take(summary);
  });
  return [...found.values()].sort(compareSummaries);
}
