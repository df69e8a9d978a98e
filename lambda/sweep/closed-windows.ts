import * as z from 'zod';
import { LEASE_MILLISECONDS } from '../alerts/alert-sender.ts';
import type { PublicationSlots } from '../alerts/alert-store.ts';
import { hasItsFirst, newlyGivenUp, type SummaryProgress } from '../alerts/channels/alert-progress.ts';
import type { ChannelSet } from '../alerts/channels/channel-set.ts';
import { arePending } from '../alerts/channels/channel-state.ts';
import type { Alert } from '../alerts/messages/alert-content.ts';
import type { Notice } from '../alerts/messages/alert-notice.ts';
import type { CollapsedAlerts } from '../alerts/noise/alert-storm.ts';
import { summaryDueAt } from '../alerts/noise/alert-window.ts';
import type { Finding } from '../findings/finding.ts';
import type { DueRow } from '../store/alerts/alert-row.ts';
import type { AlertTable } from '../store/alerts/alert-table.ts';
import type { FindingTable } from '../store/findings/finding-table.ts';

export interface SummaryDependencies {
  readonly alerts: AlertTable;
  readonly findings: FindingTable;
  readonly slots: PublicationSlots;
  readonly channels: ChannelSet;
  /** Summaries of a level that are begun in a minute. The others wait for the next minute; critical ones never wait. */
  readonly maxPerMinute: number;
  readonly now: () => Date;
}

export interface ClosedWindowsDependencies extends SummaryDependencies {
  /** Whether the rest must wait for the next run. */
  readonly mustStop: () => boolean;
  /** Called for a window that could not be summed up; it is tried again. */
  readonly onFailure: (alertId: string, error: unknown) => void;
  /** Called for a row that another version wrote and this one can't read: it was set aside. */
  readonly onUnreadable: (alertId: string, reason: string) => void;
}

export interface ClosedWindowsOutcome {
  /** Summaries that at least one channel has sent now. */
  readonly published: number;
  /** Windows that could not be summed up. */
  readonly failed: number;
}

/** What a closed window holds. */
interface Content {
  readonly count: number;
  /** There is something new to report. */
  readonly notice?: Notice;
}

/**
 * Sums up alerts whose window has closed: the number of findings and the last one, if there were more than the one that
 * was sent; for a storm, the number of alerts that it replaces. The tables are counted. A crash may repeat a summary
 * under the same alert id, but never loses one.
 */
export async function sumUpClosedWindows(dependencies: ClosedWindowsDependencies): Promise<ClosedWindowsOutcome> {
  const { alerts, now, mustStop, onFailure, onUnreadable } = dependencies;
  let published = 0;
  let failed = 0;
  for await (const due of alerts.open(now())) {
    if (mustStop()) break;
    const { alertId } = due;
    try {
      if ('unreadable' in due) {
        onUnreadable(alertId, due.unreadable);
        await alerts.setAside(alertId, 'open', due.unreadable);
        continue;
      }
      const lease = new Date(now().getTime() + LEASE_MILLISECONDS);
      if (!(await alerts.takeLease(due.row, 'open', lease))) continue;
      if (await sumUp(dependencies, due.row, lease.toISOString())) published++;
    } catch (error) {
      failed++;
      onFailure(alertId, error);
      if (error instanceof z.ZodError) await setAside(dependencies, alertId);
    }
  }
  return { published, failed };
}

/** The last finding of the alert can't be read. Trying again after each lease would change nothing. */
async function setAside(
  { alerts, onFailure, onUnreadable }: ClosedWindowsDependencies,
  alertId: string,
): Promise<void> {
  const reason = 'its last finding was written by another version';
  onUnreadable(alertId, reason);
  await alerts.setAside(alertId, 'open', reason).catch((error: unknown) => onFailure(alertId, error));
}

/**
 * Sums up the window of an alert that is leased, or tries the channels again that haven't sent its summary.
 * @returns whether some channel has sent a summary now.
 * @throws faults of access (`isFaultOfAccess`), and of findings that can't be read.
 */
