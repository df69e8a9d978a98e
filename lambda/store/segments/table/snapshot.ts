import { mapConcurrently } from '../../../shared/concurrency.ts';
import type { Meter } from '../../dynamo/queries/read-meter.ts';
import { SegmentDamaged, SegmentNewer } from '../encoding/segment-faults.ts';
import { SegmentReader } from '../segment-reader.ts';
import { type Descriptor, liveDescriptors } from './descriptor.ts';
import { type Page, pageDays, pagesOf, readPage } from './page-rows.ts';
import { type ItemReads, SegmentItems } from './segment-items.ts';
import { readState, type SegmentState, type SegmentsTable } from './state.ts';

export interface SnapshotQuery extends SegmentsTable {
  /** UTC days of events, `YYYY-MM-DD`, both included; unbounded where left out. */
  readonly firstDay?: string;
  readonly lastDay?: string;
  readonly now: Date;
  readonly meter?: Meter;
  /** Segments alone are asked for. */
  readonly withoutPages?: boolean;
  /** A state that was read before; read where it is left out. */
  readonly state?: SegmentState;
}

/** A segment with its reader. */
export interface LiveSegment {
  readonly descriptor: Descriptor;
  readonly reader: SegmentReader;
}

/**
 * What the index holds at one moment: every event that was indexed before it was taken is in a page, in a segment, or in
 * both. What is committed afterwards doesn't change it.
 */
export interface Snapshot {
  readonly state: SegmentState;
  /** Live segments of the days, in the order of days. */
  readonly segments: readonly LiveSegment[];
  /** Pages that no segment of this state was made from. Those without an event of the days are left out. */
  readonly pages: readonly Page[];
  /** Pages that pack left behind because it couldn't read them, and that this program can't read either. */
  readonly unreadable: readonly UnreadablePage[];
  /** What was read of segments since. */
  itemReads(): ItemReads;
}

/** A page whose events no question finds. */
export interface UnreadablePage {
  readonly item: string;
  readonly reason: string;
}

/** @throws SegmentNewer, SegmentDamaged, ReadLimitReached, the SDK's errors. */
export async function takeSnapshot(query: SnapshotQuery): Promise<Snapshot> {
  const { client, table, firstDay = '', lastDay = '~', meter } = query;
  const state = query.state ?? (await readState({ client, table }, meter));
  const months = state.months.filter((month) => month >= firstDay.slice(0, 7) && month <= lastDay.slice(0, 7));
  const shards = Array.from({ length: state.pageShards }, (_, shard) => shard);
  const [descriptors, pages, leftBehind] = await Promise.all([
    Promise.all(months.map((month) => descriptorsOf(query, state, month))),
    query.withoutPages ? [] : Promise.all(shards.map((shard) => pagesAfter(query, state, shard))),
    query.withoutPages ? [] : pagesLeftBehind(query, state),
  ]);
  const items = new SegmentItems({ client, table, ...(meter && { meter }) });
  const isAsked = ({ first, last }: Page): boolean => last.slice(0, 10) >= firstDay && first.slice(0, 10) <= lastDay;
  return {
    state,
    segments: descriptors.flat().map((descriptor) => ({
      descriptor,
      reader: new SegmentReader(descriptor, (keys) => items.fetch(descriptor, keys)),
    })),
    pages: [...pages.flat(), ...leftBehind.flatMap((left) => ('page' in left ? [left.page] : []))].filter(isAsked),
    unreadable: leftBehind.flatMap((left) => ('page' in left ? [] : [left])),
    itemReads: () => items.reads,
  };
}

function descriptorsOf(query: SnapshotQuery, state: SegmentState, month: string): Promise<readonly Descriptor[]> {
  const { client, table, firstDay, lastDay, now, meter } = query;
  return liveDescriptors(
    {
      client,
      table,
      generation: state.generation,
      ...(state.retentionDays !== undefined && { retentionDays: state.retentionDays }),
      now: Math.floor(now.getTime() / 1000),
      ...(meter && { meter }),
    },
    {
      month,
      ...(firstDay?.startsWith(month) && { firstDay }),
      ...(lastDay?.startsWith(month) && { lastDay }),
    },
  );
}

/** Days of pages that are read at once: most of them are empty. */
const DAYS_AT_ONCE = 32;

async function pagesAfter(query: SnapshotQuery, state: SegmentState, shard: number): Promise<readonly Page[]> {
  const { client, table, now, meter } = query;
  const after = state.packedTo[String(shard)];
  const days = await mapConcurrently(pageDays(after, now), DAYS_AT_ONCE, async (day) => {
    const pages: Page[] = [];
    for await (const page of pagesOf({
      client,
      table,
      shard,
      now,
      days: [day],
      ...(after !== undefined && { after }),
      ...(meter && { meter }),
    })) {
      pages.push(page);
    }
    return pages;
  });
  return days.flat();
}

/** Those that pack couldn't read, and that have not expired: perhaps this program can. */
async function pagesLeftBehind(
  { client, table, now, meter }: SnapshotQuery,
  state: SegmentState,
): Promise<readonly ({ readonly page: Page } | UnreadablePage)[]> {
  const found = await mapConcurrently(state.leftBehind, PAGES_AT_ONCE, async ({ shard, item }) => {
    try {
      const page = await readPage({ client, table, shard, item, now, ...(meter && { meter }) });
      page?.block();
      return page && { page };
    } catch (error) {
      if (error instanceof SegmentNewer || error instanceof SegmentDamaged) return { item, reason: error.message };
      throw error;
    }
  });
  return found.filter((left) => left !== undefined);
}

const PAGES_AT_ONCE = 8;
