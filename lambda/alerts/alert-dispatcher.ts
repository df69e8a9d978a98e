import { LEVELS, type Level } from '../detection/index.ts';
import type { Finding } from '../findings/finding.ts';
import { type AlertSender, LEASE_MILLISECONDS, type SendResult } from './alert-sender.ts';
import type { AlertStore } from './alert-store.ts';
import type { ChannelSet } from './channels/channel-set.ts';
import { alertOf } from './messages/alert-content.ts';
import { summaryDueAt } from './noise/alert-window.ts';

/**
 * What happens with a finding. It is decided once, when the finding is recorded, and kept in its row. So a copy of the
 * event that comes after a suppression ended, or after the settings changed, alerts nobody a second time.
 */
export type AlertDecision =
  | { readonly alertId: string; readonly windowMinutes: number }
  | { readonly suppressedBy: string }
  /** The rule whose alert about the same event stands for it. */
  | { readonly joinedTo: string }
  | { readonly recordedOnly: true };

export type DispatchResult = SendResult | 'repeat' | 'not-published';

export interface DispatcherOptions {
  readonly store: AlertStore;
  readonly sender: AlertSender;
  /** The lowest level that is published. */
  readonly minimumLevel: Level;
  readonly windowMinutes: number;
  /** The suppression that covers a finding, if any. */
  readonly suppressionOf: (finding: Finding) => Promise<{ readonly suppressionId: string } | undefined>;
  readonly channels: ChannelSet;
  readonly now: () => Date;
}

/** Turns findings into alerts: the first one of a window opens it, and the others are summed up when it has closed. */
export class AlertDispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /**
   * What is to become of a finding that is recorded now.
   * @param leaders those of the same event whose alert it may join, the first that alerts before the others.
   * @throws faults of access (`isFaultOfAccess`).
   */
  async decide(finding: Finding, leaders: readonly Finding[] = []): Promise<AlertDecision> {
    const { suppressionOf, windowMinutes } = this.#options;
    const suppression = await suppressionOf(finding);
    if (suppression !== undefined) return { suppressedBy: suppression.suppressionId };
    if (!this.#isPublished(finding.level)) return { recordedOnly: true };
    for (const leader of leaders) {
      if ('alertId' in (await this.decide(leader))) return { joinedTo: leader.ruleId };
    }
    return { alertId: alertOf(finding, windowMinutes).alertId, windowMinutes };
  }

  /** @throws the store's errors; a channel that fails leaves the alert pending, for sweep. */
  async dispatch(finding: Finding, decision: AlertDecision): Promise<DispatchResult> {
    if (!('alertId' in decision)) return 'not-published';
    const { store, sender, channels, now } = this.#options;
    const alert = alertOf(finding, decision.windowMinutes);
    const prepared = channels.prepare({ kind: 'alert', alert });
    const { alertId, level, window } = alert;
    const leaseUntil = new Date(now().getTime() + LEASE_MILLISECONDS);
    const creation = await store.create(alert, prepared, leaseUntil);
    if (creation === 'created') {
      return sender.send({
        alertId,
        kind: 'alert',
        level,
        window,
        leaseUntil: leaseUntil.toISOString(),
        ...prepared,
      });
    }
    if (creation === 'closed') await store.reopen(alertId, summaryDueAt(window, now()));
    return 'repeat';
  }

  #isPublished(level: Level): boolean {
    return level !== 'informational' && LEVELS.indexOf(level) >= LEVELS.indexOf(this.#options.minimumLevel);
  }
}
