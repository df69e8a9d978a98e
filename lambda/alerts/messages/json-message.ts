import { knownMembers } from '../../cloudtrail/directory.ts';
import type { CorrelatedEvents, Finding } from '../../findings/finding.ts';
import type { JsonValue } from '../../shared/json.ts';
import { printable } from '../../shared/printable.ts';
import type { FindingNotice } from './alert-notice.ts';
import { consoleLink, eventCommand } from './event-links.ts';
import type { AlertMessage } from './message-schema.ts';
import { ruleText } from './rule-text.ts';

/** SNS's bound for a message is 262,144 bytes, attributes included. */
const MAX_MESSAGE_BYTES = 240 * 1024;

/** Longest value of a matched field, in characters of its JSON. */
const MAX_VALUE_LENGTH = 2000;
const MAX_MATCHED_FIELDS = 50;
const MAX_EVENT_IDS = 100;

/** Bounds on what a message repeats of a rule: a user's rule may have any length. */
const MAX_RULE_TEXT = 4000;
const MAX_RULE_LIST = 20;

/** Longest text when a message would otherwise be too big. */
const MAX_SHORT_TEXT = 300;

type FindingMessage = Exclude<AlertMessage, { kind: 'storm' }>;

/**
 * The alert for programs. It is within SNS's bound for every event.
 * @param maxBytes above which matched fields are left out and texts are cut.
 */
export function jsonMessage(notice: FindingNotice, deployment: string, maxBytes = MAX_MESSAGE_BYTES): string {
  const { alert } = notice;
  const { finding } = alert;
  const common = {
    version: 1,
    alertId: alert.alertId,
    level: alert.level,
    account: finding.account,
    region: finding.region,
    window: alert.window,
    rule: ruleMember(finding),
    finding: findingMember(finding),
    command: eventCommand(finding, deployment),
    console: consoleLink(finding),
  } as const;
  const message: FindingMessage =
    notice.kind === 'summary'
      ? { kind: 'summary', ...common, findings: notice.count }
      : { kind: notice.kind, ...common };
  const body = JSON.stringify(message);
  if (Buffer.byteLength(body) <= maxBytes) return body;
  return JSON.stringify({ ...message, finding: { ...message.finding, matched: [], matchedCut: true } }, shortTexts);
}

/** The receipt's key stays whole: it is needed to find the record, and S3 bounds its length. */
function shortTexts(member: string, value: unknown): unknown {
  return typeof value === 'string' && member !== 'key' ? printable(value, MAX_SHORT_TEXT) : value;
}

function ruleMember(finding: Finding): FindingMessage['rule'] {
  const { why, first } = ruleText(finding.description);
  const texts = (list: readonly string[]): string[] => list.slice(0, MAX_RULE_LIST).map((text) => printable(text));
  return {
    id: finding.ruleId,
    hash: finding.ruleHash,
    title: finding.title,
    ...(why.length > 0 && { description: printable(why.join(' '), MAX_RULE_TEXT) }),
    ...(first !== undefined && { first: printable(first, MAX_RULE_TEXT) }),
    ...(finding.author !== undefined && { author: printable(finding.author) }),
    tags: texts(finding.tags),
    references: texts(finding.references),
    falsepositives: texts(finding.falsepositives),
  };
}

function findingMember(finding: Finding): FindingMessage['finding'] {
  const { matched, cut } = matchedMember(finding);
  return {
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
    ...knownMembers(finding),
    ...(finding.userAgent !== undefined && { userAgent: finding.userAgent }),
    outcome: finding.outcome,
    ...(finding.errorCode !== undefined && { errorCode: finding.errorCode }),
    resources: [...finding.resources],
    matched,
    ...(cut && { matchedCut: true }),
    ...(finding.correlation !== undefined && { correlation: correlationMember(finding.correlation) }),
    ...(finding.per !== undefined && { per: finding.per }),
    ...(finding.also !== undefined && { also: finding.also.slice(0, MAX_RULE_LIST).map((text) => printable(text)) }),
    receipt: { ...finding.receipt },
  };
}

function correlationMember({ steps, ...counted }: CorrelatedEvents): FindingMessage['finding']['correlation'] {
  return {
    ...counted,
    eventIDs: counted.eventIDs.slice(-MAX_EVENT_IDS),
    ...(steps !== undefined && { steps: [...steps] }),
  };
}

function matchedMember({ matched }: Finding): { matched: { field: string; value: JsonValue }[]; cut: boolean } {
  let cut = matched.length > MAX_MATCHED_FIELDS;
  const kept = matched.slice(0, MAX_MATCHED_FIELDS).map(({ field, value }) => {
    const text = JSON.stringify(value);
    const fits = text.length <= MAX_VALUE_LENGTH;
    cut ||= !fits;
    return { field: printable(field, 256), value: fits ? value : printable(text, MAX_VALUE_LENGTH) };
  });
  return { matched: kept, cut };
}
