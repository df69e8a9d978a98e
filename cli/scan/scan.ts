import { availableParallelism } from 'node:os';
import { createDetector, type RuleSet } from '../../lambda/detection/index.ts';
import type { RecordFile, UnreadablePath } from './find-files.ts';
import type { Correlated, TimeBounds } from './judge-file.ts';
import { judgeFiles } from './pool.ts';
import { type ScanFinding, toGroupFinding } from './scan-finding.ts';

export interface ScanOptions {
  readonly ruleSet: RuleSet;
  readonly files: readonly RecordFile[];
  readonly bounds?: TimeBounds;
  /** Threads at most; by default as many as the machine has cores, where there is enough to do for them. */
  readonly threads?: number;
  /** Told of each file that is done. */
  readonly onFile?: (file: RecordFile) => void;
}

/** A record that couldn't be read. */
export interface UnreadableRecord {
  readonly path: string;
  readonly index: number;
  readonly reason: string;
}

/** What a scan looked at. */
export interface ScanTotals {
  readonly files: number;
  readonly records: number;
  readonly judged: number;
  /** Findings that came again, because their events were delivered more than once. */
  readonly repeated: number;
  readonly unreadableRecords: number;
  /** The first unreadable records of each file. */
  readonly namedRecords: readonly UnreadableRecord[];
  /** Files that couldn't be read, or not to their end. */
  readonly unreadableFiles: readonly UnreadablePath[];
}

/** A file on the disk, as the log objects of a bucket are: what it unpacks to is about this much bigger. */
const GZIP_RATIO = 12;

/** Uncompressed bytes that a thread must find to do, or starting it costs more than it saves. */
const BYTES_A_THREAD = 24 * 1024 * 1024;

/**
 * Judges files offline. Yields the findings about events in the order of the files and of the records in them, each once
 * however often its event was delivered; then those of correlations, which must have seen every event, by time. They
 * are judged as if nothing were still to come: a window that is open at the end of the data counts as closed.
 *
 * The result doesn't depend on the number of threads. Memory is bounded by the findings' ids, and by the events that
 * correlations ask for.
 */
export async function* scan(options: ScanOptions): AsyncGenerator<ScanFinding, ScanTotals> {
  const { ruleSet, files, bounds = {}, onFile } = options;
  const seen = new Set<string>();
  const correlated: Correlated[] = [];
  const namedRecords: UnreadableRecord[] = [];
  const unreadableFiles: UnreadablePath[] = [];
  const counts = { files: 0, records: 0, judged: 0, repeated: 0, unreadableRecords: 0 };
  const paths = files.map(({ path }) => path);
  for await (const result of judgeFiles(paths, options.threads ?? threadsFor(files), { ruleSet, bounds })) {
    const file = files[counts.files];
    if (file === undefined) break;
    counts.files++;
    counts.records += result.records;
    counts.judged += result.judged;
    counts.unreadableRecords += result.unreadable;
    for (const record of result.named) namedRecords.push({ path: file.path, ...record });
    if (result.fault !== undefined) unreadableFiles.push({ path: file.path, reason: result.fault });
    for (const event of result.correlated) correlated.push(event);
    for (const finding of result.findings) {
      if (seen.has(finding.findingId)) counts.repeated++;
      else {
        seen.add(finding.findingId);
        yield finding;
      }
    }
    onFile?.(file);
  }
  yield* correlate(ruleSet, correlated);
  return { ...counts, namedRecords, unreadableFiles };
}

function* correlate(ruleSet: RuleSet, correlated: Correlated[]): Generator<ScanFinding> {
  const detector = createDetector(ruleSet);
  for (const { eventTime, memberships } of correlated.sort((a, b) => a.eventTime - b.eventTime)) {
    for (const finding of detector.observe(memberships, eventTime)) yield toGroupFinding(finding);
  }
  for (const finding of detector.settle(Number.POSITIVE_INFINITY)) yield toGroupFinding(finding);
}

function threadsFor(files: readonly RecordFile[]): number {
  const bytes = files.reduce((sum, file) => sum + file.bytes * (file.path.endsWith('.gz') ? GZIP_RATIO : 1), 0);
  return Math.min(availableParallelism(), Math.ceil(bytes / BYTES_A_THREAD));
}
