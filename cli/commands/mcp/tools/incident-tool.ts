import * as z from 'zod';
import { AlertTable } from '../../../../lambda/store/alerts/alert-table.ts';
import { createFindingQueries } from '../../../../lambda/store/findings/finding-query.ts';
import { SUBJECT_KINDS } from '../../../../lambda/store/questions/incident/subject.ts';
import { tellIncident } from '../../../../lambda/store/questions/incident/tell-incident.ts';
import { recordsOfReceipts } from '../../../inputs/records-of-receipts.ts';
import { CommandFailure } from '../../../output/exit-codes.ts';
import { readTimes, text, texts, times } from '../session/inputs.ts';
import { defineTool } from '../session/tool.ts';

const input = z.object({
  subject: text
    .optional()
    .describe(
      'An access key id, an address or network, an ARN, the name of a role, user or session, a resource, or the id of an ' +
        'event, finding or alert. Without it: all that happened since a time.',
    ),
  as: z
    .enum(SUBJECT_KINDS)
    .exclude(['times'])
    .optional()
    .describe('What the subject is, where its form leaves it open.'),
  account: texts.optional(),
  region: texts.optional(),
  ...times,
  limit: z.number().int().min(1).max(50).default(15).describe('Items of each list.'),
  records: z.number().int().min(0).max(100).default(50).describe('Log objects that are read for details at most.'),
});

export const incidentTool = defineTool(
  'incident',
  'Tells an incident in one answer: who and how they came by their credentials, from where, when it began, what was changed, ' +
    'deleted, shared, taken and denied, findings by tactic, how somebody may come back, what issued credentials did, and ' +
    'which questions follow.',
  input,
  async ({ subject, as: kind, account, region, limit: most, records: maxObjects, since, until }, session) => {
    const { connection, io, queries, reads } = session;
    const { documents, tables, s3 } = connection;
    const asked = readTimes({ since, until }, session);
    if (subject === undefined && asked.since === undefined) {
      throw new CommandFailure('Say of what: a key, address, name or id as subject; or of which time: since.');
    }
    const sources = {
      events: queries,
      findings: createFindingQueries(documents, tables, io.now),
      alerts: new AlertTable(documents, tables.alerts, io.now),
      records: recordsOfReceipts(s3),
    };
    const incident = await tellIncident(sources, {
      ...(subject !== undefined && { text: subject }),
      ...(kind !== undefined && { kind }),
      conditions: { account, awsRegion: region?.map((name) => name.toLowerCase()) },
      ...asked,
      most,
      maxObjects,
      maxReadUnits: reads.left,
    });
    if (incident === undefined) throw new CommandFailure(`The index knows nothing of ${subject ?? 'this time'}.`);
    return { data: incident };
  },
);
