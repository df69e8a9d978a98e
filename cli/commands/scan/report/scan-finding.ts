import type { Receipt } from '../../../../lambda/cloudtrail/cloudtrail-event.ts';
import { type Known, knownMembers } from '../../../../lambda/cloudtrail/directory.ts';
import type { Level } from '../../../../lambda/detection/index.ts';
import type { Finding, ShownField } from '../../../../lambda/findings/finding.ts';
import type { FindingStep } from '../../../../lambda/findings/finding-step.ts';
import type { JsonValue } from '../../../../lambda/shared/json.ts';

/** Where an event came from: a place in a file, or in an object of a bucket. */
export type ScanReceipt = { readonly file: string; readonly index: number } | Receipt;

/** The receipt of a record in a file: what `scanFinding` tells from one in a bucket. */
export function fileReceipt(file: string, index: number): Receipt {
  return { bucket: '', key: file, version: '', index };
}

interface About {
  /** Always the same for the same rule and event (or window), wherever it is judged. */
  readonly findingId: string;
  readonly ruleId: string;
  readonly title: string;
  readonly level: Level;
}

/** What is shown of the event; for a correlation, of the last event in its window. */
interface OfEvent extends Known {
  /** ISO 8601 in UTC, to the second; null if the record has none. */
  readonly eventTime: string | null;
  readonly actor: string;
  readonly actorKind: string;
  readonly session?: string;
  readonly address?: string;
  readonly resources: readonly string[];
  readonly outcome: string;
  readonly errorCode?: string;
  readonly action: string;
  readonly account: string;
  readonly region: string;
  readonly receipt: ScanReceipt;
  /** The fields that made the rule match, with secrets masked; for a correlation, its group. */
  readonly matched: readonly ShownField[];
}

/** One rule matched one event. */
export interface EventFinding extends About, OfEvent {
  /** Null where the record has none. */
  readonly eventID: string | null;
}

/** One correlation fired for one group. */
export interface GroupFinding extends About, OfEvent {
  /** The group-by fields; null for one that the events don't have. */
  readonly group: Readonly<Record<string, JsonValue>>;
  /** eventTime of the first and of the last event in the window, ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** Oldest first; the last 100 of them where there are more. */
  readonly eventIDs: readonly string[];
  /** What was counted or computed. */
  readonly value: number;
  /** There were more events than were read: `value` is a lower bound. */
  readonly atLeast: boolean;
  /** Of a chain: what each rule noticed first, oldest first. */
  readonly steps?: readonly FindingStep[];
}

/** A finding of a scan: a line of `--format jsonl`. */
export type ScanFinding = EventFinding | GroupFinding;

/** A finding as a scan tells it. */
export function scanFinding(finding: Finding): ScanFinding {
  const { findingId, ruleId, title, level, correlation } = finding;
  const about = { findingId, ruleId, title, level };
  if (correlation === undefined) return { ...about, eventID: finding.eventID || null, ...ofEvent(finding) };
  const { from, to, eventIDs, value, atLeast, steps } = correlation;
  const group = Object.fromEntries(finding.matched.map((member) => [member.field, member.value]));
  const window = { group, from: toSeconds(from), to: toSeconds(to), eventIDs, value, atLeast };
  const told = steps?.map(({ time, ...step }) => ({ time: toSeconds(time), ...step }));
  return { ...about, ...window, ...(told !== undefined && { steps: told }), ...ofEvent(finding) };
}

function ofEvent(finding: Finding): OfEvent {
  const { eventTime, actor, actorKind, session, sourceIPAddress, address = sourceIPAddress, resources } = finding;
  const { outcome, errorCode, action, account, region, receipt, matched } = finding;
  const { bucket, key, index } = receipt;
  return {
    eventTime: eventTime || null,
    actor,
    actorKind,
    ...(session !== undefined && { session }),
    action,
    account,
    region,
    resources,
    ...(address !== undefined && { address }),
    ...knownMembers(finding),
    outcome,
    ...(errorCode !== undefined && { errorCode }),
    receipt: bucket === '' ? { file: key, index } : receipt,
    matched,
  };
}

/** The form of every other time. */
function toSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}
