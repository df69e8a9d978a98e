import type { Finding } from '../../findings/finding.ts';

/** Findings that are recorded and tell nobody, for a while and for a reason. */
export interface Suppression {
  readonly suppressionId: string;
  readonly ruleId: string;
  /** The one actor that it is about; any where there is none. */
  readonly actor?: string;
  /** The one account that it is about; any where there is none. */
  readonly account?: string;
  /** ISO 8601 in UTC: from then on findings raise alerts again, without anybody doing anything. */
  readonly until: string;
  readonly reason: string;
  readonly createdBy: string;
  readonly createdAt: string;
  /** Ended by hand, before its time. */
  readonly endedAt?: string;
  readonly endedBy?: string;
}

/** Whether a suppression is in force: neither over nor ended. */
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
