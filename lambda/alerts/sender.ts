import type { AlertPublication, MessageSettings } from './publication.ts';
import type { AlertPublisher } from './publisher.ts';
import type { AlertStore, PendingAlert, PublicationSlots } from './store.ts';
import { type Storm, stormOf, stormPublication } from './storm.ts';
import { summaryDueAt } from './window.ts';

/** How long whoever sends an alert has it to himself; afterwards sweep takes over. */
export const LEASE_MILLISECONDS = 2 * 60_000;

/** A storm has no late events: only a function that is just about to note that an alert collapsed into it. */
const STORM_SLACK_MILLISECONDS = 60_000;

export type SendResult = 'published' | 'collapsed' | 'left-pending';

export interface SenderOptions {
  readonly store: AlertStore;
  readonly slots: PublicationSlots;
  readonly publisher: Pick<AlertPublisher, 'publish'>;
  /** Alerts of a level that are sent one by one in a minute of the clock; critical ones always are. */
  readonly maxPerMinute: number;
  readonly messages: MessageSettings;
  readonly now: () => Date;
  /** Told of a publication that failed; sweep tries it again. */
  readonly onFailure: (alertId: string, error: unknown) => void;
}

/**
 * Sends alerts that are pending and leased: each is published and then marked sent, or, in a storm, marked as
 * collapsed once the storm's own alert is in the table. A crash anywhere can repeat a message under the same id, and
 * never lose one.
 */
export class AlertSender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** @throws the store's errors; an alert whose publication failed stays pending, for sweep. */
  async send(alert: PendingAlert): Promise<SendResult> {
    const { slots, maxPerMinute, now } = this.#options;
    const sentAt = now();
    if (alert.kind === 'alert' && alert.level !== 'critical') {
      const fits = await slots.claim(alert.level, alert.alertId, maxPerMinute, sentAt);
      if (!fits) return this.#collapse(alert, stormOf(alert.level, sentAt, maxPerMinute));
    }
    return (await this.#publish(alert)) ? 'published' : 'left-pending';
  }

  async #collapse(alert: PendingAlert, storm: Storm): Promise<SendResult> {
    const { store, messages, now } = this.#options;
    const publication: AlertPublication = stormPublication(storm, messages);
    const leaseUntil = new Date(now().getTime() + LEASE_MILLISECONDS);
    // The storm's row comes first: from then on somebody will be told, whatever happens here.
    const creation = await store.createStorm(storm, publication, leaseUntil);
    await store.collapse(alert.alertId, storm.alertId);
    if (creation === 'created') {
      await this.#publish({
        alertId: storm.alertId,
        kind: 'storm',
        level: storm.level,
        window: storm.minute,
        publication,
      });
    }
    return 'collapsed';
  }

  async #publish({ alertId, kind, window, publication }: PendingAlert): Promise<boolean> {
    const { store, publisher, now, onFailure } = this.#options;
    try {
      await publisher.publish(publication);
    } catch (error) {
      onFailure(alertId, error);
      return false;
    }
    const sentAt = now();
    const dueAt =
      kind === 'alert' ? summaryDueAt(window, sentAt) : new Date(Date.parse(window.end) + STORM_SLACK_MILLISECONDS);
    await store.markSent(alertId, sentAt, dueAt);
    return true;
  }
}
