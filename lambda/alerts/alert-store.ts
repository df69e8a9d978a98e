import type { Level } from '../detection/index.ts';
import type { AlertProgress, GivenUp } from './channels/alert-progress.ts';
import type { AlertPublication } from './channels/alert-publication.ts';
import type { ChannelStates } from './channels/channel-state.ts';
import type { Alert } from './messages/alert-content.ts';
import type { Storm } from './noise/alert-storm.ts';
import type { AlertWindow } from './noise/alert-window.ts';

/** An alert that a function has leased, with what is left to do for its first message. */
export interface PendingAlert extends AlertProgress {
  readonly alertId: string;
  readonly kind: 'alert' | 'storm';
  readonly level: Level;
  /** Of eventTime; a storm's is its minute of the clock. */
  readonly window: AlertWindow;
  /** Without the messages of channels that are done. */
  readonly publication: AlertPublication;
  /** ISO 8601 in UTC: identifies the lease. A result is dropped if another function has taken the lease over. */
  readonly leaseUntil: string;
}

/** `known`: another function has it. `closed`: it was sent and summed up, and this finding came after that. */
export type Creation = 'created' | 'known' | 'closed';

/** What a new row needs in addition to the alert. */
export interface Prepared {
  readonly publication: AlertPublication;
  readonly channels: ChannelStates;
}

/** The results of the channels, for the alert's row. */
export interface Noted {
  readonly progress: AlertProgress;
  /** Channels that were given up just now. The row keeps these entries always. */
  readonly givenUp: readonly GivenUp[];
  /** When a channel sent the first message, if one did just now. */
  readonly sentAt?: Date;
}

/** The alerts' rows, as sending needs them. Every method may be called again, and by several functions at once. */
export interface AlertStore {
  /** Creates the row, pending and leased, unless it is there. */
  create(alert: Alert, prepared: Prepared, leaseUntil: Date): Promise<Creation>;
  /** As `create`, for a storm. */
  createStorm(storm: Storm, prepared: Prepared, leaseUntil: Date): Promise<Creation>;
  /**
   * Notes the results of the channels, and ends the lease. Does nothing if another function has taken the alert over.
   */
  note(alert: Pick<PendingAlert, 'alertId' | 'leaseUntil' | 'publication'>, noted: Noted): Promise<void>;
  /**
   * Notes that a pending alert isn't sent by itself, because the storm replaces it. Does nothing if it isn't pending.
   */
  collapse(alertId: string, stormId: string): Promise<void>;
  /** Makes a closed alert due to be summed up again. Does nothing if it isn't closed. */
  reopen(alertId: string, summaryDueAt: Date): Promise<void>;
}

/** The places for messages in a minute of the clock, shared by all functions. */
export interface PublicationSlots {
  /**
   * Takes one of the places that a series of publications has in the minute of `now`. An alert that has one already
   * keeps it.
   * @returns false if all `limit` of them are taken.
   */
  claim(series: string, alertId: string, limit: number, now: Date): Promise<boolean>;
}
