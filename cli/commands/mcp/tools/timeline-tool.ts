import * as z from 'zod';
import { timeline } from '../../../../lambda/store/questions/timeline.ts';
import { eventJson } from '../../../listings/event-listing.ts';
import { limit, readTimes, text, times } from '../session/inputs.ts';
import { defineTool } from '../session/tool.ts';

const input = z.object({ resource: text.describe('As events name it: an ARN, fs-…, i-…, a name.'), ...times, limit });

export const timelineTool = defineTool(
  'timeline',
  'Tells all that was done to a resource: its last changes, the oldest of them first, denied ones included, and who read it.',
  input,
  async ({ resource, limit: most, since, until }, session) => {
    const { changes, reads } = await timeline(session.queries, { resource, ...readTimes({ since, until }, session) });
    return {
      data: {
        resource,
        changeCount: changes.length,
        changes: changes.slice(-most).map(eventJson),
        readCount: reads.length,
        reads: reads.slice(0, most),
      },
    };
  },
);
