import * as z from 'zod';
import { meteredRows } from '../../dynamo/queries/metered-query.ts';
import { type Meter, ReadMeter } from '../../dynamo/queries/read-meter.ts';
import { DIMENSIONS, type Dimension } from '../dimensions.ts';
import { SegmentDamaged, SegmentNewer } from '../encoding/segment-faults.ts';
import type { SegmentFacts } from '../segment-shape.ts';
import { descriptorKey, descriptorPartition, type SegmentKey } from './keys.ts';
import type { SegmentsTable } from './state.ts';

/** The shape of descriptors. */
export const DESCRIPTOR_VERSION = 1;

/** A descriptor holds a few counts for each dimension: a page of them is read with a margin. */
export const MAX_DESCRIPTOR_BYTES = 2048;

/** 0: made from pages, short-lived, waits to be merged. 1: merged, kept as long as events are. */
export type SegmentLevel = 0 | 1;

/** A segment, as the table tells of it: all that a reader knows before it reads an item of it. */
export interface Descriptor extends SegmentFacts {
  readonly segmentId: string;
  readonly level: SegmentLevel;
  /** When it was committed, ISO 8601. */
  readonly madeAt: string;
  /** The UTC day from which the retention counts: that of its events, or that of their packing where it came later. */
  readonly keptFrom: string;
  /** The page shard that its events came through: segments of one are merged with each other. */
  readonly lane: number;
  /** The generation that brought it. */
  readonly from: number;
  /** The generation that replaced it; absent as long as it lives. */
  readonly until?: number;
  /** Epoch second from which readers ignore it. Its data items outlive it by a day. */
  readonly expiresAt: number;
}

/** Data items outlive their descriptor, so that no reader finds half a segment. */
export const DATA_MARGIN_SECONDS = 86_400;

const counts = z.record(z.string(), z.number());

const descriptorSchema = z.object({
  v: z.number(),
  item: z.string(),
  segmentId: z.string(),
  level: z.union([z.literal(0), z.literal(1)]),
  madeAt: z.string(),
  keptFrom: z.string(),
  lane: z.number(),
  from: z.number(),
  until: z.number().optional(),
  expiresAt: z.number(),
  day: z.string(),
  first: z.string(),
  last: z.string(),
  count: z.number(),
  bytes: z.number(),
  blockBytes: z.number(),
  hours: z.array(z.number()),
  access: counts,
  whole: z.boolean(),
  blocks: z.number(),
  filterParts: z.number(),
  parts: counts,
  lists: counts,
});

/** The row of a descriptor. */
export function descriptorRow(descriptor: Descriptor): Record<string, unknown> & SegmentKey {
  return { ...descriptorKey(descriptor.day, descriptor.segmentId), v: DESCRIPTOR_VERSION, ...descriptor };
}

/** @throws SegmentNewer for a row of a later version; SegmentDamaged for one that is none. */
export function readDescriptor(row: Readonly<Record<string, unknown>>): Descriptor {
  const version = versionSchema.safeParse(row).data?.v;
  if (version !== undefined && version > DESCRIPTOR_VERSION) {
    throw new SegmentNewer(`the descriptor ${row.item} has version ${version}, later than ${DESCRIPTOR_VERSION}`);
  }
  const parsed = descriptorSchema.safeParse(row);
  if (!parsed.success) throw new SegmentDamaged(`the descriptor ${row.item} is none: ${z.prettifyError(parsed.error)}`);
  const { v: _, item: __, parts, lists, ...descriptor } = parsed.data;
  return { ...descriptor, parts: byDimension(parts), lists: byDimension(lists) };
}

const versionSchema = z.object({ v: z.number() });

/** A dimension that this version doesn't know is of no use to it. */
function byDimension(given: Readonly<Record<string, number>>): Partial<Record<Dimension, number>> {
  return Object.fromEntries(DIMENSIONS.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

export interface DescriptorRange {
  /** `YYYY-MM`. */
  readonly month: string;
  /** UTC days of events, `YYYY-MM-DD`, both included; the whole month where they are left out. */
  readonly firstDay?: string;
  readonly lastDay?: string;
}

export interface DescriptorQuery extends SegmentsTable {
  readonly generation: number;
  /** Epoch second: what has expired by then is ignored. */
  readonly now: number;
  /** Days that events are kept now, where they may be fewer than when a segment was made. */
  readonly retentionDays?: number;
  readonly meter?: Meter;
}

/** Epoch second at which events expire that are kept from a day on. */
export function expiryOf(keptFrom: string, retentionDays: number): number {
  return (Date.parse(`${keptFrom}T00:00:00Z`) + (retentionDays + 1) * DAY_MILLISECONDS) / 1000;
}

const DAY_MILLISECONDS = 86_400_000;

/**
 * The descriptors of a month that live at a generation, by day, read consistently.
 * @throws SegmentNewer, SegmentDamaged, ReadLimitReached, the SDK's errors.
 */
export async function liveDescriptors(query: DescriptorQuery, range: DescriptorRange): Promise<readonly Descriptor[]> {
  const { client, table, generation, now, retentionDays, meter = new ReadMeter() } = query;
  const { month, firstDay = `${month}-01`, lastDay = `${month}-31` } = range;
  const input = {
    TableName: table,
    KeyConditionExpression: '#partition = :month AND #item BETWEEN :first AND :last',
    FilterExpression:
      '#from <= :generation AND (attribute_not_exists(#until) OR #until > :generation) AND #expires > :now',
    ExpressionAttributeNames: {
      '#partition': 'partition',
      '#item': 'item',
      '#from': 'from',
      '#until': 'until',
      '#expires': 'expiresAt',
    },
    ExpressionAttributeValues: {
      ':month': descriptorPartition(month),
      ':first': `${firstDay.slice(8)}#`,
      // After every id of the day: `~` stands behind all of base64url.
      ':last': `${lastDay.slice(8)}#~`,
      ':generation': generation,
      ':now': now,
    },
    ConsistentRead: true,
  };
  const found: Descriptor[] = [];
  for await (const row of meteredRows({ client, input, meter, maxRowBytes: MAX_DESCRIPTOR_BYTES })) {
    const descriptor = readDescriptor(row);
    if (retentionDays === undefined || expiryOf(descriptor.keptFrom, retentionDays) > now) found.push(descriptor);
  }
  return found;
}
