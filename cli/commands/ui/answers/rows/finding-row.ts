import * as z from 'zod';
import { tacticsOf } from '../../../../../lambda/findings/attack-tactics.ts';
import { chainLines, findingStepSchema } from '../../../../../lambda/findings/finding-step.ts';
import { VERDICTS } from '../../../../../lambda/store/findings/finding-marks.ts';
import type { IndexedFinding } from '../../../../../lambda/store/findings/indexed-finding.ts';
import type { FindingDetail, FindingRow } from '../../../../../ui/protocol/answers.ts';
import { actorText } from '../../../../listings/event-text.ts';
import { textOfValue } from './value-text.ts';

/** A finding as a row of the page's table. */
export function findingRow(finding: IndexedFinding): FindingRow {
  const { findingId, ruleId, title, level, eventTime, eventID, actor, action, account, region, outcome } = finding;
  return {
    findingId,
    ruleId,
    title,
    level,
    eventTime,
    eventID,
    actor,
    who: whoOf(finding),
    action,
    account,
    region,
    address: finding.address ?? finding.sourceIPAddress,
    outcome,
    alertId: finding.alertId,
    tactics: tacticsOf(finding.tags),
  };
}

function whoOf({ actor, actorKind = 'unknown', session, userName }: IndexedFinding): string | undefined {
  return actor === undefined ? undefined : actorText({ actor, actorKind, session, userName });
}

/** Members of a finding that are shown and that older rows may lack. */
const detailSchema = z.object({
  matched: z.array(z.object({ field: z.string(), value: z.unknown() })).catch([]),
  description: z.string().optional().catch(undefined),
  falsepositives: z.array(z.string()).catch([]),
  references: z.array(z.string()).catch([]),
  tags: z.array(z.string()).catch([]),
  suppressedBy: z.string().optional().catch(undefined),
  joinedTo: z.string().optional().catch(undefined),
  correlation: z
    .object({ steps: z.array(findingStepSchema).optional() })
    .optional()
    .catch(undefined),
  mark: z
    .object({ verdict: z.enum(VERDICTS), reason: z.string(), by: z.string(), at: z.string() })
    .optional()
    .catch(undefined),
});

export function findingDetail(finding: IndexedFinding): FindingDetail {
  const { matched, correlation, ...detail } = detailSchema.parse(finding);
  return {
    ...findingRow(finding),
    ...detail,
    steps: chainLines({ correlation }),
    matched: matched.map(({ field, value }) => ({ field, value: textOfValue(value) })),
  };
}
