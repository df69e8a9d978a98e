import * as z from 'zod';
import { findingStepSchema } from '../../../lambda/findings/finding-step.ts';
import { detectionFinding } from '../../../lambda/ocsf/detection-finding.ts';
import type { IndexedFinding } from '../../../lambda/store/findings/indexed-finding.ts';
import { findingListing } from '../../listings/finding-listing.ts';
import type { Zone } from '../../time/time-zone.ts';
import type { ExportedForm } from './exported-form.ts';

const text = z.string().optional().catch(undefined);
const texts = z.array(z.string()).catch([]);

/** Members that findings of this version have. One that another version has otherwise is left out. */
const moreSchema = z.object({
  description: text,
  author: text,
  tags: texts,
  references: texts,
  actorName: text,
  via: text,
  userAgent: text,
  receipt: z
    .object({ bucket: z.string(), key: z.string(), version: z.string(), index: z.number() })
    .optional()
    .catch(undefined),
  matched: z
    .array(z.object({ field: z.string(), value: z.json() }))
    .optional()
    .catch(undefined),
  correlation: z
    .object({
      from: z.string(),
      to: z.string(),
      value: z.number(),
      atLeast: z.boolean(),
      eventIDs: z.array(z.string()),
      steps: z.array(findingStepSchema).optional(),
    })
    .optional()
    .catch(undefined),
});

/** Findings as they are exported: what `findings` prints of them. */
export function exportedFindings(zone: Zone, now: Date): ExportedForm<IndexedFinding> {
  const member = (name: keyof IndexedFinding) => ({
    type: 'text' as const,
    value: (finding: IndexedFinding) => finding[name],
  });
  const more = (name: keyof z.infer<typeof moreSchema>) => ({
    type: 'text' as const,
    value: (finding: IndexedFinding) => moreSchema.parse(finding)[name],
  });
  return {
    listing: findingListing(zone, now),
    ocsf: ocsfOf,
    columns: {
      findingId: member('findingId'),
      ruleId: member('ruleId'),
      ruleHash: member('ruleHash'),
      title: member('title'),
      level: member('level'),
      tags: { type: 'texts', value: (finding) => moreSchema.parse(finding).tags },
      eventID: member('eventID'),
      eventTime: { type: 'time', value: ({ eventTime }) => eventTime },
      actor: member('actor'),
      actorKind: member('actorKind'),
      session: member('session'),
      action: member('action'),
      account: member('account'),
      region: member('region'),
      accessKeyId: member('accessKeyId'),
      address: member('address'),
      sourceIPAddress: member('sourceIPAddress'),
      userAgent: more('userAgent'),
      outcome: member('outcome'),
      errorCode: member('errorCode'),
      resources: { type: 'texts', value: ({ resources }) => [...resources] },
      matched: { type: 'json', value: (finding) => moreSchema.parse(finding).matched },
      alertId: member('alertId'),
      recordedAt: { type: 'time', value: ({ recordedAt }) => recordedAt },
    },
  };
}

function ocsfOf(finding: IndexedFinding): Readonly<Record<string, unknown>> {
  const { findingId, title, level, eventTime, alertId, ruleId, ruleHash, account, region, recordedAt } = finding;
  const { description, tags, references, ...more } = moreSchema.parse(finding);
  return detectionFinding({
    uid: findingId,
    title,
    ...(description !== undefined && { description }),
    level,
    time: Date.parse(eventTime),
    isAlert: alertId !== undefined,
    ...(recordedAt !== undefined && { createdAt: Date.parse(recordedAt) }),
    ...(alertId !== undefined && { alertId }),
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
    rule: { id: ruleId, title, ...(ruleHash !== undefined && { hash: ruleHash }), tags, references },
    event: { ...finding, ...more },
  });
}
