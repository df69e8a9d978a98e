import type { IndexedEvent } from '../indexed-event.ts';
import { isIssuing } from './issuing.ts';
import type { TraceReader } from './trace-reader.ts';

/** What was done with a credential. */
export interface TracedCredential {
  readonly accessKeyId: string;
  /** Its first events, the oldest first. */
  readonly events: readonly IndexedEvent[];
  /** All of its events, those that aren't kept included. */
  readonly eventCount: number;
  /** Those of them that were denied or failed. */
  readonly failureCount: number;
  readonly first?: string;
  readonly last?: string;
  /** The credentials that it issued, in the order of time. */
  readonly issued: readonly IssuedCredential[];
  /** It made further calls that issue credentials, after a trace followed as many as it does. */
  readonly issuedCut: boolean;
}

export interface IssuedCredential {
  /** The call that issued it. */
  readonly event: IndexedEvent;
  readonly credential: TracedCredential;
}

export interface ExpandOptions {
  readonly since?: Date;
  readonly until?: Date;
  /** Events kept of each credential. */
  readonly maxEvents: number;
  /** Credentials followed altogether, and issuing calls looked into of each. */
  readonly maxCredentials: number;
  /** The credentials that were followed before: none is followed twice. */
  readonly seen: Set<string>;
}

/** Follows a credential forward to everything that was done with it and with what it issued. */
export async function expand(
  reader: TraceReader,
  accessKeyId: string,
  options: ExpandOptions,
): Promise<TracedCredential> {
  const { since, until, maxEvents, maxCredentials, seen } = options;
  seen.add(accessKeyId);
  const events: IndexedEvent[] = [];
  const issuing: IndexedEvent[] = [];
  let eventCount = 0;
  let failureCount = 0;
  let first: string | undefined;
  let last: string | undefined;
  let issuedCut = false;
  for await (const event of reader.each({
    conditions: { accessKeyId: [accessKeyId] },
    since,
    until,
    order: 'oldest-first',
  })) {
    eventCount++;
    if (event.outcome !== 'success') failureCount++;
    first ??= event.eventTime;
    last = event.eventTime;
    if (events.length < maxEvents) events.push(event);
    if (!isIssuing(event)) continue;
    if (issuing.length < maxCredentials) issuing.push(event);
    else issuedCut = true;
  }
  const issued: IssuedCredential[] = [];
  for (const event of issuing) {
    // Each call is a question: none is asked whose answer could not be followed.
    if (seen.size >= maxCredentials) {
      issuedCut = true;
      break;
    }
    for (const key of await reader.issuedKeys(event)) {
      if (seen.has(key)) continue;
      if (seen.size >= maxCredentials) issuedCut = true;
      else issued.push({ event, credential: await expand(reader, key, options) });
    }
  }
  return {
    accessKeyId,
    events,
    eventCount,
    failureCount,
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    issued,
    issuedCut,
  };
}
