import type { AlertMessage } from '../../alerts/messages/message-schema.ts';
import { detectionFinding } from '../../ocsf/detection-finding.ts';
import { factsOf } from './message-facts.ts';

/** A message as an OCSF Detection Finding. A summary updates the finding of its alert. */
export function ocsfFinding(message: AlertMessage): Readonly<Record<string, unknown>> {
  const { title, lines, why } = factsOf(message);
  const { alertId: uid, level } = message;
  if (message.kind === 'storm') {
    const { minute, collapsed } = message;
    return detectionFinding({
      uid,
      title: 'Alert storm',
      message: title,
      description: lines.join('\n'),
      level,
      time: Date.parse(minute.start),
      isUpdate: collapsed !== undefined,
      ...(collapsed !== undefined && { count: collapsed.alerts }),
    });
  }
  const { rule, finding, account, region } = message;
  const time = Date.parse(finding.eventTime);
  return detectionFinding({
    uid,
    title: rule.title,
    message: title,
    description: [...lines, ...(why === undefined ? [] : [why])].join('\n'),
    level,
    time,
    createdAt: time,
    isUpdate: message.kind === 'summary',
    isAlert: true,
    ...(message.kind === 'summary' && { count: message.findings }),
    account,
    region,
    rule,
    event: finding,
  });
}
