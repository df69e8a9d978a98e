import * as z from 'zod';
import { FACETS } from '../../../../lambda/store/questions/tally.ts';
import { conditions, readConditions, readTimes, times } from '../session/inputs.ts';
import { defineTool } from '../session/tool.ts';

const input = z.object({
  ...conditions,
  ...times,
  by: z.array(z.enum(FACETS)).min(1).max(4).describe('By what they are counted: a table each.'),
  top: z.number().int().min(1).max(100).default(20).describe('The most frequent values of each.'),
});

export const countsTool = defineTool(
  'counts',
  'Counts calls of AWS exactly by actor, action, address, key, error, hour, …, with the first and last time of each value. ' +
    'Ask it before events: it is cheap and tells where to look.',
  input,
  async ({ by, top, since, until, ...asked }, session) => {
    const query = { conditions: readConditions(asked), ...readTimes({ since, until }, session) };
    return { data: await session.queries.facets(query, by, { top }) };
  },
);
