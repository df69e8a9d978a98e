import { compareSummaries, type EventSummary, summaryKey } from '../segments/summary.ts';
import { heldInSegments } from '../segments/table/held-in-segments.ts';
import type { Snapshot } from '../segments/table/snapshot.ts';
import { type Asked, overlaps } from './candidates.ts';
import { positionsOf } from './conditions.ts';
import { blockOf } from './page-blocks.ts';

/**
 * The matching events of pages that no segment holds, each once and in order: what is added to the counts of segments.
 * @throws SegmentNewer, SegmentDamaged; what reading segments throws.
 */
export async function eventsOnlyInPages(
  { pages, segments }: Snapshot,
  { conditions, range }: Asked,
): Promise<readonly EventSummary[]> {
  const events = new Map<string, EventSummary>();
  for (const page of pages) {
    if (!overlaps(page, range)) continue;
    const block = blockOf(page);
    for (const position of positionsOf(block, conditions, range)) {
      const summary = block.summary(position);
      events.set(summaryKey(summary), summary);
    }
  }
  const found = [...events.values()].sort(compareSummaries);
  const held = await heldInSegments(found, segments);
  return found.filter((summary) => !held.has(summaryKey(summary)));
}
