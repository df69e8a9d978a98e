import type { Receipt } from '../../lambda/cloudtrail/event.ts';
import type { CorrelationFinding, Level } from '../../lambda/detection/index.ts';
import type { Finding, MatchedField } from '../../lambda/findings/finding.ts';

/** Where an event came from: a place in a file, or in an object of a bucket. */
export type ScanReceipt = { readonly file: string; readonly index: number } | Receipt;

interface About {
  /** The same for the same rule and event (or window) wherever and however often it is judged. */
  readonly findingId: string;
  readonly ruleId: string;
  readonly title: string;
  readonly level: Level;
}

/** One rule matched one event. */
export interface EventFinding extends About {
  readonly eventID: string;
  /** ISO 8601 in UTC, to the second. */
  readonly eventTime: string;
  readonly actor: string;
  readonly action: string;
  readonly account: string;
  readonly region: string;
  readonly receipt: ScanReceipt;
  /** What the rule looked at and found, with secrets masked. */
  readonly matched: readonly MatchedField[];
}

/** One correlation fired for one group. */
export interface GroupFinding extends About {
  /** The group-by fields; null for one that the events haven't got. */
  readonly group: Readonly<Record<string, string | null>>;
  /** eventTime of the first and of the last event in the window, ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** Oldest first; the last 100 of them where there are more. */
  readonly eventIDs: readonly string[];
  /** What was counted or computed. */
  readonly value: number;
  /** There were more events than are looked at: `value` is a lower bound. */
  readonly atLeast: boolean;
}

/** A finding of a scan: a line of `--format jsonl`. */
export type ScanFinding = EventFinding | GroupFinding;

export function toEventFinding(finding: Finding, receipt: ScanReceipt): EventFinding {
  const { findingId, ruleId, title, level, eventID, eventTime, actor, action, account, region, matched } = finding;
  return { findingId, ruleId, title, level, eventID, eventTime, actor, action, account, region, receipt, matched };
}

export function toGroupFinding(finding: CorrelationFinding): GroupFinding {
  const { findingId, ruleId, title, level, group, from, to, eventIDs, value, atLeast } = finding;
  return { findingId, ruleId, title, level, group, from: toSeconds(from), to: toSeconds(to), eventIDs, value, atLeast };
}

/** When it happened: the event, or the last one of the window. */
export function timeOf(finding: ScanFinding): string {
  return 'eventTime' in finding ? finding.eventTime : finding.to;
}

/** The form of every other time. */
function toSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}
