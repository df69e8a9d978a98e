import { counted } from '../../../../lambda/shared/counted.ts';
import type { HourStatus } from '../../../../lambda/store/ledger/ledger-status.ts';

/** Whether what was delivered in a time was read, and proved by its digests. */
export interface PeriodCompleteness {
  /** ISO 8601 in UTC, included. */
  readonly since: string;
  /** Not included. */
  readonly until: string;
  /** Something was delivered, all of it was read, and digests vouch for all of it. */
  readonly complete: boolean;
  readonly logObjects: number;
  /** Log objects that digests vouch for. */
  readonly verified: number;
  /** What is wanting, in words; empty if nothing is. */
  readonly wanting: readonly string[];
}

/** Sums the ledger's hours up. */
export function completeness(hours: readonly HourStatus[], since: Date, until: Date): PeriodCompleteness {
  const sum = (name: 'delivered' | 'verified' | 'failed' | 'late' | 'missing' | 'modified' | 'unvouched' | 'open') =>
    hours.reduce((total, hour) => total + hour[name], 0);
  const invalid = hours.filter(({ digest }) => digest === 'invalid').length;
  const delivered = sum('delivered');
  const verified = sum('verified');
  const troubles = (['failed', 'late', 'missing', 'modified', 'unvouched', 'open'] as const).flatMap((name) =>
    sum(name) > 0 ? [`${sum(name)} ${name === 'open' ? 'under way' : name}`] : [],
  );
  const wanting = [
    ...(delivered === 0 ? ['nothing was delivered'] : troubles),
    ...(invalid > 0 ? [`${counted(invalid, 'hour')} whose digest is invalid`] : []),
    ...(troubles.length === 0 && verified < delivered ? [`${delivered - verified} not yet in a digest`] : []),
  ];
  return {
    since: since.toISOString(),
    until: until.toISOString(),
    complete: wanting.length === 0,
    logObjects: delivered,
    verified,
    wanting,
  };
}

/** The same in a sentence. */
export function periodText({ since, until, complete, logObjects, verified, wanting }: PeriodCompleteness): string {
  const objects = `${counted(logObjects, 'log object')}, ${verified} proved by digests`;
  const time = `${since.slice(0, 16)}Z to ${until.slice(0, 16)}Z`;
  return complete
    ? `Records of ${time}: complete. ${objects}.`
    : `Records of ${time}: ${objects}; ${wanting.join(', ')}.`;
}
