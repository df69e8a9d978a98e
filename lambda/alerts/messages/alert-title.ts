import { parseArn } from '../../cloudtrail/record/arn.ts';
import type { Finding } from '../../findings/finding.ts';
import { isAboutTheLog } from '../../findings/integrity-finding.ts';
import type { FindingNotice } from './alert-notice.ts';

/** What one looks for in a list of subjects: the parts of a title, before a channel gives them a form. */
export interface AlertTitle {
  /** The rule's title, with how often it was found, or that the attempt was denied or failed. */
  readonly text: string;
  /** What tells it from other alerts of the same rule: who, what and when. `when` is always there. */
  readonly who?: string;
  readonly what?: string;
  readonly when: string;
}

const MAX_WHO = 40;

const OUTCOMES: Readonly<Record<string, string>> = { denied: 'Denied: ', error: 'Failed: ' };

/** The title of a notice. */
export function alertTitle(notice: FindingNotice): AlertTitle {
  const { finding } = notice.alert;
  const { title, action, eventTime, outcome, correlation } = finding;
  const when = `${eventTime.slice(5, 10)} ${eventTime.slice(11, 16)}Z`;
  // Of many findings only the last one's outcome is known, and of a correlation that of its last event.
  const isOne = notice.kind === 'alert' && correlation === undefined;
  const attempt = isOne && !isAboutStatus(finding) ? (OUTCOMES[outcome] ?? '') : '';
  const before = notice.kind === 'summary' ? `${notice.count} times: ` : attempt;
  const text = `${before}${title}`;
  if (isAboutTheLog(finding)) return { text, when };
  return { text, who: shortActor(finding), ...(isOne && { what: action }), when };
}

/** Whether the rule matched the status of a service's own event: nobody attempted anything. */
function isAboutStatus({ matched }: Finding): boolean {
  return matched.some(({ field }) => field === 'serviceEventDetails.eventStatus');
}

/** Who it was, as short as a person needs: `root`, `role/Deploy`, `user/alice`. */
function shortActor({ actor, actorKind, actorName }: Finding): string {
  if (actorKind === 'root') return 'root';
  const name = parseArn(actor)?.resource.replace(/^(role|user)\/.*\//, '$1/') ?? actorName ?? actor;
  return name.length <= MAX_WHO ? name : `${name.slice(0, MAX_WHO - 3)}...`;
}
