import { hash } from 'node:crypto';
import type { CloudTrailEvent } from '../cloudtrail/cloudtrail-event.ts';
import { knownOf } from '../cloudtrail/directory.ts';
import { redact } from '../cloudtrail/record/secrets.ts';
import type { MatchedField, RuleMatch } from '../detection/index.ts';
import { cutText } from '../shared/cut-text.ts';
import { at, member } from '../shared/json.ts';
import type { Finding, FindingEvent, FindingRule } from './finding.ts';
import { boundFinding, cutDepth } from './finding-size.ts';
import { sessionOf } from './session-of.ts';

/** Resources that a finding repeats from its event. */
const MAX_RESOURCES = 10;

/** Bytes of UTF-8 of a text that a finding repeats from its event: CloudTrail's own are far shorter. */
const MAX_TEXT_BYTES = 4096;

/** The finding of one rule about one event: at most 100 KB, whatever the record and the rule hold. */
export function findingOf(event: CloudTrailEvent, match: RuleMatch): Finding {
  return boundFinding({
    findingId: findingId(match, event),
    ...findingRule(match),
    ...findingEvent(event),
    matched: shownFields(event, match).map(({ field, value }) => ({ field, value: redact(cutDepth(value), field) })),
  });
}

/** What made the rule match, and then the `fields` that its author wants to be seen. */
function shownFields({ record }: CloudTrailEvent, { matched, fields }: RuleMatch): readonly MatchedField[] {
  const seen = new Set(matched.map(({ field }) => field));
  const wanted = fields.filter((field) => !seen.has(field));
  return [
    ...matched,
    ...wanted.flatMap((field) => {
      const value = member(record, field) ?? at(record, ...field.split('.'));
      return value === undefined ? [] : [{ field, value }];
    }),
  ];
}

function findingId({ ruleId, per }: RuleMatch, event: CloudTrailEvent): string {
  const session = per === undefined ? undefined : sessionOf(event);
  if (session !== undefined) return hash('sha256', `${ruleId}\nsession\n${session}`, 'hex').slice(0, 32);
  return hash('sha256', `${ruleId}\n${event.eventID}\n${event.identity}`, 'hex').slice(0, 32);
}

function findingRule(match: RuleMatch): FindingRule {
  return {
    ruleId: match.ruleId,
    title: match.title,
    level: match.level,
    ruleHash: match.hash,
    ...(match.description !== undefined && { description: match.description }),
    ...(match.author !== undefined && { author: match.author }),
    tags: match.tags,
    references: match.references,
    falsepositives: match.falsepositives,
    ...(match.per !== undefined && { per: match.per }),
    ...(match.joins !== undefined && { joins: match.joins }),
  };
}

/** What a finding tells of its event; texts of more than 4 KB are cut, and end with `…`. */
export function findingEvent(event: CloudTrailEvent): FindingEvent {
  const { actor, credential } = event;
  return {
    eventID: event.eventID,
    identity: event.identity,
    eventTime: event.eventTime,
    action: cut(event.action),
    account: cut(event.account),
    region: cut(event.region),
    actor: cut(actor.id),
    actorKind: actor.kind,
    ...(actor.name !== undefined && { actorName: cut(actor.name) }),
    ...(actor.session !== undefined && { session: cut(actor.session) }),
    ...(actor.via !== undefined && { via: cut(actor.via) }),
    credential: credential.lifetime,
    ...(credential.accessKeyId !== undefined && { accessKeyId: cut(credential.accessKeyId) }),
    ...(event.address !== undefined && { address: event.address }),
    ...(event.sourceIPAddress !== undefined && { sourceIPAddress: cut(event.sourceIPAddress) }),
    ...(event.userAgent !== undefined && { userAgent: cut(event.userAgent) }),
    ...Object.fromEntries(Object.entries(knownOf(event)).map(([name, text]) => [name, cut(text)])),
    outcome: event.outcome,
    ...(event.errorCode !== undefined && { errorCode: cut(event.errorCode) }),
    resources: event.resources.slice(0, MAX_RESOURCES).map(cut),
    receipt: event.receipt,
  };
}

function cut(text: string): string {
  return cutText(text, MAX_TEXT_BYTES);
}
