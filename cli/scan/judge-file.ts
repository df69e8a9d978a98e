import { createReadStream } from 'node:fs';
import { derivedFields } from '../../lambda/cloudtrail/derived-fields.ts';
import { type CloudTrailEvent, type Receipt, readEvent } from '../../lambda/cloudtrail/event.ts';
import { isZlibError } from '../../lambda/cloudtrail/gunzip.ts';
import type { Detector, Membership } from '../../lambda/detection/index.ts';
import { correlationContext } from '../../lambda/findings/correlation.ts';
import { findingOf } from '../../lambda/findings/finding.ts';
import { reasonOf } from './find-files.ts';
import { readRecords } from './read-records.ts';
import { fileReceipt, type ScanFinding, scanFinding } from './scan-finding.ts';

/** Which events are judged: those of `since` and later, and before `until`. Milliseconds since 1970. */
export interface TimeBounds {
  readonly since?: number;
  readonly until?: number;
}

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
  /** Records that couldn't be read, all of them counted and the first ones named. */
  readonly unreadable: number;
  readonly named: readonly { readonly index: number; readonly reason: string }[];
  /** Why the file couldn't be read, or not to its end. */
  readonly fault?: string;
}

/** Records of a file that are named; the others of it are counted. */
const MAX_NAMED = 5;

/** Judges every record of a file, as `judgeRecords` does. */
export async function judgeFile(path: string, detector: Detector, bounds: TimeBounds): Promise<FileResult> {
  return await judgeRecords(createReadStream(path), (index) => fileReceipt(path, index), detector, bounds);
}

/**
 * Judges every record as the deployed functions would. Never throws for what is read: what came before a fault stands.
 */
export async function judgeRecords(
  body: AsyncIterable<Uint8Array>,
  receiptOf: (index: number) => Receipt,
  detector: Detector,
  bounds: TimeBounds,
): Promise<FileResult> {
  const named: { index: number; reason: string }[] = [];
  const findings: ScanFinding[] = [];
  const correlated: Correlated[] = [];
  let records = 0;
  let judged = 0;
  let unreadable = 0;
  const judge = (event: CloudTrailEvent): void => {
    const eventTime = Date.parse(event.eventTime);
    if (!isWithin(eventTime, bounds)) return;
    judged++;
    const derived = derivedFields(event);
    for (const match of detector.match(event.record, derived)) findings.push(scanFinding(findingOf(event, match)));
    const memberships = detector.memberships(event.record, eventTime, derived);
    if (memberships.length > 0) correlated.push({ eventTime, memberships: withContext(memberships, event) });
  };
  let fault: string | undefined;
  try {
    for await (const items of readRecords(body)) {
      for (const item of items) {
        records++;
        const result =
          'problem' in item
            ? { ok: false as const, reason: item.problem }
            : readEvent(item.value, receiptOf(item.index));
        if (result.ok) judge(result.event);
        else {
          unreadable++;
          if (named.length < MAX_NAMED) named.push({ index: item.index, reason: result.reason });
        }
      }
    }
  } catch (error) {
    fault = isZlibError(error) ? `the gzip data is damaged: ${error.message}` : reasonOf(error);
  }
  return { records, judged, findings, correlated, unreadable, named, ...(fault !== undefined && { fault }) };
}

/** A correlation's finding tells of its last event. */
function withContext(memberships: readonly Membership[], event: CloudTrailEvent): readonly Membership[] {
  const context = correlationContext(event);
  return memberships.map(({ key, member }) => ({ key, member: { ...member, context } }));
}

function isWithin(time: number, { since, until }: TimeBounds): boolean {
  return (since === undefined || time >= since) && (until === undefined || time < until);
}
