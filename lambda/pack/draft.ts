import type { SegmentFacts, SegmentItem } from '../store/segments/segment-shape.ts';
import { SegmentWriter } from '../store/segments/segment-writer.ts';
import type { EventSummary } from '../store/segments/summary.ts';
import { newSegmentId } from '../store/segments/table/keys.ts';

/** A segment that was made, and is nowhere yet. A few megabytes at most: its items stay in memory until they are put. */
export interface SegmentDraft {
  readonly segmentId: string;
  readonly facts: SegmentFacts;
  readonly items: readonly SegmentItem[];
  /** Of a small segment: no other that is committed meanwhile may hold one of them. */
  readonly events?: readonly EventSummary[];
}

/** @param summaries of one UTC day, in order, each once. @returns undefined where there is none. */
export async function draftSegment(
  summaries: Iterable<EventSummary> | AsyncIterable<EventSummary>,
): Promise<SegmentDraft | undefined> {
  const items: SegmentItem[] = [];
  const writer = new SegmentWriter((item) => items.push(item));
  for await (const summary of summaries) writer.add(summary);
  const facts = writer.finish();
  return facts && { segmentId: newSegmentId(), facts, items };
}
