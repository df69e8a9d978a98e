import { textMessage } from '../../../../../lambda/alerts/messages/text-message.ts';
import type { AlertRow } from '../../../../../lambda/store/alerts/alert-row.ts';
import { AlertTable } from '../../../../../lambda/store/alerts/alert-table.ts';
import { readFindingRow } from '../../../../../lambda/store/findings/finding-row.ts';
import type { IndexedFinding } from '../../../../../lambda/store/findings/indexed-finding.ts';
import type { AlertAnswer } from '../../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import { whatBecame } from '../../../alert/alert-listing.ts';
import { channelStates } from '../../../alert/channel-listing.ts';
import type { Answering } from '../../context/page-context.ts';
import { findingRow } from '../rows/finding-row.ts';

/** Findings that are looked through for the one that opened an alert. */
const MAX_LOOKED_AT = 1_000;

/** An alert as `trailwarden alert show` knows it, with the message that people got. @throws Error where there is none. */
export const alertAnswer: Answering<ReadAsked<'alert'>, AlertAnswer> = async ({ alertId }, context, meter) => {
  const { connection, findings, io, command, options } = context;
  const alert = await new AlertTable(connection.documents, connection.tables.alerts, io.now).get(alertId);
  if (alert === undefined) throw new Error(`There is no alert ${alertId}.`);
  let opening: IndexedFinding | undefined;
  const query = { conditions: { alertId: [alertId] }, order: 'oldest-first' as const, limit: MAX_LOOKED_AT };
  for await (const finding of findings.search(query, meter)) {
    opening ??= finding;
    if (finding.findingId === alert.openedBy) opening = finding;
  }
  const message = sentMessage(alert) ?? (opening && messageOf(alert, opening, options.deployment));
  return {
    alertId,
    level: alert.level,
    ruleId: alert.ruleId,
    windowStart: alert.windowStart,
    windowEnd: alert.windowEnd,
    outcome: whatBecame(alert, (time) => `${time.slice(0, 19).replace('T', ' ')}Z`),
    channels: channelStates(alert).map(({ style, ...state }) => state),
    ...(message !== undefined && { message }),
    ...(opening !== undefined && { finding: findingRow(opening) }),
    command: command(['alert', 'show', alertId]),
  };
};

/** As it was sent; rows of earlier versions don't have it. */
function sentMessage({ message }: AlertRow): AlertAnswer['message'] {
  return message && { subject: message.subject ?? '', body: message.body };
}

/** The message is made of the finding alone, so it can be made again. */
function messageOf(alert: AlertRow, opening: IndexedFinding, deployment: string) {
  const finding = readFindingRow(opening);
  const { alertId, ruleId, level, windowStart, windowEnd } = alert;
  const window = { start: windowStart, end: windowEnd };
  const { account, actor } = finding;
  return textMessage({ kind: 'alert', alert: { alertId, ruleId, level, account, actor, window, finding } }, deployment);
}
