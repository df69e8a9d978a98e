import type { CloudTrailEvent } from '../../cloudtrail/cloudtrail-event.ts';
import type { Level } from '../../detection/index.ts';

/** Which events have rows: those that stand out, every one, or none. */
export const ROW_SCOPES = ['notable', 'all', 'none'] as const;
export type RowScope = (typeof ROW_SCOPES)[number];

/**
 * Whether an event stands out: it has a finding of level low or above; or it is no data event, and it is neither read
 * nor list, or failed, or root did it, or it is a sign-in, or a service's own event.
 * @param levels those of the rules that match it.
 */
export function isNotable(event: CloudTrailEvent, levels: readonly Level[]): boolean {
  if (levels.some((level) => level !== 'informational')) return true;
  if (event.category === 'data') return false;
  return (
    (event.access !== 'read' && event.access !== 'list') ||
    event.outcome !== 'success' ||
    event.actor.kind === 'root' ||
    isSignIn(event) ||
    event.record.eventType === 'AwsServiceEvent'
  );
}

function isSignIn({ record, eventSource }: CloudTrailEvent): boolean {
  return record.eventType === 'AwsConsoleSignIn' || eventSource === 'signin.amazonaws.com';
}

/** Whether an event has rows in a deployment that keeps those of a scope. */
export function hasRows(scope: RowScope, event: CloudTrailEvent, levels: readonly Level[]): boolean {
  return scope === 'all' || (scope === 'notable' && isNotable(event, levels));
}
