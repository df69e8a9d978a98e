import { applies, FAULTS, type Fault, OneFault, RandomFaults, seeded } from './faults.ts';
import type { Kind } from './kind.ts';
import { differences, type Snapshot } from './snapshot.ts';
import type { RunResult, World } from './world.ts';

/** A run that didn't end as the one without faults. */
export interface Failure {
  readonly what: string;
  readonly differences: readonly string[];
}

export interface CampaignReport {
  readonly runs: number;
  readonly faults: number;
  readonly sites: readonly string[];
  readonly failures: readonly Failure[];
}

export interface CampaignOptions {
  /** Which faults a site gets, and at which of its calls; every one at the first and the last where nothing is said. */
  readonly choose?: (site: string, index: number) => readonly Fault[];
  readonly occurrences?: 'first' | 'first-and-last';
  readonly onProgress?: (text: string) => void;
}

/** Faults at each call site, a run each. */
export async function everyFault(world: World, options: CampaignOptions = {}): Promise<CampaignReport> {
  const { choose = () => FAULTS, occurrences = 'first-and-last', onProgress = () => {} } = options;
  const base = await world.run();
  const failures: Failure[] = [];
  let runs = 0;
  let faults = 0;
  const sites = [...base.calls.keys()].toSorted();
  for (const [index, site] of sites.entries()) {
    const calls = base.calls.get(site) ?? 1;
    for (const fault of choose(site, index).filter((each) => applies(each, site))) {
      for (const occurrence of new Set([1, occurrences === 'first' ? 1 : calls])) {
        const gremlin = new OneFault(site, fault, occurrence);
        const what = `${fault} at call ${occurrence} of ${site}`;
        const found = judge(what, base, await world.run({ gremlin }));
        // How often a site is called depends on what goes on at once: only its first call is sure to be met.
        if (gremlin.injected === 0 && occurrence === 1) found.push({ what, differences: ['it was never injected'] });
        failures.push(...found);
        runs++;
        faults += gremlin.injected;
      }
    }
    onProgress(`${site}: ${runs} runs, ${failures.length} failures`);
  }
  return { runs, faults, sites, failures };
}

/** Runs with shuffled and doubled messages, two functions at once, and a fault now and then. */
export async function randomRounds(
  world: World,
  rounds: number,
  seed: number,
  onProgress: (text: string) => void = () => {},
): Promise<CampaignReport> {
  const base = await world.run();
  const failures: Failure[] = [];
  let faults = 0;
  for (let round = 0; round < rounds; round++) {
    const random = seeded(seed + round);
    const gremlin = new RandomFaults(random, 0.02, 4);
    failures.push(...judge(`seed ${seed + round}`, base, await world.run({ gremlin, random })));
    faults += gremlin.injected;
    if ((round + 1) % 10 === 0) onProgress(`${round + 1} rounds, ${faults} faults, ${failures.length} failures`);
  }
  return { runs: rounds, faults, sites: [...base.calls.keys()].toSorted(), failures };
}

/** Trouble that is no fault of a call, a run for each kind. */
export async function everyKind(world: World, kinds: readonly Kind[]): Promise<CampaignReport> {
  const base = await world.run();
  const failures: Failure[] = [];
  for (const kind of kinds) {
    const result = await world.run({ kind });
    const found = judge(kind.name, base, result);
    if (!kind.cameAbout(result)) found.push({ what: kind.name, differences: ['it never came about'] });
    failures.push(...found);
  }
  return { runs: kinds.length, faults: kinds.length, sites: [...base.calls.keys()].toSorted(), failures };
}

function judge(what: string, base: RunResult, result: RunResult): Failure[] {
  const found = differences(base.snapshot, result.snapshot);
  return found.length === 0 ? [] : [{ what, differences: found }];
}

/** What the campaign found, in the four numbers that matter. */
export function reportText(title: string, { runs, faults, sites, failures }: CampaignReport): string {
  const count = (part: keyof Snapshot, kind: 'lost' | 'too many') =>
    failures.flatMap((failure) => failure.differences).filter((text) => text.startsWith(`${part}: ${kind}`)).length;
  return [
    `${title}: ${sites.length} call sites, ${runs} runs, ${faults} faults injected`,
    `  events lost ${count('events', 'lost')}, events doubled ${count('events', 'too many')}`,
    `  alerts lost ${count('received', 'lost')}, alerts under two ids ${count('alerts', 'too many')}`,
    `  runs that ended otherwise than without faults: ${failures.length}`,
    ...failures.slice(0, 20).map(
      ({ what, differences: found }) =>
        `    ${what}\n${found
          .slice(0, 6)
          .map((text) => `      ${text.slice(0, 400)}`)
          .join('\n')}`,
    ),
  ].join('\n');
}
