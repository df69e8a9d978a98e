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
import { type Piece, recordsOfPiece } from '../../../lambda/cloudtrail/log/read-in-pieces.ts';
import {
  type ReadItem,
  readItem,
  readRecords,
  readRecordsAtOnce,
} from '../../../lambda/cloudtrail/log/read-records.ts';
import type { Detector } from '../../../lambda/detection/index.ts';
import { createDirectory, type DirectoryContent } from '../../../lambda/directory/directory-file.ts';
import { findingOf } from '../../../lambda/findings/event-finding.ts';
import { isJsonObject } from '../../../lambda/shared/json.ts';
import { reasonOf } from '../../inputs/find-files.ts';
import { openInput, readSmallFile } from '../../inputs/open-input.ts';
import { EarliestSights, withContext } from './earliest-sights.ts';
import type { Correlated, FileResult, NamedRecord } from './file-result.ts';
import { judgeInPieces, type PieceJudge } from './judge-large-file.ts';
import { fileReceipt, type ScanFinding, scanFinding } from './report/scan-finding.ts';

/** Which events are judged: those of `since` and later, and before `until`. Milliseconds since 1970. */
export interface TimeBounds {
  readonly since?: number;
  readonly until?: number;
  /** What is known beside the records. */
  readonly known?: DirectoryContent;
}

/** One directory for each content: a file of addresses isn't read again for each file of records. */
const directories = new WeakMap<DirectoryContent, Directory>();

function directoryOf(known: DirectoryContent | undefined): Directory | undefined {
  if (known === undefined) return undefined;
  const made =
    directories.get(known) ??
    createDirectory(
      () => known,
      () => {},
    );
  directories.set(known, made);
  return made;
}

const COUNTS = ['records', 'judged', 'unreadable', 'incomplete', 'undated'] as const;

/** Bytes of a file, gzipped or not, that is read in pieces if it can't be read at once. */
const MIN_LARGE_BYTES = 64 * 1024;

/** Records of a file that are named; the others of it are counted. */
const MAX_NAMED = 5;

/** A file to judge. */
export interface FileToJudge {
  readonly path: string;
  /** As it was listed; 0 of standard input, and where nobody knows it. */
  readonly bytes: number;
}

/**
 * Judges every record of a file, or of standard input, as `judgeRecords` does: a small log object at once, without a
 * promise, because over thousands of them waiting would take longer than judging; a large one in pieces.
 * @param judgePieces by default in this thread.
 */
export function judgeFile(
  { path, bytes }: FileToJudge,
  detector: Detector,
  bounds: TimeBounds,
  judgePieces?: PieceJudge,
): FileResult | Promise<FileResult> {
  const receiptOf = (index: number): Receipt => fileReceipt(path, index);
  const judging = new Judging(receiptOf, detector, bounds);
  const content = bytes > 0 && bytes <= MAX_BYTES_AT_ONCE ? readSmallFile(path, bytes) : undefined;
  if (content !== undefined) {
    const reading = readRecordsAtOnce(content);
    for (let step = reading.next(); ; step = reading.next()) {
      if (!step.done) judging.take(step.value);
      else if (step.value) return judging.result();
      else break;
    }
  }
  const isLarge = bytes >= MIN_LARGE_BYTES && judging.records === 0;
  return isLarge
    ? judgeLarge(path, judging, judgePieces ?? ((piece) => judgePiece(path, piece, detector, bounds)))
    : judging.takeAll(readRecords(openInput(path)));
}

async function judgeLarge(path: string, judging: Judging, judge: PieceJudge): Promise<FileResult> {
  const { results, isWhole } = await judgeInPieces(path, judge);
  for (const result of results) judging.add(result);
  return isWhole ? judging.result() : await judging.takeAll(readRecords(openInput(path)));
}

/** Judges the records of a piece of a log object; undefined if it can't be read. */
export function judgePiece(path: string, piece: Piece, detector: Detector, bounds: TimeBounds): FileResult | undefined {
  const records = recordsOfPiece(piece);
  if (records === undefined) return undefined;
  const judging = new Judging((index) => fileReceipt(path, index), detector, bounds);
  judging.take(records.map((record, place) => readItem(record, piece.first + place)));
  return judging.result();
}

/** Judges some files, one after the other. */
export async function judgeBatch(
  files: readonly FileToJudge[],
  detector: Detector,
  bounds: TimeBounds,
): Promise<readonly FileResult[]> {
  const results: FileResult[] = [];
  for (const file of files) {
    const result = judgeFile(file, detector, bounds);
    results.push(result instanceof Promise ? await result : result);
  }
  return results;
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
): Promise<FileResult> {
  return await new Judging(receiptOf, detector, bounds).takeAll(readRecords(body));
}