export async function sumUp(dependencies: SummaryDependencies, due: DueRow, leaseUntil: string): Promise<boolean> {
  const { alerts, channels, now } = dependencies;
  const { alertId, channels: first = {} } = due;
  const note = (summary: SummaryProgress | undefined, again: Date | undefined) => ({
    channels: first,
    ...(summary && { summary }),
    ...(again && { summaryDueAt: again.toISOString() }),
  });
  const { count, notice } = await summarize(dependencies, due);
  if (notice === undefined) {
    const noted = { progress: note(due.summary, undefined), givenUp: [] };
    await alerts.noteSummary({ alertId, leaseUntil }, noted, { findings: count, isClosed: true, wasSent: false });
    return false;
  }
  const { publication, channels: untried } = channels.prepare(notice);
  const begun = due.summary !== undefined && arePending(due.summary.channels) ? due.summary : undefined;
  // Its lease ends, and then it is due again.
  if (begun === undefined && !(await hasPlace(dependencies, due))) return false;
  const before = begun ?? { count, channels: untried };
  const after = await channels.deliver(alertId, publication, before.channels, (name) => hasItsFirst(first, name));
  const isDone = !arePending(after);
  // Findings that came while a channel was late are reported to all channels.
  const again = isDone && count > before.count ? summaryDueAt(windowOf(due), now()) : undefined;
  const noted = {
    progress: note({ count: before.count, channels: after }, again),
    givenUp: newlyGivenUp('summary', before.channels, after),
  };
  const wasSent = Object.entries(after).some(
    ([name, { state }]) => state === 'sent' && before.channels[name]?.state !== 'sent',
  );
  await alerts.noteSummary({ alertId, leaseUntil }, noted, {
    ...(isDone && { findings: before.count }),
    isClosed: isDone && again === undefined,
    wasSent,
  });
  return wasSent;
}

/** Windows of all rules end at the same moments. Their summaries must not become a new storm. */
async function hasPlace({ slots, maxPerMinute, now }: SummaryDependencies, due: DueRow): Promise<boolean> {
  if (due.level === 'critical' || due.kind === 'storm') return true;
  return slots.claim(`${due.level}-summaries`, due.alertId, maxPerMinute, now());
}

function summarize(dependencies: SummaryDependencies, due: DueRow): Promise<Content> {
  return due.kind === 'storm' ? summarizeStorm(dependencies, due) : summarizeAlert(dependencies, due);
}

async function summarizeAlert({ findings }: SummaryDependencies, due: DueRow): Promise<Content> {
  const { count, last } = await findings.ofAlert(due.alertId);
  // Already reported: the first finding, or those of the summary before.
  if (last === undefined || count <= Math.max(1, due.findings ?? 1)) return { count };
  return { count, notice: { kind: 'summary', alert: alertWith(due, last), count } };
}

async function summarizeStorm({ alerts }: SummaryDependencies, due: DueRow): Promise<Content> {
  const collapsed = await collapsedAlerts(alerts, due.alertId);
  const { alertId, level, limit = 0, findings } = due;
  if (findings !== undefined && collapsed.alerts <= findings) return { count: findings };
  return {
    count: collapsed.alerts,
    notice: { kind: 'storm', storm: { alertId, level, minute: windowOf(due), limit }, collapsed },
  };
}

async function collapsedAlerts(alerts: AlertTable, stormId: string): Promise<CollapsedAlerts> {
  const rules = new Map<string, number>();
  let count = 0;
  for await (const ruleId of alerts.rulesCollapsedInto(stormId)) {
    count++;
    rules.set(ruleId, (rules.get(ruleId) ?? 0) + 1);
  }
  return { alerts: count, rules: [...rules].toSorted(([, a], [, b]) => b - a) };
}

function alertWith(due: DueRow, finding: Finding): Alert {
  const { alertId, ruleId, level } = due;
  const { account, actor } = finding;
  return { alertId, ruleId, level, account, actor, window: windowOf(due), finding };
}

function windowOf({ windowStart, windowEnd }: DueRow): Alert['window'] {
  return { start: windowStart, end: windowEnd };
}
