import type { ChannelSet } from './channels/channel-set.ts';
import { arePending, someSent } from './channels/channel-state.ts';
import { newlyGivenUp } from './channels/progress.ts';
import { type Storm, stormOf } from './noise/storm.ts';
import { summaryDueAt } from './noise/window.ts';
import type { AlertStore, PendingAlert, PublicationSlots } from './store.ts';

/** How long an alert belongs to the function that sends it; afterwards sweep takes over. */
export const LEASE_MILLISECONDS = 2 * 60_000;

/** A storm has no late events: only a function that is just about to note that an alert collapsed into it. */
const STORM_SLACK_MILLISECONDS = 60_000;

/** `left-pending`: some channel hasn't sent it, and sweep tries that one again. */
export type SendResult = 'published' | 'collapsed' | 'left-pending';

export interface SenderOptions {
  readonly store: AlertStore;
  readonly slots: PublicationSlots;
  readonly channels: ChannelSet;
  /** Alerts of a level that are sent one by one in a minute of the clock; critical ones always are. */
  readonly maxPerMinute: number;
  readonly now: () => Date;
}

/**
 * Sends alerts that are pending and leased: each channel that is due is tried, and then the row says what became of it;
 * or, in a storm, the alert is marked as collapsed once the storm's own alert is in the table. A crash anywhere can
 * repeat a message under the same id, and never lose one.
 */
export class AlertSender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** @throws the store's errors; a channel that failed stays pending, for sweep, and keeps no other one from sending. */
  async send(alert: PendingAlert): Promise<SendResult> {
    const { slots, maxPerMinute, now } = this.#options;
    // Once a channel has it, the alert has had its place: those that are late must neither take one nor collapse.
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
    // The storm's row comes first: from then on somebody will be told, whatever happens here.
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
    // Where every channel was given up, the window still ends; and while one was late, further findings may have come.
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
