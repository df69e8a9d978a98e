import type { CollapsedAlerts, Storm } from '../noise/alert-storm.ts';
import type { Alert } from './alert-content.ts';

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

/** A storm: reported at once, and again after its minute, with the alerts that collapsed into it. */
export interface StormNotice {
  readonly kind: 'storm';
  readonly storm: Storm;
  readonly collapsed?: CollapsedAlerts;
}

/** What a message reports, before a channel gives it a form. */
export type Notice = FindingNotice | StormNotice;

export const NOTICE_KINDS = ['alert', 'summary', 'storm', 'test'] as const;

/** What messages are, for filter policies and programs. */
export type NoticeKind = (typeof NOTICE_KINDS)[number];
