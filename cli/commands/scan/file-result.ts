import type { Membership } from '../../../lambda/detection/index.ts';
import type { ScanFinding } from './report/scan-finding.ts';

/** An event that correlations must see, when all files were read. */
export interface Correlated {
  readonly eventTime: number;
  readonly memberships: readonly Membership[];
}

/** What came of one file. */
export interface FileResult {
  /** Records in the file, those that couldn't be read included. */
  readonly records: number;
  /** Events that were judged. */
  readonly judged: number;
  readonly findings: readonly ScanFinding[];
  readonly correlated: readonly Correlated[];
  /** The earliest eventTime of those that were judged: rules of type first_seen learn from then on. */
  readonly firstTime?: number;
  /** Records that couldn't be read. */
  readonly unreadable: number;
  /** Events that lack what CloudTrail always writes, or have it in a wrong type: judged, and counted here too. */
  readonly incomplete: number;
  /** Those of them that have no time: neither the bounds nor correlations apply to them. */
  readonly undated: number;
  /** The first records that are unreadable or incomplete. */
  readonly named: readonly NamedRecord[];
  /** Why the file couldn't be read, or not to its end. */
  readonly fault?: string;
}

/** A record that isn't as CloudTrail writes them, and why. */
export interface NamedRecord {
  readonly index: number;
  readonly reason: string;
  /** Whether it was judged nevertheless. */
  readonly judged: boolean;
}
