import { printable } from '../../shared/printable.ts';

/** How far one channel is with one notice. Times are ISO 8601 in UTC. */
export interface ChannelState {
  readonly state: 'pending' | 'sent' | 'given-up';
  /** Attempts that were made. */
  readonly tries: number;
  /** When the first attempt failed. */
  readonly since?: string;
  /** When a pending channel is tried next; at once if it is absent. */
  readonly nextTry?: string;
  /** When it was sent or given up. */
  readonly at?: string;
  /** Why the last attempt failed. It holds no secret. */
  readonly error?: string;
}

/** By the channel's name. */
export type ChannelStates = Readonly<Record<string, ChannelState>>;

/** A channel before its first attempt. */
export const UNTRIED: ChannelState = { state: 'pending', tries: 0 };

const FIRST_DELAY_MILLISECONDS = 60_000;
const LONGEST_DELAY_MILLISECONDS = 60 * 60_000;

/** How long after its first failure a channel is still tried again. */
const PATIENCE_MILLISECONDS = 24 * 60 * 60_000;

const MAX_ERROR_LENGTH = 300;

/** A channel after an attempt that succeeded. */
export function sent({ tries }: ChannelState, now: Date): ChannelState {
  return { state: 'sent', tries: tries + 1, at: now.toISOString() };
}

/**
 * A channel after an attempt that failed: it is tried again a minute later, then after twice as long each time, up to
 * an hour. The last attempt is a day after the first failure; then the channel is given up.
 */
export function failed(before: ChannelState, now: Date, error: unknown): ChannelState {
  const tries = before.tries + 1;
  const since = before.since ?? now.toISOString();
  const end = Date.parse(since) + PATIENCE_MILLISECONDS;
  const common = { tries, since, error: errorText(error) };
  if (now.getTime() >= end) return { state: 'given-up', ...common, at: now.toISOString() };
  const delay = Math.min(FIRST_DELAY_MILLISECONDS * 2 ** (tries - 1), LONGEST_DELAY_MILLISECONDS);
  return { state: 'pending', ...common, nextTry: new Date(Math.min(now.getTime() + delay, end)).toISOString() };
}

/** Whether a channel must be tried now. */
export function isDue({ state, nextTry }: ChannelState, now: Date): boolean {
  return state === 'pending' && (nextTry === undefined || Date.parse(nextTry) <= now.getTime());
}

/** Whether any of the channels must still be tried. */
export function arePending(states: ChannelStates): boolean {
  return Object.values(states).some(({ state }) => state === 'pending');
}

/** Whether any of the channels has sent it. */
export function someSent(states: ChannelStates): boolean {
  return Object.values(states).some(({ state }) => state === 'sent');
}

/** An error as one line, for rows and logs. */
export function errorText(error: unknown): string {
  return printable(error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error', MAX_ERROR_LENGTH);
}
