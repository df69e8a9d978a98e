import { type AlertSender, LEASE_MILLISECONDS } from '../alerts/sender.ts';
import type { AlertTable } from '../index/alert-table.ts';

export interface PendingAlertsDependencies {
  readonly alerts: AlertTable;
  readonly sender: AlertSender;
  readonly now: () => Date;
  /** Whether the rest must wait for the next run. */
  readonly mustStop: () => boolean;
  /** Told of an alert that could not be sent; it is tried again. */
  readonly onFailure: (alertId: string, error: unknown) => void;
}

export interface PendingAlertsOutcome {
  /** Published now, or, in a storm, collapsed into its alert. */
  readonly sent: number;
  /** Could not be published this time either. */
  readonly failed: number;
}

/** Sends the alerts that another function left pending, once its lease has run out. */
export async function sendPendingAlerts({
  alerts,
  sender,
  now,
  mustStop,
  onFailure,
}: PendingAlertsDependencies): Promise<PendingAlertsOutcome> {
  let sent = 0;
  let failed = 0;
  for await (const alert of alerts.pending(now())) {
    if (mustStop()) break;
    if (!(await alerts.takeLease(alert, 'pending', new Date(now().getTime() + LEASE_MILLISECONDS)))) continue;
    try {
      if ((await sender.send(alert)) === 'left-pending') failed++;
      else sent++;
    } catch (error) {
      failed++;
      onFailure(alert.alertId, error);
    }
  }
  return { sent, failed };
}
