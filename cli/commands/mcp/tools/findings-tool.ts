import * as z from 'zod';
import { LEVELS } from '../../../../lambda/detection/index.ts';
import { createFindingQueries } from '../../../../lambda/store/findings/finding-query.ts';
import { resolveRules } from '../../../inputs/resolve-rules.ts';
import { findingListing } from '../../../listings/finding-listing.ts';
import { readZone } from '../../../time/time-zone.ts';
import { limit, readActors, readTimes, text, texts, times } from '../session/inputs.ts';
import { defineTool } from '../session/tool.ts';

const input = z.object({
  level: z.array(z.enum(LEVELS)).optional(),
  rule: texts.optional().describe('Of rules: ids, names or titles, or the beginning of one.'),
  actor: texts.optional().describe('About an actor: an ARN, role/Deploy, root.'),
  alertId: text.optional().describe('Of an alert.'),
  account: texts.optional(),
  ...times,
  limit,
});

export const findingsTool = defineTool(
  'findings',
  'Lists what Sigma rules found, the newest first: rule, level, event, actor, the fields that matched, the alert.',
  input,
  async ({ level, rule, actor, alertId, account, since, until, limit: most }, session) => {
    const { connection, io, reads } = session;
    const ruleId = rule && (await resolveRules(rule, {}, connection, io));
    const found = createFindingQueries(connection.documents, connection.tables, io.now).search({
      conditions: { level, ruleId, actor: readActors(actor), account, ...(alertId && { alertId: [alertId] }) },
      ...readTimes({ since, until }, session),
      limit: most + 1,
      maxReadUnits: reads.left,
    });
    const { json } = findingListing(readZone('UTC'), io.now());
    const findings: unknown[] = [];
    for await (const finding of found) findings.push(json(finding));
    return { data: { findings: findings.slice(0, most), hasMore: findings.length > most } };
  },
);
