import { setImmediate } from 'node:timers/promises';
import {
  type CheckedRecord,
  type CloudTrailEvent,
  checkRecord,
  type Receipt,
  readPartialEvent,
} from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { fieldsOf } from '../../../lambda/cloudtrail/derived-fields.ts';
import type { Directory } from '../../../lambda/cloudtrail/directory.ts';
import { MAX_BYTES_AT_ONCE } from '../../../lambda/cloudtrail/log/read-at-once.ts';
import { type ReadItem, readRecords, readRecordsAtOnce } from '../../../lambda/cloudtrail/log/read-records.ts';
import type { Detector, Membership } from '../../../lambda/detection/index.ts';
import { correlationContext } from '../../../lambda/findings/correlated-finding.ts';
import { findingOf } from '../../../lambda/findings/event-finding.ts';
import { isJsonObject } from '../../../lambda/shared/json.ts';
import { reasonOf } from '../../inputs/find-files.ts';
import { openInput, readSmallFile } from '../../inputs/open-input.ts';
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

/** Records of a file that are named; the others of it are counted. */
const MAX_NAMED = 5;

/** Judges every record of a file, or of standard input, as `judgeRecords` does. */
export async function judgeFile(
  path: string,
  detector: Detector,
  bounds: TimeBounds,
  directory?: Directory,
): Promise<FileResult> {
  const receiptOf = (index: number): Receipt => fileReceipt(path, index);
  // A new turn of the event loop, so that a signal or a full pipe isn't kept waiting by thousands of small files.
  await setImmediate();
  return await judgeBatches(readFile(path), receiptOf, detector, bounds, directory);
}

/** A small file at once, as far as that goes; the rest as a stream. */
async function* readFile(path: string): AsyncGenerator<readonly ReadItem[]> {
  const content = readSmallFile(path, MAX_BYTES_AT_ONCE);
  let known = 0;
  if (content !== undefined) {
    const reading = readRecordsAtOnce(content);
    for (let step = reading.next(); ; step = reading.next()) {
      if (step.done && step.value) return;
      if (step.done) break;
      known += step.value.length;
      yield step.value;
    }
  }
  for await (const items of readRecords(openInput(path))) {
    yield known === 0 ? items : items.filter(({ index }) => index >= known);
  }
}

/**
 * Judges every record as the deployed functions would, and those that aren't whole as far as they go. Never throws
 * because of the content: results from before a fault are kept.
 */
export async function judgeRecords(
  body: AsyncIterable<Uint8Array>,
  receiptOf: (index: number) => Receipt,
  detector: Detector,
  bounds: TimeBounds,
  directory?: Directory,
): Promise<FileResult> {
  return await judgeBatches(readRecords(body), receiptOf, detector, bounds, directory);
}

async function judgeBatches(
  batches: AsyncIterable<readonly ReadItem[]>,
  receiptOf: (index: number) => Receipt,
  detector: Detector,
  bounds: TimeBounds,
  directory: Directory | undefined,
): Promise<FileResult> {
  const named: NamedRecord[] = [];
  const findings: ScanFinding[] = [];
  const correlated: Correlated[] = [];
  let records = 0;
  let judged = 0;
  let unreadable = 0;
  let incomplete = 0;
  let undated = 0;
  const name = (record: NamedRecord): void => {
    if (named.length < MAX_NAMED) named.push(record);
  };
  const judge = ({ record, eventTime: time, classify }: CheckedRecord): void => {
    const isDated = time !== '';
    const eventTime = Date.parse(time);
    if (isDated && !isWithin(eventTime, bounds)) return;
    judged++;
    // Few records match a rule, or a part of one that reads the classification: the others need none.
    let known: CloudTrailEvent | undefined;
    const event = (): CloudTrailEvent => {
      known ??= classify();
      return known;
    };
    const { matches, memberships } = detector.judge(record, eventTime, () => fieldsOf(record, event));
    for (const match of matches) findings.push(scanFinding(findingOf(event(), match)));
    if (!isDated) undated++;
    else if (memberships.length > 0) correlated.push({ eventTime, memberships: withContext(memberships, event()) });
  };
  const take = (item: ReadItem): void => {
    const { index } = item;
    if ('problem' in item) {
      unreadable++;
      name({ index, reason: item.problem, judged: false });
      return;
    }
    const result = checkRecord(item.value, receiptOf(index), directory);
    if (result.ok) judge(result.checked);
    else if (isJsonObject(item.value)) {
      incomplete++;
      name({ index, reason: result.reason, judged: true });
      const event = readPartialEvent(item.value, receiptOf(index), directory);
      judge({ record: event.record, eventTime: event.eventTime, classify: () => event });
    } else {
      unreadable++;
      name({ index, reason: result.reason, judged: false });
    }
  };
  let fault: string | undefined;
  try {
    for await (const items of batches) {
      for (const item of items) {
        records++;
        try {
          take(item);
        } catch (error) {
          // An error in this record must not stop the others.
          unreadable++;
          name({ index: item.index, reason: reasonOf(error), judged: false });
        }
      }
    }
  } catch (error) {
    fault = reasonOf(error);
  }
  const counts = { records, judged, unreadable, incomplete, undated };
  return { ...counts, findings, correlated, named, ...(fault !== undefined && { fault }) };
}

/** A correlation's finding describes its last event. */
function withContext(memberships: readonly Membership[], event: CloudTrailEvent): readonly Membership[] {
  const context = correlationContext(event);
  return memberships.map(({ key, member }) => ({ key, member: { ...member, context } }));
}

function isWithin(time: number, { since, until }: TimeBounds): boolean {
  return (since === undefined || time >= since) && (until === undefined || time < until);
}
