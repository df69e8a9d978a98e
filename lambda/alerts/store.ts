import type { Level } from '../detection/index.ts';
import type { Alert } from './alert.ts';
import type { AlertPublication } from './publication.ts';
import type { Storm } from './storm.ts';
import type { AlertWindow } from './window.ts';

/** An alert that somebody has the lease of, ready to be sent. */
export interface PendingAlert {
  readonly alertId: string;
  readonly kind: 'alert' | 'storm';
  readonly level: Level;
  /** Of eventTime; a storm's is its minute of the clock. */
  readonly window: AlertWindow;
  readonly publication: AlertPublication;
}

/** `known`: somebody else has it. `closed`: it was sent and summed up, and this finding came after that. */
export type Creation = 'created' | 'known' | 'closed';

/** The alerts' rows, as sending needs them. Every method may be called again, and by several functions at once. */
export interface AlertStore {
  /** Creates the row, pending and leased, unless it is there. */
  create(alert: Alert, publication: AlertPublication, leaseUntil: Date): Promise<Creation>;
  /** As `create`, for a storm. */
  createStorm(storm: Storm, publication: AlertPublication, leaseUntil: Date): Promise<Creation>;
  /** Notes that a pending alert was sent, and when its window is to be summed up. Nothing where it isn't pending. */
  markSent(alertId: string, sentAt: Date, summaryDueAt: Date): Promise<void>;
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
