import { SegmentReader } from '../../../lambda/store/segments/segment-reader.ts';
import type { SegmentItem } from '../../../lambda/store/segments/segment-shape.ts';
import { SegmentWriter } from '../../../lambda/store/segments/segment-writer.ts';
import { dayOf, type EventSummary } from '../../../lambda/store/segments/summary.ts';
import { encodePages, Page, pageRow } from '../../../lambda/store/segments/table/page-rows.ts';
import type { LiveSegment, Snapshot } from '../../../lambda/store/segments/table/snapshot.ts';
import { inOrder } from './../segments/summaries.ts';

const NOW = new Date('2026-11-25T00:00:00Z');

/** A segment a day of the events, in memory. */
export function segmentsOf(events: readonly EventSummary[]): readonly LiveSegment[] {
  const days = Map.groupBy(inOrder(events), dayOf);
  return [...days.values()].map((ofDay, index) => {
    const items = new Map<string, SegmentItem>();
    const writer = new SegmentWriter((item) => items.set(item.key, item));
    for (const event of ofDay) writer.add(event);
    const facts = writer.finish();
    if (facts === undefined) throw new Error('a day without events');
    const reader = new SegmentReader(facts, async (keys) => {
      return new Map(
        keys.map((key) => {
          const item = items.get(key);
          if (item === undefined) throw new Error(`${key} was asked for, and is not there`);
          return [key, item];
        }),
      );
    });
    const descriptor = {
      ...facts,
      segmentId: `segment-${index}-${Math.random()}`,
      level: 0 as const,
      madeAt: NOW.toISOString(),
      keptFrom: '2026-11-25',
      lane: 0,
      from: 1,
      expiresAt: 4_000_000_000,
    };
    return { descriptor, reader };
  });
}

/** @param parts the events of each segment of a day, and those of each page, which segments may hold, too. */
export function snapshotOf(parts: {
  readonly segments: readonly (readonly EventSummary[])[];
  readonly pages: readonly (readonly EventSummary[])[];
}): Snapshot {
  return {
    state: { generation: 1, packedTo: {}, pageShards: 1, months: [], leftBehind: [], unmergedDays: [] },
    segments: parts.segments.flatMap(segmentsOf),
    pages: parts.pages.flatMap((events) => encodePages(events).map((body) => new Page({ ...pageRow(body, 0, NOW) }))),
    unreadable: [],
    itemReads: () => ({ segments: 0, blocks: 0, dictionaryParts: 0, others: 0 }),
  };
}
