import type { AlertStore, PendingAlert, PublicationSlots } from './alert-store.ts';
import { newlyGivenUp } from './channels/alert-progress.ts';
import type { ChannelSet } from './channels/channel-set.ts';
import { arePending, someSent } from './channels/channel-state.ts';
import { type Storm, stormOf } from './noise/alert-storm.ts';
import { summaryDueAt } from './noise/alert-window.ts';

/** Milliseconds for which an alert belongs to the function that sends it; then sweep takes over. */
export const LEASE_MILLISECONDS = 2 * 60_000;

/** A storm has no late events. It waits only for a function that is about to note that an alert collapsed into it. */
const STORM_SLACK_MILLISECONDS = 60_000;

/** `left-pending`: some channel hasn't sent it, and sweep tries that one again. */
export type SendResult = 'published' | 'collapsed' | 'left-pending';

export interface SenderOptions {
  readonly store: AlertStore;
  readonly slots: PublicationSlots;
  readonly channels: ChannelSet;
  /** Alerts of a level that are sent one by one in a minute of the clock. Critical ones always are. */
  readonly maxPerMinute: number;
  readonly now: () => Date;
}

/**
 * Sends alerts that are pending and leased. Each channel that is due is tried, and then its result is written to the
 * row. In a storm, the alert is instead marked as collapsed, after the storm's own alert is in the table. A crash may
 * repeat a message under the same id, but never loses one.
 */
export class AlertSender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** @throws the store's errors; a channel that failed stays pending for sweep, and the others send. */
  async send(alert: PendingAlert): Promise<SendResult> {
    const { slots, maxPerMinute, now } = this.#options;
    // Once one channel has sent it, the alert has used its place in the minute. Late channels must not take a second
    // place, and must not collapse.
    if (alert.kind === 'alert' && alert.level !== 'critical' && !someSent(alert.channels)) {
      const time = now();
      const fits = await slots.claim(alert.level, alert.alertId, maxPerMinute, time);
      if (!fits) return this.#collapse(alert, stormOf(alert.level, time, maxPerMinute));
    }
    return (await this.#deliver(alert)) ? 'published' : 'left-pending';
  }

  async #collapse(alert: PendingAlert, storm: Storm): Promise<SendResult> {
    const { store, channels, now } = this.#options;
    const prepared = channels.prepare({ kind: 'storm', storm });
    const leaseUntil = new Date(now().getTime() + LEASE_MILLISECONDS);
    // The storm's row is written first: from then on the alert is reported even if this function dies.
    const creation = await store.createStorm(storm, prepared, leaseUntil);
    await store.collapse(alert.alertId, storm.alertId);
    if (creation === 'created') {
      const { alertId, level, minute: window } = storm;
      await this.#deliver({
        alertId,
        kind: 'storm',
        level,
        window,
        leaseUntil: leaseUntil.toISOString(),
        ...prepared,
      });
    }
    return 'collapsed';
  }

  /** @returns whether every channel is done. */
  async #deliver(alert: PendingAlert): Promise<boolean> {
    const { store, now } = this.#options;
    const { alertId, publication, channels: before, summary } = alert;
    const channels = await this.#options.channels.deliver(alertId, publication, before);
    const time = now();
    const isFirst = someSent(channels) && !someSent(before);
    const isDone = !arePending(channels);
    const isSummedUpNow = summary !== undefined && arePending(summary.channels);
    // If every channel was given up, the window still ends. While one was late, further findings may have come.
    const sumsUp = alert.summaryDueAt === undefined && !isSummedUpNow && (isFirst || isDone);
    const dueAt = sumsUp ? this.#summaryDueAt(alert, time).toISOString() : alert.summaryDueAt;
    await store.note(alert, {
      progress: { channels, ...(dueAt !== undefined && { summaryDueAt: dueAt }), ...(summary && { summary }) },
      givenUp: newlyGivenUp('first', before, channels),
      ...(isFirst && { sentAt: time }),
    });
    return isDone;
  }

  #summaryDueAt({ kind, window }: PendingAlert, sentAt: Date): Date {
    return kind === 'alert'
      ? summaryDueAt(window, sentAt)
      : new Date(Date.parse(window.end) + STORM_SLACK_MILLISECONDS);
  }
}
