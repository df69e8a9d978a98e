import { liveDescriptors } from './descriptor.ts';
import { pagesOf } from './page-rows.ts';
import { readState, type SegmentsTable } from './state.ts';

/** Pages that have waited so long, and small segments that were not merged for so long, need somebody today. */
export const OLD_PAGE_HOURS = 72;
export const OLD_SMALL_SEGMENT_HOURS = 240;

/** What of the audit index waits for pack. */
export interface IndexStatus {
  readonly pagesWaiting: number;
  /** When the oldest of them was written, ISO 8601; absent where there is none. */
  readonly oldestPage?: string;
  readonly smallSegments: number;
  /** When the oldest of them was made. */
  readonly oldestSmallSegment?: string;
  /** Pages that pack could not take. They are among those that wait. */
  readonly pagesLeftBehind: number;
  /** Whether a page or a small segment waits for too long. */
  readonly tooOld: boolean;
}

/** @throws SegmentNewer, SegmentDamaged, the SDK's errors. */
export async function indexStatus({ client, table }: SegmentsTable, now: Date): Promise<IndexStatus> {
  const state = await readState({ client, table });
  const written = state.leftBehind.map(({ item }) => item.slice(0, 24));
  for (let shard = 0; shard < state.pageShards; shard++) {
    const after = state.packedTo[String(shard)];
    for await (const { item } of pagesOf({ client, table, shard, now, ...(after !== undefined && { after }) })) {
      written.push(item.slice(0, 24));
    }
  }
  const query = { client, table, generation: state.generation, now: Math.floor(now.getTime() / 1000) };
  const made: string[] = [];
  for (const day of state.unmergedDays) {
    const ofDay = await liveDescriptors(query, { month: day.slice(0, 7), firstDay: day, lastDay: day });
    made.push(...ofDay.filter(({ level }) => level === 0).map(({ madeAt }) => madeAt));
  }
  const [oldestPage, oldestSmallSegment] = [written.toSorted()[0], made.toSorted()[0]];
  const isOlder = (time: string | undefined, hours: number): boolean =>
    time !== undefined && now.getTime() - Date.parse(time) >= hours * 3_600_000;
  return {
    pagesWaiting: written.length,
    ...(oldestPage !== undefined && { oldestPage }),
    smallSegments: made.length,
    ...(oldestSmallSegment !== undefined && { oldestSmallSegment }),
    pagesLeftBehind: state.leftBehind.length,
    tooOld: isOlder(oldestPage, OLD_PAGE_HOURS) || isOlder(oldestSmallSegment, OLD_SMALL_SEGMENT_HOURS),
  };
}
