import type { Fault, Gremlin } from './faults.ts';
import { differences } from './snapshot.ts';
import type { World } from './world.ts';

/** A topic that refuses every message, from one of its calls to another: 1 and Infinity are the whole run. */
class BrokenTopic implements Gremlin {
  readonly #site: string;
  readonly #from: number;
  readonly #until: number;
  #calls = 0;
  injected = 0;

  constructor(topic: string, from: number, until: number) {
    this.#site = `Publish ${topic}`;
    this.#from = from;
    this.#until = until;
  }

  faultOf(site: string): Fault | undefined {
    if (site !== this.#site) return undefined;
    this.#calls++;
    if (this.#calls < this.#from || this.#calls > this.#until) return undefined;
    this.injected++;
    return 'fail';
  }
}

/** What a broken channel did to the others, and to what it owes once it is mended; every list is to be empty. */
export interface BrokenChannelReport {
  readonly runs: number;
  readonly faults: number;
  /** Messages that a whole topic got more than once because another one was broken. */
  readonly repeated: readonly string[];
  /** Messages of whole topics that got lost meanwhile, or had other words. */
  readonly lost: readonly string[];
  /** Runs that ended otherwise than without a fault, though the topic was mended in time. */
  readonly unmended: readonly string[];
}

/**
 * Breaks topics: for the whole run, and for their first calls alone.
 * @param only the topics to break; all that the workload publishes to where nothing is said.
 */
export async function brokenChannels(world: World, only?: readonly string[]): Promise<BrokenChannelReport> {
  const base = await world.run();
  const topics = only ?? [...base.calls.keys()].flatMap((site) => /^Publish (.+)$/.exec(site)?.[1] ?? []);
  const report = { repeated: [] as string[], lost: [] as string[], unmended: [] as string[] };
  let faults = 0;
  for (const topic of topics) {
    for (const until of [Number.POSITIVE_INFINITY, 4]) {
      const gremlin = new BrokenTopic(topic, 1, until);
      const run = await world.run({ gremlin });
      faults += gremlin.injected;
      for (const [message, count] of run.deliveries) if (count > 1) report.repeated.push(`${topic}: ${message}`);
      const isMended = until !== Number.POSITIVE_INFINITY;
      for (const message of base.deliveries.keys()) {
        const isMeant = isMended || !message.startsWith(`${topic} `);
        if (isMeant && !run.deliveries.has(message)) report.lost.push(`${topic}: ${message}`);
      }
      if (isMended) report.unmended.push(...differences(base.snapshot, run.snapshot));
    }
  }
  return { runs: 2 * topics.length, faults, ...report };
}

/** The report in a line, as the campaign's own. */
export function brokenChannelText({ runs, faults, repeated, lost, unmended }: BrokenChannelReport): string {
  return [
    `A broken channel: ${runs} runs, ${faults} faults injected`,
    `  messages repeated ${repeated.length}, messages lost ${lost.length}, not as before once mended ${unmended.length}`,
    ...[...repeated, ...lost, ...unmended].slice(0, 20).map((text) => `    ${text.slice(0, 400)}`),
  ].join('\n');
}
