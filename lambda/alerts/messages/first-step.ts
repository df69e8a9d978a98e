import type { Finding } from '../../findings/finding.ts';
import { isAboutTheLog } from '../../findings/integrity-finding.ts';
import { command } from './event-links.ts';
import { ruleText } from './rule-text.ts';

/**
 * What to do first: what the rule says, if what it is about has happened. Of an attempt that was denied or failed there
 * is nothing to undo, only somebody who tried; unless failures are what the rule looks for.
 */
export function firstStep(finding: Finding, deployment: string): string | undefined {
  const { first } = ruleText(finding.description);
  const { outcome, errorCode, correlation } = finding;
  const isAttempt = outcome === 'denied' || outcome === 'error';
  if (!isAttempt || correlation !== undefined || isAboutTheLog(finding) || looksForFailures(finding)) return first;
  const what = outcome === 'denied' ? 'was denied' : 'failed';
  const why = errorCode === undefined ? '' : ` (${errorCode})`;
  const look = command(deployment, 'events', '--actor', finding.actor, '--around', finding.eventTime, '--within', '1h');
  return `The attempt ${what}${why}, so there is most likely nothing to undo. Ask whoever holds these credentials whether it was them; if not, take the credentials away. See what else they tried, and what succeeded: ${look}`;
}

/** Whether the rule matched the failure itself. */
function looksForFailures({ matched }: Finding): boolean {
  return matched.some(
    ({ field, value }) =>
      value !== null && (/^(error(Code|Message)|serviceEventDetails\.eventStatus)$/.test(field) || value === 'Failure'),
  );
}
