import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * Bytes of V8's young generation, both of its halves, from which on it grows no more. It would grow to 64 MB, and its
 * pages stay in memory: to read and judge records more than this makes nothing faster.
 */
export const MOST_YOUNG_BYTES = 16 * 1024 * 1024;

let isBound = false;

/** Keeps the young generation of this process from growing once it is large enough. To be called now and then. */
export function boundYoungGeneration(): void {
  if (isBound) return;
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  if (young === undefined || young.space_size < MOST_YOUNG_BYTES) return;
  isBound = true;
  // V8 reads this one each time that it would grow: the bound itself can be set only when it starts.
  setFlagsFromString('--semi-space-growth-factor=1');
}
