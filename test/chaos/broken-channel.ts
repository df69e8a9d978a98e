import type { CampaignOptions, CampaignReport, Failure } from './campaign.ts';
import type { Fault, Gremlin } from './faults.ts';
import { WHOLE } from './share.ts';
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

/**
 * Breaks each topic that the workload publishes to: for the whole run, and for its first calls alone. Failures are messages
 * that whole topics got more than once or not at all, and what a topic that was mended in time still owes.
 */
export async function brokenChannels(
  world: World,
  { share = WHOLE, onProgress }: CampaignOptions,
): Promise<CampaignReport> {
  const base = await world.run();
  const topics = [...base.calls.keys()].flatMap((site) => /^Publish (.+)$/.exec(site)?.[1] ?? []).toSorted();
  const failures: Failure[] = [];
  let [runs, faults] = [0, 0];
  for (const [index, topic] of topics.entries()) {
    if (!share.has(index)) continue;
    for (const until of [Number.POSITIVE_INFINITY, 4]) {
      const gremlin = new BrokenTopic(topic, 1, until);
      const run = await world.run({ gremlin });
      runs++;
      faults += gremlin.injected;
      const isMended = until !== Number.POSITIVE_INFINITY;
      const found = [
        ...[...run.deliveries].flatMap(([message, count]) => (count > 1 ? [`repeated: ${message}`] : [])),
        ...[...base.deliveries.keys()].flatMap((message) => {
          const isMeant = isMended || !message.startsWith(`${topic} `);
          return isMeant && !run.deliveries.has(message) ? [`lost: ${message}`] : [];
        }),
        ...(isMended ? differences(base.snapshot, run.snapshot) : []),
      ];
      if (found.length > 0) failures.push({ what: `the topic ${topic} broken for ${until} calls`, differences: found });
    }
    onProgress?.(`${topic} broken: ${runs} runs, ${failures.length} failures`);
  }
  return { runs, faults, sites: [...base.calls.keys()].toSorted(), failures };
}