/** What came of the records of a file so far. */
class Judging {
  readonly #receiptOf: (index: number) => Receipt;
  readonly #detector: Detector;
  readonly #bounds: TimeBounds;
  readonly #named: NamedRecord[] = [];
  readonly #findings: ScanFinding[] = [];
  readonly #correlated: Correlated[] = [];
  readonly #sights: EarliestSights;
  #firstTime: number | undefined;
  readonly #counts = { records: 0, judged: 0, unreadable: 0, incomplete: 0, undated: 0 };

  constructor(receiptOf: (index: number) => Receipt, detector: Detector, bounds: TimeBounds) {
    this.#receiptOf = receiptOf;
    this.#detector = detector;
    this.#bounds = bounds;
    this.#sights = new EarliestSights(detector);
  }

  /** Judges the records that follow those that were taken. */
  take(items: readonly ReadItem[]): void {
    for (const item of items) {
      this.#counts.records++;
      try {
        this.#takeOne(item);
      } catch (error) {
        // An error in this record must not stop the others.
        this.#unreadable(item.index, reasonOf(error));
      }
    }
  }

  get records(): number {
    return this.#counts.records;
  }

  /** Adds what came of the records that follow. */
  add(result: FileResult): void {
    for (const count of COUNTS) this.#counts[count] += result[count];
    for (const finding of result.findings) this.#findings.push(finding);
    for (const event of result.correlated) this.#correlated.push(event);
    for (const record of result.named) this.#name(record);
    if (result.firstTime !== undefined) this.#isOf(result.firstTime);
  }

  /** Judges all of the records that weren't taken or added yet. */
  async takeAll(batches: AsyncIterable<readonly ReadItem[]>): Promise<FileResult> {
    const known = this.#counts.records;
    try {
      for await (const items of batches) this.take(known === 0 ? items : items.filter(({ index }) => index >= known));
    } catch (error) {
      return this.result(reasonOf(error));
    }
    return this.result();
  }

  result(fault?: string): FileResult {
    return {
      ...this.#counts,
      findings: this.#findings,
      correlated: [...this.#correlated, ...this.#sights.all()],
      ...(this.#firstTime !== undefined && { firstTime: this.#firstTime }),
      named: this.#named,
      ...(fault !== undefined && { fault }),
    };
  }

  #takeOne(item: ReadItem): void {
    const { index } = item;
    if ('problem' in item) {
      this.#unreadable(index, item.problem);
      return;
    }
    const receipt = this.#receiptOf(index);
    const directory = directoryOf(this.#bounds.known);
    const result = checkRecord(item.value, receipt, directory);
    if (result.ok) this.#judge(result.checked);
    else if (isJsonObject(item.value)) {
      this.#counts.incomplete++;
      this.#name({ index, reason: result.reason, judged: true });
      const event = readPartialEvent(item.value, receipt, directory);
      this.#judge({ record: event.record, eventTime: event.eventTime, classify: () => event, parts: () => event });
    } else this.#unreadable(index, result.reason);
  }

  #judge({ record, eventTime: time, classify, parts }: CheckedRecord): void {
    const isDated = time !== '';
    const eventTime = Date.parse(time);
    if (isDated && !isWithin(eventTime, this.#bounds)) return;
    this.#counts.judged++;
    // Few records match a rule, or a part of one that reads the classification: the others need none.
    let known: CloudTrailEvent | undefined;
    const event = (): CloudTrailEvent => {
      known ??= classify();
      return known;
    };
    const { matches, memberships } = this.#detector.judge(record, eventTime, () => {
      const made = parts();
      return fieldsOf(record, () => known ?? made);
    });
    for (const match of matches) this.#findings.push(scanFinding(findingOf(event(), match)));
    if (!isDated) {
      this.#counts.undated++;
      return;
    }
    this.#isOf(eventTime);
    if (memberships.length === 0) return;
    const others = this.#sights.take(memberships, event);
    if (others.length > 0) this.#correlated.push({ eventTime, memberships: withContext(others, event()) });
  }

  #isOf(time: number): void {
    if (this.#firstTime === undefined || time < this.#firstTime) this.#firstTime = time;
  }

  #unreadable(index: number, reason: string): void {
    this.#counts.unreadable++;
    this.#name({ index, reason, judged: false });
  }

  #name(record: NamedRecord): void {
    if (this.#named.length < MAX_NAMED) this.#named.push(record);
  }
}

function isWithin(time: number, { since, until }: TimeBounds): boolean {
  return (since === undefined || time >= since) && (until === undefined || time < until);
}
