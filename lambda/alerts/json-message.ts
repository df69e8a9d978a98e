import * as z from 'zod';
import { LEVELS } from '../detection/index.ts';
import type { Alert } from './alert.ts';
import { printable } from './printable.ts';

/** SNS's bound for a message is 262,144 bytes, attributes included. */
const MAX_MESSAGE_BYTES = 240 * 1024;

/** Longest value of a matched field, in characters of its JSON. */
const MAX_VALUE_LENGTH = 2000;
const MAX_MATCHED_FIELDS = 50;

/** The body of a message on the topic for programs. Members are added within a version, never changed. */
export const alertMessageSchema = z.object({
  version: z.literal(1).describe('The version of this schema.'),
  alertId: z.string().describe('The same for every delivery of this alert.'),
  level: z.enum(LEVELS),
  account: z.string().describe('The account whose log the event is in.'),
  region: z.string(),
  window: z
    .object({ start: z.string(), end: z.string() })
    .describe('Findings of the same rule, actor and account with an eventTime in here share the alert.'),
  rule: z.object({
    id: z.string(),
    hash: z.string().describe("SHA-256 of the normalised rule: the rule's version."),
    title: z.string(),
    description: z.string().optional(),
    author: z.string().optional(),
    tags: z.array(z.string()),
    references: z.array(z.string()),
    falsepositives: z.array(z.string()),
  }),
  finding: z.object({
    findingId: z.string(),
    eventID: z.string(),
    eventTime: z.string(),
    action: z.string(),
    actor: z.string(),
    actorKind: z.string(),
    actorName: z.string().optional(),
    session: z.string().optional(),
    via: z.string().optional(),
    credential: z.string(),
    accessKeyId: z.string().optional(),
    sourceIPAddress: z.string().optional(),
    userAgent: z.string().optional(),
    outcome: z.string(),
    errorCode: z.string().optional(),
    resources: z.array(z.string()),
    matched: z.array(z.object({ field: z.string(), value: z.json() })),
    matchedCut: z.boolean().optional().describe('Fields or values were cut to the bounds of a message.'),
    receipt: z.object({ bucket: z.string(), key: z.string(), version: z.string(), index: z.int() }),
  }),
  command: z.string().describe('The command that shows the event.'),
});

export type AlertMessage = z.infer<typeof alertMessageSchema>;

/** The alert for programs, within SNS's bound whatever the event holds. */
export function jsonMessage(alert: Alert): string {
  const { finding } = alert;
  const matched = finding.matched.slice(0, MAX_MATCHED_FIELDS).map(({ field, value }) => {
    const text = JSON.stringify(value);
    const fits = text.length <= MAX_VALUE_LENGTH;
    return { field: printable(field, 256), value: fits ? value : printable(text, MAX_VALUE_LENGTH), fits };
  });
  const cut = finding.matched.length > MAX_MATCHED_FIELDS || matched.some(({ fits }) => !fits);
  const message: AlertMessage = {
    version: 1,
    alertId: alert.alertId,
    level: alert.level,
    account: alert.account,
    region: finding.region,
    window: alert.window,
    rule: {
      id: finding.ruleId,
      hash: finding.ruleHash,
      title: finding.title,
      ...(finding.description !== undefined && { description: finding.description }),
      ...(finding.author !== undefined && { author: finding.author }),
      tags: [...finding.tags],
      references: [...finding.references],
      falsepositives: [...finding.falsepositives],
    },
    finding: {
      findingId: finding.findingId,
      eventID: finding.eventID,
      eventTime: finding.eventTime,
      action: finding.action,
      actor: finding.actor,
      actorKind: finding.actorKind,
      ...(finding.actorName !== undefined && { actorName: finding.actorName }),
      ...(finding.session !== undefined && { session: finding.session }),
      ...(finding.via !== undefined && { via: finding.via }),
      credential: finding.credential,
      ...(finding.accessKeyId !== undefined && { accessKeyId: finding.accessKeyId }),
      ...(finding.sourceIPAddress !== undefined && { sourceIPAddress: finding.sourceIPAddress }),
      ...(finding.userAgent !== undefined && { userAgent: finding.userAgent }),
      outcome: finding.outcome,
      ...(finding.errorCode !== undefined && { errorCode: finding.errorCode }),
      resources: [...finding.resources],
      matched: matched.map(({ field, value }) => ({ field, value })),
      ...(cut && { matchedCut: true }),
      receipt: { ...finding.receipt },
    },
    command: `trailwarden event ${finding.eventID}`,
  };
  const body = JSON.stringify(message);
  if (Buffer.byteLength(body) <= MAX_MESSAGE_BYTES) return body;
  return JSON.stringify({ ...message, finding: { ...message.finding, matched: [], matchedCut: true } });
}
