import { applies, FAULTS, OneFault, RandomFaults, seeded } from './faults.ts';
import type { Kind } from './kind.ts';
import { type Share, WHOLE } from './share.ts';
import { differences, type Snapshot } from './snapshot.ts';
import type { RunResult, World } from './world.ts';

/** What a campaign runs over: the same workload, from its beginning to its end, as often as it asks. */
export type Runs = Pick<World, 'run'>;

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
  /** The part of the runs that this process does; all of them without it. */
  readonly share?: Share;
  /** At which of so many calls of a site a fault is done; at the first and the last where nothing is said. */
  readonly occurrences?: (calls: number) => readonly number[];
  /** At the first call of a site alone, whatever `occurrences` says. */
  readonly firstCalls?: boolean;
  readonly onProgress?: (text: string) => void;
}

/** Every fault at each call site, at its first and at its last call, a run each. */
export async function everyFault(world: Runs, options: CampaignOptions = {}): Promise<CampaignReport> {
  const { share = WHOLE, onProgress = () => {}, firstCalls = false } = options;
  const occurrences = firstCalls ? () => [1] : (options.occurrences ?? ((calls) => [1, calls]));
  const base = await world.run();
  const failures: Failure[] = [];
  let runs = 0;
  let faults = 0;
  const sites = [...base.calls.keys()].toSorted();
  // Processes may count different numbers of calls of a site, so the unit that they share out is a site with a fault.
  let unit = 0;
  for (const site of sites) {
    const calls = base.calls.get(site) ?? 1;
    for (const fault of FAULTS.filter((each) => applies(each, site))) {
      if (!share.has(unit++)) continue;
      for (const occurrence of new Set(occurrences(calls))) {
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
  world: Runs,
  rounds: number,
  seed: number,
  { share = WHOLE, onProgress = () => {} }: CampaignOptions = {},
): Promise<CampaignReport> {
  const base = await world.run();
  const failures: Failure[] = [];
  let runs = 0;
  let faults = 0;
  for (let round = 0; round < rounds; round++) {
    if (!share.has(round)) continue;
    const random = seeded(seed + round);
    const gremlin = new RandomFaults(random, 0.02, 4);
    failures.push(...judge(`seed ${seed + round}`, base, await world.run({ gremlin, random })));
    faults += gremlin.injected;
    if (++runs % 10 === 0) onProgress(`${runs} rounds, ${faults} faults, ${failures.length} failures`);
  }
  return { runs, faults, sites: [...base.calls.keys()].toSorted(), failures };
}

/**
 * One report of the shares that several processes have done.
 * A process that met other call sites than the first did other faults than its share: that is a failure too.
 */
export function merged(reports: readonly CampaignReport[]): CampaignReport {
  // A share without runs has met no call site.
  const [first = reports[0], ...others] = reports.filter(({ runs }) => runs > 0);
  if (first === undefined) throw new Error('There is no report to merge.');
  const strays = others.filter(({ sites }) => sites.join() !== first.sites.join());
  return {
    runs: reports.reduce((sum, { runs }) => sum + runs, 0),
    faults: reports.reduce((sum, { faults }) => sum + faults, 0),
    sites: [...new Set(reports.flatMap(({ sites }) => sites))].toSorted(),
    failures: [
      ...reports.flatMap(({ failures }) => failures),
      ...strays.map(({ sites }) => ({
        what: 'the split over processes',
        differences: [`one met other call sites than the first: ${sites.join(', ')}`],
      })),
    ],
  };
}

/** Trouble that is no fault of a call, a run for each kind. */
export async function everyKind(
  world: World,
  kinds: readonly Kind[],
  { share = WHOLE, onProgress = () => {} }: CampaignOptions = {},
): Promise<CampaignReport> {
  const base = await world.run();
  const failures: Failure[] = [];
  let runs = 0;
  for (const [index, kind] of kinds.entries()) {
    if (!share.has(index)) continue;
    runs++;
    const result = await world.run({ kind });
    const found = judge(kind.name, base, result);
    if (!kind.cameAbout(result)) found.push({ what: kind.name, differences: ['it never came about'] });
    failures.push(...found);
    onProgress(`${kind.name}: ${failures.length} failures`);
  }
  return { runs, faults: runs, sites: [...base.calls.keys()].toSorted(), failures };
}

function judge(what: string, base: RunResult, result: RunResult): Failure[] {
  const found = [...differences(base.snapshot, result.snapshot)];
  if (result.bodies.left > 0) found.push(`${OPEN_BODIES}: ${result.bodies.left} of ${result.bodies.opened}`);
  return found.length === 0 ? [] : [{ what, differences: found }];
}

/** What a difference starts with where functions have left bodies of objects open. */
const OPEN_BODIES = 'bodies left open';

/** What the campaign found, in the four numbers that matter. */
export function reportText(title: string, { runs, faults, sites, failures }: CampaignReport): string {
  const count = (part: keyof Snapshot, kind: 'lost' | 'too many') =>
    failures.flatMap((failure) => failure.differences).filter((text) => text.startsWith(`${part}: ${kind}`)).length;
  return [
    `${title}: ${sites.length} call sites, ${runs} runs, ${faults} faults injected`,
    `  events lost ${count('events', 'lost')}, events doubled ${count('events', 'too many')}`,
    `  alerts lost ${count('received', 'lost')}, alerts under two ids ${count('alerts', 'too many')}`,
    `  runs with bodies left open: ${failures.filter((failure) => failure.differences.some((text) => text.startsWith(OPEN_BODIES))).length}`,
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
