import { backfillUnderEveryFault, backfillUnderRandomFaults } from './backfill-parts.ts';
import { brokenChannels } from './broken-channel.ts';
import { type CampaignReport, everyFault, everyKind, randomRounds } from './campaign.ts';
import { kinds } from './kinds.ts';
import { receiversUnderEveryFault } from './notify-parts.ts';
import { packUnderEveryFault, packUnderRandomFaults } from './pack-parts.ts';
import type { Share } from './share.ts';
import type { World } from './world.ts';

export interface PartOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Without the faults at every call site, which take most of the time. */
  readonly skipSites: boolean;
  /** Faults at the first call of each site alone: a third of the time. */
  readonly firstCalls: boolean;
}

/** One part of the chaos suite: runs of the workload, each with some trouble. */
export interface Part {
  readonly title: string;
  /** Does the share of one process, in a world that nobody else uses. */
  run(world: World, share: Share, onProgress: (text: string) => void): Promise<CampaignReport>;
}

/**
 * What the suite does, in this order. A new part is one file and one entry here. Where its runs can't be shared out, it
 * does them all for the share that has the run 0, and gives `NOTHING` for the others.
 */
export function partsOf({ rounds, seed, skipSites, firstCalls }: PartOptions): readonly Part[] {
  const sites: Part = {
    title: 'Every fault at every call site',
    run: (world, share, onProgress) => everyFault(world, { share, onProgress, firstCalls }),
  };
  return [
    ...(skipSites ? [] : [sites]),
    {
      title: 'Expired rows, rows of another version',
      run: (world, share, onProgress) => everyKind(world, kinds(), { share, onProgress }),
    },
    {
      title: 'A broken channel',
      run: (world, share, onProgress) => brokenChannels(world, { share, onProgress }),
    },
    ...(skipSites
      ? []
      : [
          receiversUnderEveryFault({ firstCalls }),
          packUnderEveryFault({ firstCalls }),
          backfillUnderEveryFault({ firstCalls }),
        ]),
    backfillUnderRandomFaults({ rounds: Math.ceil(rounds / 4), seed }),
    packUnderRandomFaults({ rounds: Math.ceil(rounds / 4), seed }),
    {
      title: `${rounds} random rounds`,
      run: (world, share, onProgress) => randomRounds(world, rounds, seed, { share, onProgress }),
    },
  ];
}

/** The report of a share that has no run. */
export const NOTHING: CampaignReport = { runs: 0, faults: 0, sites: [], failures: [] };
