import type { Finding } from '../../findings/finding.ts';

/** Findings that are recorded and raise no alert, for a limited time and for a reason. */
export interface Suppression {
  readonly suppressionId: string;
  readonly ruleId: string;
  /** The one actor that it covers; if absent, every actor. */
  readonly actor?: string;
  /** The one account that it covers; if absent, every account. */
  readonly account?: string;
  /** ISO 8601 in UTC: from then on findings raise alerts again by themselves. */
  readonly until: string;
  readonly reason: string;
  readonly createdBy: string;
  readonly createdAt: string;
  /** Ended by a person, before its time. */
  readonly endedAt?: string;
  readonly endedBy?: string;
}

/** Whether a suppression is in force: its time isn't over, and nobody ended it. */
export function isInForce(suppression: Pick<Suppression, 'until' | 'endedAt'>, now: Date): boolean {
  return suppression.endedAt === undefined && Date.parse(suppression.until) > now.getTime();
}

/** Whether a suppression that is in force covers a finding of its rule. The clock decides, not eventTime. */
export function covers(suppression: Suppression, finding: Finding, now: Date): boolean {
  return (
    isInForce(suppression, now) &&
    suppression.ruleId === finding.ruleId &&
    (suppression.actor === undefined || suppression.actor === finding.actor) &&
    (suppression.account === undefined || suppression.account === finding.account)
  );
}
