import type { Meter } from '../dynamo/queries/read-meter.ts';
import type { AccountRegion } from './account-regions.ts';
import type { DigestEntry, DigestLedger, DigestRow } from './digest-ledger.ts';
import type { LedgerEntry } from './ledger.ts';

/** What was delivered in an hour of an account and region, and its state now. */
export interface HourStatus {
  readonly account: string;
  readonly region: string;
  /** The beginning of the hour, ISO 8601 in UTC. */
  readonly hour: string;
  /**
   * Log objects that are known: the sum of `processed`, `failed`, `open`, `late` and those `missing` that were never
   * read.
   */
  readonly delivered: number;
  readonly processed: number;
  /** Rejected: their content can't be read, or not to its end. */
  readonly failed: number;
  /** In progress. */
  readonly open: number;
  /** Not closed half an hour after the delivery, or never announced by a notification. */
  readonly late: number;
  /**
   * Named by a digest and not in the bucket. Those that were processed before they disappeared also count as
   * `processed`.
   */
  readonly missing: number;
  readonly records: number;
  readonly indexed: number;
  readonly rejected: number;
  readonly findings: number;
  readonly verified: number;
  readonly modified: number;
  readonly unvouched: number;
  /** The state of the digests of this hour; `none` if none has come. */
  readonly digest: DigestRow['status'] | 'none';
}

/** A log object that a person should look at. */
export interface Trouble {
  readonly object: string;
  readonly version: string;
  readonly trouble: 'failed' | 'late' | 'missing' | 'modified' | 'unvouched';
  readonly reason?: string;
}

export interface LedgerStatus {
  /** By account, region and hour; empty hours are left out. */
  readonly hours: readonly HourStatus[];
  readonly troubles: readonly Trouble[];
}

export interface StatusQuery {
  readonly since: Date;
  readonly until: Date;
  readonly now: Date;
  /** What may be read; everything where nothing is said. */
  readonly meter?: Meter;
}

type Counts = { -readonly [Name in keyof HourStatus]: HourStatus[Name] };

const LATE_MILLISECONDS = 30 * 60_000;

/** Digests come hours after what they describe. */
const DIGEST_DELAY_MILLISECONDS = 4 * 3_600_000;

/**
 * Sums up the ledger by account, region and hour of delivery.
 * @throws ReadLimitReached
 */
export async function ledgerStatus(
  ledger: DigestLedger,
  accountRegions: readonly AccountRegion[],
  { since, until, now, meter }: StatusQuery,
): Promise<LedgerStatus> {
  const hours: HourStatus[] = [];
  const troubles: Trouble[] = [];
  for (const { account, region } of accountRegions.toSorted(byAccountAndRegion)) {
    const summary = new RegionSummary(account, region, now);
    const end = new Date(until.getTime() + DIGEST_DELAY_MILLISECONDS).toISOString();
    for await (const row of ledger.rows(account, region, since.toISOString(), end, meter)) {
      if (row.kind === 'digest') {
        const at = row.digestStart ?? row.deliveredAt;
        if (Date.parse(at) >= startOfHour(since) && Date.parse(at) < until.getTime()) summary.addDigest(row, at);
      } else if (Date.parse(row.deliveredAt ?? '') < until.getTime()) {
        summary.addLogObject(row);
      }
    }
    for (const hour of summary.hours()) hours.push(hour);
    for (const trouble of summary.troubles) troubles.push(trouble);
  }
  return { hours, troubles };
}

class RegionSummary {
  readonly troubles: Trouble[] = [];
  readonly #account: string;
  readonly #region: string;
  readonly #now: Date;
  readonly #hours = new Map<string, Counts>();

  constructor(account: string, region: string, now: Date) {
    this.#account = account;
    this.#region = region;
    this.#now = now;
  }

  hours(): readonly HourStatus[] {
    return [...this.#hours.values()].toSorted((a, b) => (a.hour < b.hour ? -1 : 1));
  }

  addDigest(row: DigestEntry, at: string): void {
    const counts = this.#countsOf(at);
    if (counts.digest !== 'invalid') counts.digest = row.status;
    // Those that ingest doesn't know have no row of their own.
    counts.delivered += row.unnotified;
    counts.late += row.unnotified;
  }

  addLogObject(row: LedgerEntry): void {
    const counts = this.#countsOf(row.deliveredAt ?? '');
    counts.delivered++;
    counts.records += row.records;
    counts.indexed += row.indexed;
    counts.rejected += row.rejected;
    counts.findings += row.findings;
    if (row.digestStatus !== undefined) counts[row.digestStatus]++;
    if (row.status === 'closed') counts.processed++;
    else if (row.status === 'rejected') this.#tell(counts, row, 'failed', row.reason);
    else if (row.status === 'open') this.#addOpen(counts, row);
    if (row.digestStatus === 'missing' || row.digestStatus === 'modified' || row.digestStatus === 'unvouched') {
      this.#name(row, row.digestStatus);
    }
  }

  #addOpen(counts: Counts, row: LedgerEntry): void {
    const isLate = this.#now.getTime() - Date.parse(row.deliveredAt ?? '') > LATE_MILLISECONDS;
    if (isLate) this.#tell(counts, row, 'late', row.lastError);
    else counts.open++;
  }

  #tell(counts: Counts, row: LedgerEntry, trouble: 'failed' | 'late', reason: string | undefined): void {
    counts[trouble]++;
    this.#name(row, trouble, reason);
  }

  #name({ object, version }: LedgerEntry, trouble: Trouble['trouble'], reason?: string): void {
    this.troubles.push({ object, version, trouble, ...(reason !== undefined && { reason }) });
  }

  #countsOf(at: string): Counts {
    const hour = new Date(startOfHour(new Date(at))).toISOString().replace('.000', '');
    const known = this.#hours.get(hour);
    if (known !== undefined) return known;
    const made: Counts = {
      account: this.#account,
      region: this.#region,
      hour,
      delivered: 0,
      processed: 0,
      failed: 0,
      open: 0,
      late: 0,
      missing: 0,
      records: 0,
      indexed: 0,
      rejected: 0,
      findings: 0,
      verified: 0,
      modified: 0,
      unvouched: 0,
      digest: 'none',
    };
    this.#hours.set(hour, made);
    return made;
  }
}

const HOUR_MILLISECONDS = 3_600_000;

function startOfHour(at: Date): number {
  return Math.floor(at.getTime() / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
}

function byAccountAndRegion(a: AccountRegion, b: AccountRegion): number {
  return `${a.account} ${a.region}` < `${b.account} ${b.region}` ? -1 : 1;
}
