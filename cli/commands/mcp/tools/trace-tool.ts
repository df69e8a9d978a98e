import * as z from 'zod';
import { MAX_CREDENTIALS, trace } from '../../../../lambda/store/questions/trace/trace.ts';
import { traceJson } from '../../trace/trace-listing.ts';
import { readTimes, text, times } from '../session/inputs.ts';
import { defineTool } from '../session/tool.ts';

const input = z.object({
  subject: text.describe('An access key id, the ARN of a role session, or an eventID.'),
  ...times,
  limit: z.number().int().min(1).max(100).default(25).describe('Events of each credential; all are counted.'),
});

export const traceTool = defineTool(
  'trace',
  'Tells where credentials came from, back to the first identity, and all that was done with them and with what they issued.',
  input,
  async ({ subject, limit, since, until }, session) => {
    const { traces, credentialsCut } = await trace(session.queries, {
      subject,
      ...readTimes({ since, until }, session),
      maxEvents: limit,
      maxReadUnits: session.reads.left,
    });
    return {
      data: traces.map(traceJson),
      ...(credentialsCut && { notes: [`These are the first ${MAX_CREDENTIALS} credentials of the subject.`] }),
    };
  },
);
