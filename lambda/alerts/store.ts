import type { Level } from '../detection/index.ts';
import type { ChannelStates } from './channels/channel-state.ts';
import type { AlertProgress, GivenUp } from './channels/progress.ts';
import type { AlertPublication } from './channels/publication.ts';
import type { Alert } from './messages/alert.ts';
import type { Storm } from './noise/storm.ts';
import type { AlertWindow } from './noise/window.ts';

/** An alert that somebody has the lease of, with what is left to do for its first message. */
export interface PendingAlert extends AlertProgress {
  readonly alertId: string;
  readonly kind: 'alert' | 'storm';
  readonly level: Level;
  /** Of eventTime; a storm's is its minute of the clock. */
  readonly window: AlertWindow;
  /** Without the messages of channels that are done. */
  readonly publication: AlertPublication;
  /** ISO 8601 in UTC: whose lease it is. What is noted after another took it over is dropped. */
  readonly leaseUntil: string;
}

/** `known`: somebody else has it. `closed`: it was sent and summed up, and this finding came after that. */
export type Creation = 'created' | 'known' | 'closed';

/** What a new row needs beside the alert. */
export interface Prepared {
  readonly publication: AlertPublication;
  readonly channels: ChannelStates;
}

/** What became of the channels, for the alert's row. */
export interface Noted {
  readonly progress: AlertProgress;
  /** Channels that were given up just now: lines that the row keeps for ever. */
  readonly givenUp: readonly GivenUp[];
  /** When a channel sent the first message, where one did just now. */
  readonly sentAt?: Date;
}

/** The alerts' rows, as sending needs them. Every method may be called again, and by several functions at once. */
export interface AlertStore {
  /** Creates the row, pending and leased, unless it is there. */
  create(alert: Alert, prepared: Prepared, leaseUntil: Date): Promise<Creation>;
  /** As `create`, for a storm. */
  createStorm(storm: Storm, prepared: Prepared, leaseUntil: Date): Promise<Creation>;
  /** Notes what became of the channels, and ends the lease. Nothing where another function has taken the alert over. */
  note(alert: Pick<PendingAlert, 'alertId' | 'leaseUntil' | 'publication'>, noted: Noted): Promise<void>;
  /** Notes that a pending alert isn't sent by itself: the storm stands for it. Nothing where it isn't pending. */
  collapse(alertId: string, stormId: string): Promise<void>;
  /** Has a closed alert summed up again. Nothing where it isn't closed. */
  reopen(alertId: string, summaryDueAt: Date): Promise<void>;
}

/** The places that publications have in a minute of the clock, shared by every function. */
export interface PublicationSlots {
  /**
   * Takes one of the places that a series of publications has in the minute of `now`. An alert that has one already
   * keeps it.
   * @returns false where all `limit` of them are taken.
   */
  claim(series: string, alertId: string, limit: number, now: Date): Promise<boolean>;
}
