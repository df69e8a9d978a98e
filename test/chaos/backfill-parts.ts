import { BackfillWorld } from './backfill-world.ts';
import { everyFault, randomRounds } from './campaign.ts';
import type { Part, PartOptions } from './parts.ts';

/** Faults are done at so many calls of a site, from the first to the last. */
const CALLS_A_SITE = 3;

/** Every fault at calls of each site of the functions of a backfill. */
export function backfillUnderEveryFault({ firstCalls }: Pick<PartOptions, 'firstCalls'>): Part {
  return {
    title: 'Every fault at every call site of a backfill',
    run: async (world, share, onProgress) =>
      everyFault(await BackfillWorld.create(world.aws), {
        share,
        onProgress,
        firstCalls,
        occurrences: (calls) =>
          Array.from({ length: CALLS_A_SITE }, (_, at) => 1 + Math.round((at * (calls - 1)) / (CALLS_A_SITE - 1))),
      }),
  };
}

/** Two batches at the same time, and a fault now and then. */
export function backfillUnderRandomFaults({ rounds, seed }: { readonly rounds: number; readonly seed: number }): Part {
  return {
    title: `${rounds} random rounds of a backfill`,
    run: async (world, share, onProgress) =>
      randomRounds(await BackfillWorld.create(world.aws), rounds, seed, { share, onProgress }),
  };
}
