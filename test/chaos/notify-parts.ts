import { everyFault } from './campaign.ts';
import { NotifyWorld } from './notify-world.ts';
import type { Part, PartOptions } from './parts.ts';

/** Every fault at the first, a middle and the last call of each site on the way of an alert to its receivers. */
export function receiversUnderEveryFault({ firstCalls }: Pick<PartOptions, 'firstCalls'>): Part {
  return {
    title: 'Every fault at every call site of queues and receivers',
    run: ({ aws }, share, onProgress) => {
      const world = new NotifyWorld(aws);
      return everyFault(
        { run: ({ gremlin } = {}) => world.run({ ...(gremlin && { gremlin }) }) },
        { share, onProgress, firstCalls, occurrences: (calls) => [1, Math.ceil(calls / 2), calls] },
      );
    },
  };
}
