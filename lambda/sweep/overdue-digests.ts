import { missingDigests } from '../cloudtrail/digest-chain.ts';
import { parseObjectKey } from '../cloudtrail/object-key.ts';
import { DIGEST_OVERDUE, DIGESTS_MISSING } from '../findings/digest-checks.ts';
import type { Finding } from '../findings/finding.ts';
import { integrityFinding } from '../findings/integrity.ts';
import type { ChainRow, DigestChains } from '../index/digest-chains.ts';

export interface OverdueDigestsDependencies {
  readonly chains: DigestChains;
  /** Records a finding and sends its alert. */
  readonly report: (finding: Finding) => Promise<'new' | 'known'>;
  readonly now: () => Date;
}

const HOUR_MILLISECONDS = 3_600_000;

/** Once a digest is overdue: two hours later it is a run, and then a reminder a day. */
const RUN_AFTER_MILLISECONDS = 2 * HOUR_MILLISECONDS;
const REMINDER_MILLISECONDS = 24 * HOUR_MILLISECONDS;

/** After a week of reminders a trail that says nothing is taken for deleted. */
const MAX_REPORTS = 9;

/**
 * Reports the chains whose next digest hasn't come in its time. Only by the clock can be seen that the newest digest is
 * missing, as no other names it.
 * @returns how many were reported.
 */
export async function reportOverdueDigests({ chains, report, now }: OverdueDigestsDependencies): Promise<number> {
  let reported = 0;
  for await (const chain of chains.overdue(now())) {
    const finding = overdueFinding(chain);
    if (finding !== undefined) await report(finding);
    await chains.reported(chain, nextReport(chain, now()));
    reported++;
  }
  return reported;
}

function overdueFinding({ bucket, lastKey, lastEnd, dueAt, reports }: ChainRow): Finding | undefined {
  const parsedKey = parseObjectKey(lastKey);
  if (parsedKey === undefined || dueAt === undefined) return undefined;
  const hours = Math.max(1, missingDigests(lastEnd, dueAt) - 1);
  return integrityFinding(reports === 0 ? DIGEST_OVERDUE : DIGESTS_MISSING, {
    bucket,
    key: lastKey,
    // Stable for this report of this gap: a crash in between repeats the same finding.
    version: `overdue-${reports}`,
    parsedKey,
    at: dueAt,
    matched: { lastDigest: lastKey, from: lastEnd, to: dueAt, count: String(hours) },
  });
}

function nextReport({ reports }: ChainRow, now: Date): Date | undefined {
  if (reports + 1 >= MAX_REPORTS) return undefined;
  return new Date(now.getTime() + (reports === 0 ? RUN_AFTER_MILLISECONDS : REMINDER_MILLISECONDS));
}
