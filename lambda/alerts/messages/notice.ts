import type { CollapsedAlerts, Storm } from '../noise/storm.ts';
import type { Alert } from './alert.ts';

/** What a message about a finding is: the first of an alert, the summary of its window, or a test of the topics. */
export type FindingNotice =
  | { readonly kind: 'alert' | 'test'; readonly alert: Alert }
  | {
      readonly kind: 'summary';
      /** With the last finding. */
      readonly alert: Alert;
      /** How many findings the alert has, the first included. */
      readonly count: number;
    };

/** A storm: at once, for whoever waits for an alert, and again with what collapsed into it once its minute is over. */
export interface StormNotice {
  readonly kind: 'storm';
  readonly storm: Storm;
  readonly collapsed?: CollapsedAlerts;
}

/** What there is to tell, before a channel gives it a form. */
export type Notice = FindingNotice | StormNotice;

export const NOTICE_KINDS = ['alert', 'summary', 'storm', 'test'] as const;

/** What messages are, for filter policies and programs. */
export type NoticeKind = (typeof NOTICE_KINDS)[number];
