import { LEVELS, type Level } from '../detection/index.ts';
import type { Finding } from '../findings/finding.ts';
import { type Alert, alertOf } from './alert.ts';
import { jsonMessage } from './json-message.ts';
import { printable } from './printable.ts';
import type { AlertPublication, AlertPublisher } from './publisher.ts';
import { textMessage } from './text-message.ts';

/** An alert whose publication is under way or was left behind. */
export interface PendingAlert {
  readonly alertId: string;
  /** ISO 8601: until then whoever has the lease publishes it; afterwards anybody may. */
  readonly leaseUntil: string;
  readonly windowEnd: string;
  readonly publication: AlertPublication;
}

/** The alerts' rows, as the dispatcher needs them. */
export interface AlertStore {
  /** Creates the row, pending and leased. False where the alert is there already: somebody else has it. */
  create(alert: Alert, publication: AlertPublication, leaseUntil: Date): Promise<boolean>;
  /** Notes that the alert was sent. Sending twice under the same id is allowed, forgetting isn't. */
  markSent(alertId: string, sentAt: Date): Promise<void>;
}

export type DispatchResult = 'published' | 'repeat' | 'left-pending' | 'below-level';

export interface DispatcherOptions {
  readonly store: AlertStore;
  readonly publisher: AlertPublisher;
  /** The lowest level that is published. */
  readonly minimumLevel: Level;
  readonly windowMinutes: number;
  readonly now: () => Date;
  /** Told of a publication that failed; sweep tries it again. */
  readonly onFailure: (alertId: string, error: unknown) => void;
}

const LEASE_MILLISECONDS = 2 * 60_000;

/**
 * Turns findings into alerts: the row is created pending with a lease, then the message is published, then the
 * row is marked sent. A crash in between can repeat an alert under the same id, and never lose one.
 */
export class AlertDispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** The id of the alert that a finding belongs to, or undefined where its level isn't published. */
  alertId(finding: Finding): string | undefined {
    return this.#isPublished(finding.level) ? alertOf(finding, this.#options.windowMinutes).alertId : undefined;
  }

  /** @throws the store's errors; a failed publication leaves the alert pending, for sweep. */
  async dispatch(finding: Finding): Promise<DispatchResult> {
    if (!this.#isPublished(finding.level)) return 'below-level';
    const { store, publisher, windowMinutes, now, onFailure } = this.#options;
    const alert = alertOf(finding, windowMinutes);
    const publication = publicationOf(alert);
    if (!(await store.create(alert, publication, new Date(now().getTime() + LEASE_MILLISECONDS)))) return 'repeat';
    try {
      await publisher.publish(publication);
    } catch (error) {
      onFailure(alert.alertId, error);
      return 'left-pending';
    }
    await store.markSent(alert.alertId, now());
    return 'published';
  }

  #isPublished(level: Level): boolean {
    return level !== 'informational' && LEVELS.indexOf(level) >= LEVELS.indexOf(this.#options.minimumLevel);
  }
}

function publicationOf(alert: Alert): AlertPublication {
  const { finding } = alert;
  const { subject, body } = textMessage(alert);
  return {
    level: alert.level,
    subject,
    text: body,
    json: jsonMessage(alert),
    attributes: {
      ruleId: printable(finding.ruleId, 256),
      level: finding.level,
      account: printable(finding.account, 64),
      region: printable(finding.region, 64),
      action: printable(finding.action, 256),
      actorKind: finding.actorKind,
    },
  };
}
