import { mapConcurrently } from '../../../shared/concurrency.ts';
import { type EventSummary, summaryKey } from '../summary.ts';
import type { LiveSegment } from './snapshot.ts';

/** Enough that waiting for one hides that for the others. */
const SEGMENTS_AT_ONCE = 16;

/**
 * The keys (summaryKey) of those events that segments hold already. A filter says which may be there, the dictionary of
 * eventIDs in which block, and the block whether they are.
 * @param segments live ones of the events' day; those whose time holds none of the events are not asked.
 * @throws what reading segments throws.
 */
export async function heldInSegments(
  events: readonly EventSummary[],
  segments: readonly LiveSegment[],
): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  await mapConcurrently(segments, SEGMENTS_AT_ONCE, async ({ descriptor, reader }) => {
    const { first, last } = descriptor;
    const asked = events.filter(({ eventTime }) => eventTime >= first && eventTime <= last);
    if (asked.length === 0) return;
    const maybe = await reader.mayHold(asked);
    const suspects = asked.filter((_, index) => maybe[index]);
    if (suspects.length === 0) return;
    const postings = await reader.lookup(
      'eventID',
      suspects.map(({ eventID }) => eventID),
    );
    const wanted = new Set(suspects.map(summaryKey));
    const numbers = [...new Set([...postings.values()].flatMap(({ blocks }) => blocks))].sort((a, b) => a - b);
    for (let start = 0; start < numbers.length; start += BLOCKS_AT_ONCE) {
      for (const block of await reader.blocks(numbers.slice(start, start + BLOCKS_AT_ONCE))) {
        for (const summary of block.summaries()) {
          const key = summaryKey(summary);
          if (wanted.has(key)) held.add(key);
        }
      }
    }
  });
  return held;
}

const BLOCKS_AT_ONCE = 64;
