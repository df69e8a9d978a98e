import { ITEM_KEYS, type SegmentFacts } from '../segment-shape.ts';

/** Names and numbers of an item, beside its body. */
const ROW_BYTES = 128;

/** An eventually consistent read takes half a unit for each 4 KB, begun ones counted. */
const READ_BYTES = 4096;

/** No list of values is larger, before it is compressed. */
const LIST_BYTES = 300 * 1024;

export function readUnits(bytes: number): number {
  return Math.ceil((bytes + ROW_BYTES) / READ_BYTES) / 2;
}

/** What reading a block of a segment takes on the average, in read units. */
export function blockUnits(segment: SegmentFacts): number {
  return segment.whole ? readUnits(segment.bytes) : readUnits(segment.blockBytes / Math.max(1, segment.blocks));
}

/** What reading a part of a dictionary takes about: they are made to be 4 KB. */
export const PART_UNITS = 1;

/** What reading a part of a list of values takes about. */
export function listUnits(segment: SegmentFacts): number {
  const sum = (counts: SegmentFacts['parts']): number =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  const parts = sum(segment.parts) + segment.filterParts;
  const bytes = Math.max(READ_BYTES, segment.bytes - segment.blockBytes - parts * READ_BYTES);
  return readUnits(Math.min(LIST_BYTES, bytes / Math.max(1, sum(segment.lists))));
}

/**
 * What reading an item of a segment takes at most, in read units, as far as its descriptor tells: items of one kind differ,
 * so that each has twice the room of the average one.
 */
export function mostUnitsOf(segment: SegmentFacts, key: string): number {
  if (key === ITEM_KEYS.whole) return readUnits(segment.bytes);
  if (key === ITEM_KEYS.map) return readUnits(segment.blocks * MAP_BYTES_A_BLOCK);
  const [kind] = key.split('/');
  if (kind === 'block') {
    const average = segment.blockBytes / Math.max(1, segment.blocks);
    return readUnits(Math.min(segment.blockBytes, average * 2));
  }
  const others = segment.bytes - segment.blockBytes;
  return readUnits(Math.min(others, kind === 'list' ? LIST_BYTES : 3 * READ_BYTES));
}

/** Before it is compressed: a count and two times. */
const MAP_BYTES_A_BLOCK = 10;
