import { setTimeout as delay } from 'node:timers/promises';
import { type CloudTrailClient, type LookupAttribute, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { backoff } from '../../../lambda/shared/backoff.ts';
import type { HistoryFilter } from '../../../local/history/history-file.ts';

/** LookupEvents takes two calls a second, account and region. */
export const CALL_MILLISECONDS = 500;
/** Events that a call gives at most. */
export const PAGE_EVENTS = 50;

export interface LookUpRequest {
  /** Both are included. */
  readonly since: string;
  readonly until: string;
  readonly filter?: HistoryFilter;
  /** From the page before, of the same request. */
  readonly token?: string;
}

export interface LookedUpEvent {
  readonly eventID: string;
  /** ISO 8601 in UTC to the second. */
  readonly time: string;
  /** The record as CloudTrail wrote it: JSON, as far as LookupEvents keeps its word. */
  readonly text: string;
}

export interface LookUpPage {
  /** The newest first. */
  readonly events: readonly LookedUpEvent[];
  /** Where there are more. */
  readonly token?: string;
}

export type LookUp = (request: LookUpRequest) => Promise<LookUpPage>;

/** The token of a page isn't taken any more: the request must be made anew. */
export class TokenExpired extends Error {
  override readonly name = 'TokenExpired';
}

export interface LookUpOptions {
  readonly signal: AbortSignal;
  /** Milliseconds from the beginning of a call to that of the next. */
  readonly callMilliseconds?: number;
  /** Milliseconds that are waited at first, and at most, after a call that was throttled or broke. */
  readonly firstWait?: number;
  readonly longestWait?: number;
}

/** Tries of one page in a row: with the waits between them about three minutes. */
const MAX_TRIES = 12;

/**
 * Asks LookupEvents of one region, at its pace. The limit is that of the account, so other programs may use it up: a call
 * that is throttled, or breaks, is made again after a while.
 * @param client must make no tries of its own: they would go beyond the pace.
 * @throws TokenExpired; the signal's reason; the SDK's errors, of a fault that stays after the last try.
 */
export function pacedLookUp(client: CloudTrailClient, options: LookUpOptions): LookUp {
  const { signal, callMilliseconds = CALL_MILLISECONDS, firstWait = 1_000, longestWait = 30_000 } = options;
  let next = 0;
  return async (request) => {
    for (let tries = 1; ; tries++) {
      try {
        await delay(Math.max(0, next - Date.now()), undefined, { signal });
        next = Date.now() + callMilliseconds;
        return await askOnce(client, request, signal);
      } catch (error) {
        // What was aborted says so in many ways.
        signal.throwIfAborted();
        if (isNamed(error, 'InvalidNextTokenException')) throw new TokenExpired('The page is gone.', { cause: error });
        if (tries >= MAX_TRIES || !isPassing(error)) throw error;
        const wait = { baseMilliseconds: firstWait, maxMilliseconds: longestWait, signal };
        await backoff(tries - 1, wait).catch(() => signal.throwIfAborted());
      }
    }
  };
}

async function askOnce(
  client: CloudTrailClient,
  { since, until, filter, token }: LookUpRequest,
  abortSignal: AbortSignal,
): Promise<LookUpPage> {
  const attributes: LookupAttribute[] =
    filter === undefined ? [] : [{ AttributeKey: filter.key, AttributeValue: filter.value }];
  const { Events = [], NextToken } = await client.send(
    new LookupEventsCommand({
      StartTime: new Date(since),
      EndTime: new Date(until),
      MaxResults: PAGE_EVENTS,
      ...(attributes.length > 0 && { LookupAttributes: attributes }),
      ...(token !== undefined && { NextToken: token }),
    }),
    { abortSignal },
  );
  const events = Events.map(({ EventId = '', EventTime, CloudTrailEvent = '' }) => ({
    eventID: EventId,
    time: secondOf(EventTime ?? new Date(since)),
    text: CloudTrailEvent,
  }));
  return { events, ...(NextToken !== undefined && NextToken !== '' && { token: NextToken }) };
}

/** ISO 8601 in UTC to the second, as CloudTrail writes times. */
export function secondOf(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

const PASSING = new Set(['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded']);

/** Throttling, faults of the service and of the network. What the request or its rights are to blame for stays. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (PASSING.has(error.name) || ('$fault' in error && error.$fault === 'server')) return true;
  // Errors of the network have no answer.
  return !('$fault' in error) && !isNamed(error, 'CredentialsProviderError');
}

export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
