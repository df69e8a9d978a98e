import { createHash } from 'node:crypto';
import type { CloudTrailEvent, Receipt } from '../cloudtrail/event.ts';
import { redact } from '../cloudtrail/record/secrets.ts';
import type { MatchedField, RuleMatch } from '../detection/index.ts';
import { cutText } from '../shared/cut-text.ts';
import { at, type JsonValue, member } from '../shared/json.ts';
import { boundFinding, cutDepth } from './finding-size.ts';

/** A field of the event that a finding shows, with secrets masked; unlike a match's, which has them. */
export interface ShownField {
  readonly field: string;
  readonly value: JsonValue;
}

/** What a finding keeps of its rule: the rule may change, the finding doesn't. */
export interface FindingRule {
  readonly ruleId: string;
  readonly title: string;
  readonly level: RuleMatch['level'];
  /** SHA-256 of the normalised rule: its version. */
  readonly ruleHash: string;
  readonly description?: string;
  /** Rules under the Detection Rule License name an author, and so does every alert. */
  readonly author?: string;
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly falsepositives: readonly string[];
}

/** What a finding tells of the event that it matched, or of the last one of a correlation. */
export interface FindingEvent {
  readonly eventID: string;
  readonly identity: string;
  readonly eventTime: string;
  readonly action: string;
  readonly account: string;
  readonly region: string;
  readonly actor: string;
  readonly actorKind: string;
  readonly actorName?: string;
  readonly session?: string;
  readonly via?: string;
  readonly credential: string;
  readonly accessKeyId?: string;
  readonly address?: string;
  readonly sourceIPAddress?: string;
  readonly userAgent?: string;
  readonly outcome: string;
  readonly errorCode?: string;
  readonly resources: readonly string[];
  readonly receipt: Receipt;
}

/** The events that a correlation counted, or computed over. */
export interface CorrelatedEvents {
  /** eventTime of the first and of the last event in the window, ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** What was counted or computed. */
  readonly value: number;
  /** There were more events than were read: `value` is a lower bound. */
  readonly atLeast: boolean;
  /** Oldest first; the last ones where there are many. */
  readonly eventIDs: readonly string[];
}

/**
 * One rule matched one event, or one correlation fired for one group: stored once, for ever under the same id.
 * Of a correlation, the event is the last in its window, and `matched` is the group.
 */
export interface Finding extends FindingRule, FindingEvent {
  readonly findingId: string;
  readonly matched: readonly ShownField[];
  readonly correlation?: CorrelatedEvents;
  /** Parts of it were cut to keep it within 100 KB: a text that was cut ends with `…`. The record has them whole. */
  readonly cut?: true;
}

/** Resources that a finding repeats from its event. */
const MAX_RESOURCES = 10;

/** Bytes of UTF-8 of a text that a finding repeats from its event: CloudTrail's own are far shorter. */
const MAX_TEXT_BYTES = 4096;

/** The finding of one rule about one event: at most 100 KB, whatever the record and the rule hold. */
export function findingOf(event: CloudTrailEvent, match: RuleMatch): Finding {
  return boundFinding({
    findingId: findingId(match.ruleId, event),
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

function findingId(ruleId: string, event: CloudTrailEvent): string {
  return createHash('sha256').update([ruleId, event.eventID, event.identity].join('\n')).digest('hex').slice(0, 32);
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
    outcome: event.outcome,
    ...(event.errorCode !== undefined && { errorCode: cut(event.errorCode) }),
    resources: event.resources.slice(0, MAX_RESOURCES).map(cut),
    receipt: event.receipt,
  };
}

function cut(text: string): string {
  return cutText(text, MAX_TEXT_BYTES);
}
