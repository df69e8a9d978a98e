import { type AlertSender, LEASE_MILLISECONDS, type SendResult } from '../alerts/alert-sender.ts';
import { arePending, isDue } from '../alerts/channels/channel-state.ts';
import type { DuePending, DueRow } from '../store/alerts/alert-row.ts';
import type { AlertTable } from '../store/alerts/alert-table.ts';

export interface PendingAlertsDependencies {
  readonly alerts: AlertTable;
  readonly sender: AlertSender;
  /** Sums up the window of a leased alert: if one channel is late, the others still get the summary. */
  readonly sumUp: (due: DueRow, leaseUntil: string) => Promise<unknown>;
  readonly now: () => Date;
  /** Whether the rest must wait for the next run. */
  readonly mustStop: () => boolean;
  /** Called for an alert that could not be sent; it is tried again. */
  readonly onFailure: (alertId: string, error: unknown) => void;
  /** Called for a row that another version wrote and this one can't read: it was set aside. */
  readonly onUnreadable: (alertId: string, reason: string) => void;
}

export interface PendingAlertsOutcome {
  /** Alerts that all of their channels have sent now, or that collapsed into a storm's alert. */
  readonly sent: number;
  /** Alerts that at least one channel again could not send. */
  readonly failed: number;
}

/** Sends the alerts that another function left pending, once its lease has ended, and tries late channels again. */
export async function sendPendingAlerts(dependencies: PendingAlertsDependencies): Promise<PendingAlertsOutcome> {
  const { alerts, now, mustStop, onFailure, onUnreadable } = dependencies;
  let sent = 0;
  let failed = 0;
  for await (const due of alerts.pending(now())) {
    if (mustStop()) break;
    const { alertId } = due;
    try {
      if ('unreadable' in due) {
        onUnreadable(alertId, due.unreadable);
        await alerts.setAside(alertId, 'pending', due.unreadable);
        continue;
      }
      const result = await sendPending(dependencies, due.row);
      if (result === 'left-pending') failed++;
      else if (result !== undefined) sent++;
    } catch (error) {
      failed++;
      onFailure(alertId, error);
    }
  }
  return { sent, failed };
}

async function sendPending(
  { alerts, sender, sumUp, now }: PendingAlertsDependencies,
  due: DuePending,
): Promise<SendResult | undefined> {
  const lease = new Date(now().getTime() + LEASE_MILLISECONDS);
  if (!(await alerts.takeLease(due.row, 'pending', lease))) return undefined;
  const leaseUntil = lease.toISOString();
  if (Object.values(due.channels).some((state) => isDue(state, now()))) return sender.send({ ...due, leaseUntil });
  if (isToBeSummedUp(due, now())) await sumUp(due.row, leaseUntil);
  return undefined;
}

function isToBeSummedUp({ summary, summaryDueAt }: DuePending, now: Date): boolean {
  if (summary !== undefined && arePending(summary.channels)) return true;
  return summaryDueAt !== undefined && Date.parse(summaryDueAt) <= now.getTime();
}
