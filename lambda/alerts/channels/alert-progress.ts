import { arePending, type ChannelStates } from './channel-state.ts';

/** A summary of a closed window, in progress or done. */
export interface SummaryProgress {
  /** Findings of the alert, or alerts of the storm, when it was begun. */
  readonly count: number;
  readonly channels: ChannelStates;
}

/** A channel that was given up, as the alert's row records it. */
export interface GivenUp {
  readonly notice: 'first' | 'summary';
  readonly channel: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly tries: number;
  /** Of the last attempt. It holds no secret. */
  readonly error: string;
}

/** How far an alert or a storm is with all its messages. */
export interface AlertProgress {
  /** Of the first message. */
  readonly channels: ChannelStates;
  /**
   * ISO 8601 in UTC: when the window is to be summed up. Absent before the first message was sent, and after the
   * summary.
   */
  readonly summaryDueAt?: string;
  readonly summary?: SummaryProgress;
}

/**
 * `pending`: a channel hasn't sent the first message. `open`: the window must be summed up, or its summary must be
 * sent.
 */
export type AlertState = 'pending' | 'open';

/** When an alert must be checked next; undefined if nothing is left to do. */
export interface NextLook {
  readonly state: AlertState;
  /** ISO 8601 in UTC. */
  readonly dueAt: string;
}

/** When sweep must check an alert next, and why. */
export function nextLook(progress: AlertProgress, now: Date): NextLook | undefined {
  const { channels, summary, summaryDueAt } = progress;
  const soonest = now.toISOString();
  const triesOf = (states: ChannelStates, isMeant: (name: string) => boolean = () => true): string[] =>
    Object.entries(states).flatMap(([name, { state, nextTry }]) =>
      state === 'pending' && isMeant(name) ? [nextTry ?? soonest] : [],
    );
  const summaryTimes =
    summary !== undefined && arePending(summary.channels)
      ? triesOf(summary.channels, (name) => hasItsFirst(channels, name))
      : [summaryDueAt].filter((time) => time !== undefined);
  const [dueAt] = [...triesOf(channels), ...summaryTimes].toSorted();
  if (dueAt === undefined) return undefined;
  return { state: arePending(channels) ? 'pending' : 'open', dueAt };
}

/** Whether a channel is done with the first message: a summary never comes before it. */
export function hasItsFirst(first: ChannelStates, name: string): boolean {
  return first[name]?.state !== 'pending';
}

/** The entries that an alert's row gets for channels that an attempt gave up. */
export function newlyGivenUp(
  notice: GivenUp['notice'],
  before: ChannelStates,
  after: ChannelStates,
): readonly GivenUp[] {
  return Object.entries(after).flatMap(([channel, { state, at = '', tries, error = '' }]) =>
    state === 'given-up' && before[channel]?.state === 'pending' ? [{ notice, channel, at, tries, error }] : [],
  );
}
