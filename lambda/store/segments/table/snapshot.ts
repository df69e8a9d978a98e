import type { Meter } from '../../dynamo/read-meter.ts';
import { SegmentReader } from '../segment-reader.ts';
import { type Descriptor, liveDescriptors } from './descriptor.ts';
import { type Page, pagesOf, readPage } from './page-rows.ts';
import { fetchSegmentItems } from './segment-items.ts';
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
  const isAsked = ({ first, last }: Page): boolean => last.slice(0, 10) >= firstDay && first.slice(0, 10) <= lastDay;
  return {
    state,
    segments: descriptors.flat().map((descriptor) => ({
      descriptor,
      reader: new SegmentReader(descriptor, (keys) =>
        fetchSegmentItems({ client, table, ...(meter && { meter }) }, descriptor.segmentId, keys),
      ),
    })),
    pages: [...pages.flat(), ...leftBehind].filter(isAsked),
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

async function pagesAfter(query: SnapshotQuery, state: SegmentState, shard: number): Promise<readonly Page[]> {
  const { client, table, now, meter } = query;
  const after = state.packedTo[String(shard)];
  const pages: Page[] = [];
  for await (const page of pagesOf({
    client,
    table,
    shard,
    now,
    ...(after !== undefined && { after }),
    ...(meter && { meter }),
  })) {
    pages.push(page);
  }
  return pages;
}

/** Those that pack couldn't read, and that have not expired: perhaps this program can. */
async function pagesLeftBehind({ client, table, now, meter }: SnapshotQuery, state: SegmentState): Promise<Page[]> {
  const found = await Promise.all(
    state.leftBehind.map(({ shard, item }) => readPage({ client, table, shard, item, now, ...(meter && { meter }) })),
  );
  return found.filter((page) => page !== undefined);
}
