import * as z from 'zod';
import { eventJson } from '../../../listings/event-listing.ts';
import { conditions, limit, readConditions, readTimes, times } from '../session/inputs.ts';
import { defineTool } from '../session/tool.ts';

const input = z.object({
  ...conditions,
  ...times,
  oldestFirst: z.boolean().default(false),
  limit,
});

export const eventsTool = defineTool(
  'events',
  'Lists calls of AWS from the audit index, the newest first: who, what, to what, from where, with which key, what became ' +
    'of it. All conditions must hold; of one condition any value; * stands for any characters.',
  input,
  async ({ limit: most, oldestFirst, since, until, ...asked }, session) => {
    const search = session.queries.search({
      conditions: readConditions(asked),
      ...readTimes({ since, until }, session),
      order: oldestFirst ? 'oldest-first' : 'newest-first',
      // One more tells whether there are more.
      limit: most + 1,
    });
    const events: unknown[] = [];
    for await (const event of search) events.push(eventJson(event));
    const hasMore = events.length > most;
    return { data: { events: events.slice(0, most), hasMore } };
  },
);
