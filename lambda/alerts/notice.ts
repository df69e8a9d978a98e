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

/** What messages are, for filter policies and programs. */
export type NoticeKind = 'alert' | 'summary' | 'storm' | 'test';
