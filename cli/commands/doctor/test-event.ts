import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { EventQueries } from '../../../lambda/store/questions/event-queries.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import type { Checked } from './check.ts';

/** A call of AWS that the trail must record, and that can be told from all others. */
export interface TestEvent {
  /** What the record's `userAgent` is. */
  readonly mark: string;
  readonly sentAt: Date;
  readonly account: string;
  /** By how much this machine's clock is ahead of AWS's, in milliseconds; undefined if AWS didn't say its time. */
  readonly clockAheadMs?: number;
}

/**
 * Calls sts:GetCallerIdentity, which everybody may and CloudTrail records, with a mark as its user agent.
 * @throws CommandFailure where AWS names no account; the SDK's errors.
 */
export async function sendTestEvent(sts: STSClient, now: () => Date): Promise<TestEvent> {
  const mark = `trailwarden-doctor/${randomUUID()}`;
  let date: string | undefined;
  const command = new GetCallerIdentityCommand({});
  command.middlewareStack.add(
    (next) => async (args) => {
      if (hasHeaders(args.request))
        Object.assign(args.request.headers, { 'user-agent': mark, 'x-amz-user-agent': mark });
      const result = await next(args);
      if (hasHeaders(result.response)) date = result.response.headers.date;
      return result;
    },
    // After the SDK has written its own user agent, and before it signs.
    { step: 'finalizeRequest', priority: 'high' },
  );
  const sentAt = now();
  const { Account } = await sts.send(command);
  if (Account === undefined) throw new CommandFailure('AWS does not say which account this is.');
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  return { mark, sentAt, account: Account, ...(!Number.isNaN(theirs) && { clockAheadMs: now().getTime() - theirs }) };
}

function hasHeaders(message: unknown): message is { readonly headers: Record<string, string> } {
  return typeof message === 'object' && message !== null && 'headers' in message && typeof message.headers === 'object';
}

/** Sooner than this, CloudTrail's SDKs and servers correct a wrong clock by themselves; questions about times don't. */
const CLOCK_TOLERANCE_MS = 60_000;

export function checkClock({ clockAheadMs }: TestEvent): Checked {
  const check = 'clock';
  if (clockAheadMs === undefined) {
    return { check, state: 'unknown', says: 'AWS did not say its time', todo: 'Compare the clock by hand.' };
  }
  const seconds = Math.round(Math.abs(clockAheadMs) / 1000);
  if (Math.abs(clockAheadMs) <= CLOCK_TOLERANCE_MS) return { check, state: 'ok', says: "it is that of AWS's servers" };
  return {
    check,
    state: 'wrong',
    says: `this machine is ${seconds} seconds ${clockAheadMs > 0 ? 'ahead of' : 'behind'} AWS's servers`,
    todo: 'Set the clock: questions about the last hours (--since) are answered for other hours, and AWS refuses calls from five minutes on.',
  };
}

export interface Patience {
  /** How long to wait for it: CloudTrail delivers within about five minutes, and up to fifteen. */
  readonly waitMs: number;
  readonly everyMs: number;
  readonly now: () => Date;
  /** Told once a look that found nothing. */
  readonly onWait?: (waitedMs: number) => void;
}

/** Before it is asked again. */
const SECONDS_BEFORE = 60;

/** Waits until the test event is in the index: CloudTrail, bucket, topic, queue, ingest and tables did their part. */
export async function awaitTestEvent(
  { mark, sentAt }: TestEvent,
  questions: EventQueries,
  { waitMs, everyMs, now, onWait }: Patience,
): Promise<Checked> {
  const check = 'test event';
  const deadline = sentAt.getTime() + waitMs;
  while (true) {
    const search = questions.search({
      conditions: { action: ['sts:GetCallerIdentity'] },
      since: new Date(sentAt.getTime() - SECONDS_BEFORE * 1000),
    });
    for await (const { userAgent } of search) {
      if (userAgent?.includes(mark) !== true) continue;
      const took = minutesAndSeconds(now().getTime() - sentAt.getTime());
      return { check, state: 'ok', says: `a marked call was in the index within ${took}` };
    }
    const waited = now().getTime() - sentAt.getTime();
    if (now().getTime() + everyMs > deadline) break;
    onWait?.(waited);
    await sleep(everyMs);
  }
  return {
    check,
    state: 'wrong',
    says: `a marked call (user agent ${mark}) was not in the index within ${minutesAndSeconds(waitMs)}`,
    todo: 'Do what the lines above say. If they are all ok: is the call in CloudTrail\'s event history (EventName GetCallerIdentity), and its log object in the bucket? docs/runbook.md, "nothing-ingested", goes on from there.',
  };
}

function minutesAndSeconds(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
