import { type CampaignReport, everyFault, randomRounds } from './campaign.ts';
import type { Share } from './share.ts';
import type { World } from './world.ts';

export interface KindOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Without the faults at every call site, which take most of the time. */
  readonly skipSites: boolean;
}

/** One kind of trouble that the chaos suite makes. */
export interface Kind {
  readonly title: string;
  /** Does the share of one process, in a world that nobody else uses. */
  run(world: World, share: Share, onProgress: (text: string) => void): Promise<CampaignReport>;
}

/**
 * What the suite does, in this order. A new kind is one file and one entry here; where its runs can't be shared out,
 * it does them all in the process whose share has the run 0, and reports none in the others.
 */
export function kindsOf({ rounds, seed, skipSites }: KindOptions): readonly Kind[] {
  const sites: Kind = {
    title: 'Every fault at every call site',
    run: (world, share, onProgress) => everyFault(world, { share, onProgress }),
  };
  return [
    ...(skipSites ? [] : [sites]),
    {
      title: `${rounds} random rounds`,
      run: (world, share, onProgress) => randomRounds(world, rounds, seed, { share, onProgress }),
    },
  ];
}
