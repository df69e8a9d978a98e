import type { Receipt } from '../cloudtrail/cloudtrail-event.ts';
import type { Known } from '../cloudtrail/directory.ts';
import type { RuleMatch } from '../detection/index.ts';
import type { JsonValue } from '../shared/json.ts';
import type { FindingStep } from './finding-step.ts';

/** A field of the event that a finding shows, with secrets masked. In a match they aren't masked. */
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
  /** The Detection Rule License asks that every alert names the rule's author. */
  readonly author?: string;
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly falsepositives: readonly string[];
  /** It stands for all that the rule matched in the session; the event is the one that was seen first. */
  readonly per?: 'session';
  /** It belongs to the alert of another rule about the same event, where there is one. */
  readonly joins?: true;
}

/** What a finding shows of the event that it matched, or of the last event of a correlation. */
export interface FindingEvent extends Known {
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

/** The events that a correlation counted or computed with. */
export interface CorrelatedEvents {
  /** eventTime of the first and of the last event in the window, ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** What was counted or computed. */
  readonly value: number;
  /** There were more events than were read: `value` is a lower bound. */
  readonly atLeast: boolean;
  /** Oldest first; if there are many, only the last ones. */
  readonly eventIDs: readonly string[];
  /** Of a chain: what each rule noticed first, oldest first. */
  readonly steps?: readonly FindingStep[];
}

/**
 * One rule matched one event, or one correlation fired for one group: stored once, always under the same id. Of a
 * correlation, the event is the last in its window, and `matched` is the group.
 */
export interface Finding extends FindingRule, FindingEvent {
  readonly findingId: string;
  readonly matched: readonly ShownField[];
  readonly correlation?: CorrelatedEvents;
  /** Titles of the rules whose findings about the same event belong to this one's alert. */
  readonly also?: readonly string[];
  /** Parts of it were cut to keep it within 100 KB: a text that was cut ends with `…`. The record has them whole. */
  readonly cut?: true;
}
