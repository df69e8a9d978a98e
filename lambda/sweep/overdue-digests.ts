import { missingDigests } from '../cloudtrail/digest/digest-chain.ts';
import { parseObjectKey } from '../cloudtrail/log/object-key.ts';
import { DIGEST_OVERDUE, DIGESTS_MISSING } from '../findings/digest-checks.ts';
import type { Finding } from '../findings/finding.ts';
import { integrityFinding } from '../findings/integrity-finding.ts';
import type { ChainRow, DigestChains } from '../store/ledger/digest-chains.ts';

export interface OverdueDigestsDependencies {
  readonly chains: DigestChains;
  /** Records a finding and sends its alert. */
  readonly report: (finding: Finding) => Promise<'new' | 'known'>;
  readonly now: () => Date;
  /** Whether the rest must wait for the next run. */
  readonly mustStop: () => boolean;
  /** Called for a chain that could not be reported; it stays due. */
  readonly onFailure: (chain: string, error: unknown) => void;
  /** Called for a row that another version wrote and this one can't read: it was set aside. */
  readonly onUnreadable: (chain: string, reason: string) => void;
}

export interface OverdueDigestsOutcome {
  readonly reported: number;
  /** Chains that could not be reported. */
  readonly failed: number;
}

const HOUR_MILLISECONDS = 3_600_000;

/** Times of further reports about an overdue digest: two hours later as several digests, and then once a day. */
const RUN_AFTER_MILLISECONDS = 2 * HOUR_MILLISECONDS;
const REMINDER_MILLISECONDS = 24 * HOUR_MILLISECONDS;

/** After a week of reminders, a trail without digests is considered deleted. */
const MAX_REPORTS = 9;

/**
 * Reports the chains whose next digest is overdue. Only the clock shows that the newest digest is missing, because no
 * other digest names it. A chain that throws stays due, and the others still have their turns.
 */
export async function reportOverdueDigests(dependencies: OverdueDigestsDependencies): Promise<OverdueDigestsOutcome> {
  const { chains, now, mustStop, onFailure, onUnreadable } = dependencies;
  let reported = 0;
  let failed = 0;
  for await (const due of chains.overdue(now())) {
    if (mustStop()) break;
    try {
      if ('unreadable' in due) {
        onUnreadable(due.name, due.unreadable);
        await chains.setAside(due.name, due.unreadable);
      } else {
        await reportOverdue(dependencies, due.row);
        reported++;
      }
    } catch (error) {
      failed++;
      onFailure(due.name, error);
    }
  }
  return { reported, failed };
}

async function reportOverdue({ chains, report, now }: OverdueDigestsDependencies, chain: ChainRow): Promise<void> {
  const finding = overdueFinding(chain);
  if (finding !== undefined) await report(finding);
  await chains.reported(chain, nextReport(chain, now()));
}

function overdueFinding({ bucket, lastKey, lastEnd, dueAt, reports }: ChainRow): Finding | undefined {
  const parsedKey = parseObjectKey(lastKey);
  if (parsedKey === undefined || dueAt === undefined) return undefined;
  const hours = Math.max(1, missingDigests(lastEnd, dueAt) - 1);
  return integrityFinding(reports === 0 ? DIGEST_OVERDUE : DIGESTS_MISSING, {
    bucket,
    key: lastKey,
    // The id is stable for this report of this gap: a crash in between repeats the same finding.
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
