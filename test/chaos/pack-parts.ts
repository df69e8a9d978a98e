import { type CampaignReport, everyFault, type Runs, randomRounds } from './campaign.ts';
import { seeded } from './faults.ts';
import { PackWorld } from './pack-world.ts';
import type { Part, PartOptions } from './parts.ts';

/** Faults are done at so many calls of a site, from the first to the last. */
const CALLS_A_SITE = 3;

/** Every fault at calls of each site of pack, while readers ask. */
export function packUnderEveryFault({ firstCalls }: Pick<PartOptions, 'firstCalls'>): Part {
  return {
    title: 'Every fault at every call site of pack, readers asking',
    run: (world, share, onProgress) =>
      everyFault(withoutTrouble(new PackWorld(world.aws)), {
        share,
        onProgress,
        firstCalls,
        occurrences: (calls) =>
          Array.from({ length: CALLS_A_SITE }, (_, at) => 1 + Math.round((at * (calls - 1)) / (CALLS_A_SITE - 1))),
      }),
  };
}

/** Packs of all lanes at once, leases that are taken over, rows that expire in any order, and a fault now and then. */
export function packUnderRandomFaults({ rounds, seed }: { readonly rounds: number; readonly seed: number }): Part {
  return {
    title: `${rounds} random rounds of pack, readers asking`,
    run: (world, share, onProgress): Promise<CampaignReport> => {
      const packs = new PackWorld(world.aws);
      const runs: Runs = {
        run: ({ gremlin, random } = {}) => {
          const expires = random && seeded(Math.floor(random() * 1_000_000));
          return packs.run({ ...(gremlin && { gremlin }), ...(random && { random }), ...(expires && { expires }) });
        },
      };
      return randomRounds(runs, rounds, seed, { share, onProgress });
    },
  };
}

function withoutTrouble(packs: PackWorld): Runs {
  return { run: ({ gremlin } = {}) => packs.run({ ...(gremlin && { gremlin }) }) };
}
