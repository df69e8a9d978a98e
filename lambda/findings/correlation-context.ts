import type { CloudTrailEvent } from '../cloudtrail/cloudtrail-event.ts';
import { findingEvent } from './event-finding.ts';

/** An event as a member of a correlation keeps it: `correlatedFinding` describes the last one of a window by it. */
export function correlationContext(event: CloudTrailEvent): string {
  return JSON.stringify(findingEvent(event));
}
