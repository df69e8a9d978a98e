import { isIP } from 'node:net';
import type { AlertMessage } from '../../alerts/messages/message-schema.ts';
import { factsOf } from './message-facts.ts';

/** Detection Finding of OCSF 1.5. */
const CLASS = 2004;
const VERSION = '1.5.0';
const CREATE = 1;
const UPDATE = 2;

const SEVERITIES: Readonly<Record<string, readonly [id: number, name: string]>> = {
  informational: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

/** A message as an OCSF Detection Finding (class 2004). A summary updates the finding of its alert. */
export function ocsfFinding(message: AlertMessage): Readonly<Record<string, unknown>> {
  const { title, lines, why } = factsOf(message);
  const isUpdate = message.kind === 'summary' || (message.kind === 'storm' && message.collapsed !== undefined);
  const activity = isUpdate ? UPDATE : CREATE;
  const [severityId, severity] = SEVERITIES[message.level] ?? [0, 'Unknown'];
  const time = Date.parse(message.kind === 'storm' ? message.minute.start : message.finding.eventTime);
  return {
    activity_id: activity,
    activity_name: isUpdate ? 'Update' : 'Create',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: CLASS,
    class_name: 'Detection Finding',
    type_uid: CLASS * 100 + activity,
    severity_id: severityId,
    severity,
    status_id: 1,
    status: 'New',
    time,
    message: title,
    metadata: {
      version: VERSION,
      product: { name: 'Trailwarden', vendor_name: 'Trailwarden' },
      uid: message.alertId,
      profiles: ['cloud'],
    },
    ...(message.kind === 'storm' ? aboutStorm(message, lines) : aboutFinding(message, { lines, why, time })),
  };
}

function aboutStorm(message: Extract<AlertMessage, { kind: 'storm' }>, lines: readonly string[]) {
  return {
    finding_info: { uid: message.alertId, title: 'Alert storm', desc: lines.join('\n') },
    cloud: { provider: 'AWS' },
    ...(message.collapsed !== undefined && { count: message.collapsed.alerts }),
  };
}

function aboutFinding(
  message: Exclude<AlertMessage, { kind: 'storm' }>,
  { lines, why, time }: { readonly lines: readonly string[]; readonly why: string | undefined; readonly time: number },
) {
  const { alertId, rule, finding, account, region } = message;
  const { sourceIPAddress } = finding;
  const [service = '', operation = ''] = finding.action.split(':');
  return {
    ...(message.kind === 'summary' && { count: message.findings }),
    is_alert: true,
    finding_info: {
      uid: alertId,
      title: rule.title,
      desc: [...lines, ...(why === undefined ? [] : [why])].join('\n'),
      created_time: time,
      analytic: { uid: rule.id, name: rule.title, type_id: 1, type: 'Rule', version: rule.hash },
      types: rule.tags,
      ...(rule.references[0] !== undefined && { src_url: rule.references[0] }),
    },
    cloud: { provider: 'AWS', region, account: { uid: account, type_id: 10, type: 'AWS Account' } },
    resources: finding.resources.map((uid) => ({ uid, region })),
    evidences: [
      {
        actor: { user: { uid: finding.actor, type: finding.actorKind } },
        api: { operation, service: { name: service } },
        ...(sourceIPAddress !== undefined && isIP(sourceIPAddress) !== 0 && { src_endpoint: { ip: sourceIPAddress } }),
        data: { eventID: finding.eventID, receipt: finding.receipt, matched: finding.matched },
      },
    ],
  };
}
