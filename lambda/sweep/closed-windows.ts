import type { Alert } from '../alerts/alert.ts';
import { type AlertPublication, type MessageSettings, publicationOf } from '../alerts/publication.ts';
import type { AlertPublisher } from '../alerts/publisher.ts';
import { LEASE_MILLISECONDS } from '../alerts/sender.ts';
import type { PublicationSlots } from '../alerts/store.ts';
import { type CollapsedAlerts, stormPublication } from '../alerts/storm.ts';
import type { Finding } from '../findings/finding.ts';
import type { DueOpen } from '../index/alert-row.ts';
import type { AlertTable } from '../index/alert-table.ts';
import type { FindingTable } from '../index/finding-table.ts';

export interface ClosedWindowsDependencies {
  readonly alerts: AlertTable;
  readonly findings: FindingTable;
  readonly slots: PublicationSlots;
  readonly publisher: Pick<AlertPublisher, 'publish'>;
  /** Summaries of a level that are sent in a minute; the others wait for the next. Critical ones never wait. */
  readonly maxPerMinute: number;
  readonly messages: MessageSettings;
  readonly now: () => Date;
  /** Whether the rest must wait for the next run. */
  readonly mustStop: () => boolean;
  /** Told of a summary that could not be published; it is tried again. */
  readonly onFailure: (alertId: string, error: unknown) => void;
}

/** What a window had, once it is closed. */
interface Outcome {
  readonly count: number;
  /** There is something to tell that wasn't told before. */
  readonly publication?: AlertPublication;
}

/**
 * Sums up alerts whose window has closed: how many findings there were and the last of them, where there was more than
 * the one that was sent; for a storm, how many alerts it stands for. What is counted is what the tables hold. A crash
 * can repeat a summary under the same alert id, and never lose one.
 * @returns how many summaries were published.
 */
export async function sumUpClosedWindows(dependencies: ClosedWindowsDependencies): Promise<number> {
  const { alerts, now, mustStop, onFailure } = dependencies;
  let published = 0;
  for await (const due of alerts.open(now())) {
    if (mustStop()) break;
    if (!(await alerts.takeLease(due, 'open', new Date(now().getTime() + LEASE_MILLISECONDS)))) continue;
    try {
      if (await sumUp(dependencies, due)) published++;
    } catch (error) {
      onFailure(due.alertId, error);
    }
  }
  return published;
}

/** @returns whether there was something to tell, and it was told. */
async function sumUp(dependencies: ClosedWindowsDependencies, due: DueOpen): Promise<boolean> {
  const { alerts, publisher } = dependencies;
  const { count, publication } = await summarize(dependencies, due);
  if (publication !== undefined) {
    // Its lease runs out, and then it is due again.
    if (!(await hasPlace(dependencies, due))) return false;
    await publisher.publish(publication);
  }
  const summarySent = publication !== undefined;
  await alerts.close(due.alertId, count, { summarySent });
  return summarySent;
}

/** Windows of all rules end at the same moments: their summaries must not become a storm of their own. */
async function hasPlace({ slots, maxPerMinute, now }: ClosedWindowsDependencies, due: DueOpen): Promise<boolean> {
  if (due.level === 'critical' || due.kind === 'storm') return true;
  return slots.claim(`${due.level}-summaries`, due.alertId, maxPerMinute, now());
}

function summarize(dependencies: ClosedWindowsDependencies, due: DueOpen): Promise<Outcome> {
  return due.kind === 'storm' ? summarizeStorm(dependencies, due) : summarizeAlert(dependencies, due);
}

async function summarizeAlert({ findings, messages }: ClosedWindowsDependencies, due: DueOpen): Promise<Outcome> {
  const { count, last } = await findings.ofAlert(due.alertId);
  // Told are the first finding, and after late ones those of the summary before.
  if (last === undefined || count <= Math.max(1, due.findings ?? 1)) return { count };
  return { count, publication: publicationOf({ kind: 'summary', alert: alertWith(due, last), count }, messages) };
}

async function summarizeStorm({ alerts, messages }: ClosedWindowsDependencies, due: DueOpen): Promise<Outcome> {
  const collapsed = await collapsedAlerts(alerts, due.alertId);
  const storm = {
    alertId: due.alertId,
    level: due.level,
    minute: { start: due.windowStart, end: due.windowEnd },
    limit: due.limit ?? 0,
  };
  return { count: collapsed.alerts, publication: stormPublication(storm, messages, collapsed) };
}

async function collapsedAlerts(alerts: AlertTable, stormId: string): Promise<CollapsedAlerts> {
  const rules = new Map<string, number>();
  let count = 0;
  for await (const { ruleId } of alerts.collapsedInto(stormId)) {
    count++;
    rules.set(ruleId, (rules.get(ruleId) ?? 0) + 1);
  }
  return { alerts: count, rules: [...rules].toSorted(([, a], [, b]) => b - a) };
}

function alertWith(due: DueOpen, finding: Finding): Alert {
  const { alertId, ruleId, level, windowStart, windowEnd } = due;
  const { account, actor } = finding;
  return { alertId, ruleId, level, account, actor, window: { start: windowStart, end: windowEnd }, finding };
}
