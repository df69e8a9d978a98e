import { parseArn } from '../../cloudtrail/record/arn.ts';
import { isAboutTheLog } from '../../findings/integrity-finding.ts';
import type { FindingNotice } from './alert-notice.ts';

/** What one looks for in a list of subjects: the parts of a title, before a channel gives them a form. */
export interface AlertTitle {
  /** The rule's title, with how often it was found, or that the attempt was denied or failed. */
  readonly text: string;
  /** What tells it from other alerts of the same rule: who, how it ended, what and when. `when` is always there. */
  readonly who?: string;
  /** Absent where `text` says so already. */
  readonly how?: string;
  readonly what?: string;
  readonly when: string;
}

/** What a title is made of: a finding has it, and so has a message of the published schema. */
export interface TitleFacts {
  readonly ruleId: string;
  readonly author?: string;
  readonly title: string;
  readonly action: string;
  readonly eventTime: string;
  readonly outcome: string;
  readonly actor: string;
  readonly actorKind: string;
  readonly actorName?: string;
  readonly matched: readonly { readonly field: string }[];
  readonly correlation?: unknown;
}

const MAX_WHO = 40;

const ATTEMPTS: Readonly<Record<string, string>> = { denied: 'Denied: ', error: 'Failed: ' };

/** The title of a notice. */
export function alertTitle(notice: FindingNotice): AlertTitle {
  return titleOf(notice.alert.finding, notice.kind === 'summary' ? notice.count : undefined);
}

/** @param times how many findings it sums up; undefined for the first. */
export function titleOf(finding: TitleFacts, times?: number): AlertTitle {
  const { title, action, eventTime, outcome, correlation } = finding;
  const when = `${eventTime.slice(5, 10)} ${eventTime.slice(11, 16)}Z`;
  // Of many findings only the last one's outcome is known, and of a correlation that of its last event.
  const isOne = times === undefined && correlation === undefined;
  const isAttempt = !isAboutStatus(finding);
  const attempt = isOne && isAttempt ? (ATTEMPTS[outcome] ?? '') : '';
  const before = times === undefined ? attempt : `${times} times: `;
  const text = `${before}${title}`;
  if (isAboutTheLog(finding)) return { text, when };
  const ended = isAttempt && attempt === '' ? outcome : undefined;
  const how = ended === undefined || isOne ? ended : `last ${ended}`;
  return { text, who: shortActor(finding), ...(how !== undefined && { how }), ...(isOne && { what: action }), when };
}

/** Whether the rule matched the status of a service's own event: nobody attempted anything. */
function isAboutStatus({ matched }: TitleFacts): boolean {
  return matched.some(({ field }) => field === 'serviceEventDetails.eventStatus');
}

/** Who it was, as short as a person needs: `root`, `role/Deploy`, `user/alice`. */
function shortActor({ actor, actorKind, actorName }: TitleFacts): string {
  if (actorKind === 'root') return 'root';
  const name = parseArn(actor)?.resource.replace(/^(role|user)\/.*\//, '$1/') ?? actorName ?? actor;
  return name.length <= MAX_WHO ? name : `${name.slice(0, MAX_WHO - 3)}...`;
}
