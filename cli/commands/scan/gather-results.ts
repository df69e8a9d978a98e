import { createDetector } from '../../../lambda/detection/detector.ts';
import type { CorrelationFinding, RuleSet } from '../../../lambda/detection/index.ts';
import type { UnreadablePath } from '../../inputs/find-files.ts';
import type { Correlated, FileResult, NamedRecord } from './file-result.ts';
import { type ScanFinding, scanFinding } from './report/scan-finding.ts';

/** A record that couldn't be read, or isn't whole. */
export interface UnreadableRecord extends NamedRecord {
  readonly path: string;
}

/** What a scan has read. */
export interface ScanTotals {
  readonly files: number;
  readonly records: number;
  readonly judged: number;
  /** Findings that came again, because their events were delivered more than once. */
  readonly repeated: number;
  readonly unreadableRecords: number;
  /** Events that aren't whole: judged as far as they go. */
  readonly incomplete: number;
  /** Those of them without a time, which correlations leave out. */
  readonly undated: number;
  /** The first unreadable or incomplete records of each file. */
  readonly namedRecords: readonly UnreadableRecord[];
  /** Files that couldn't be read, or not to their end. */
  readonly unreadableFiles: readonly UnreadablePath[];
}

/** What came of a file, and what people call it. */
export interface NamedResult {
  readonly path: string;
  readonly result: FileResult;
}

/** What rules of type first_seen learn before anything is judged. */
export interface Taught {
  readonly events: readonly Correlated[];
  /** The earliest eventTime of all that was read for it. */
  readonly firstTime?: number;
}

/**
 * Collects the results of files. Findings about events come first, each once even if its event was delivered several
 * times. Findings of correlations follow in the order of time, because correlations must see every event first. A
 * window that is open at the end of the data counts as closed. Rules of type first_seen learn from the first eventTime on,
 * that of the history included.
 *
 * Memory is bounded by the findings' ids, and by the events that correlations ask for.
 */
export async function* gather(
  results: AsyncIterable<NamedResult>,
  ruleSet: RuleSet,
  history?: Taught,
): AsyncGenerator<ScanFinding, ScanTotals> {
  /** By the findings' ids: the event that was told. */
  const seen = new Map<string, string | undefined>();
  const correlated: Correlated[] = [];
  const namedRecords: UnreadableRecord[] = [];
  const unreadableFiles: UnreadablePath[] = [];
  let firstTime = history?.firstTime;
  const counts = { files: 0, records: 0, judged: 0, repeated: 0, unreadableRecords: 0, incomplete: 0, undated: 0 };
  for await (const { path, result } of results) {
    counts.files++;
    counts.records += result.records;
    counts.judged += result.judged;
    counts.unreadableRecords += result.unreadable;
    counts.incomplete += result.incomplete;
    counts.undated += result.undated;
    for (const record of result.named) namedRecords.push({ path, ...record });
    if (result.fault !== undefined) unreadableFiles.push({ path, reason: result.fault });
    for (const event of result.correlated) correlated.push(event);
    if (result.firstTime !== undefined) firstTime = Math.min(firstTime ?? result.firstTime, result.firstTime);
    for (const finding of result.findings) {
      const eventID = idOf(finding);
      if (!seen.has(finding.findingId)) {
        seen.set(finding.findingId, eventID);
        yield finding;
      } else if (seen.get(finding.findingId) === eventID) counts.repeated++;
    }
  }
  yield* correlate(ruleSet, correlated, { taught: history?.events ?? [], firstTime });
  return { ...counts, namedRecords, unreadableFiles };
}

/** Another event under the same id is a further call of a session, of which there is one finding. */
function idOf(finding: ScanFinding): string | undefined {
  return 'eventID' in finding ? (finding.eventID ?? undefined) : undefined;
}

async function* correlate(
  ruleSet: RuleSet,
  correlated: Correlated[],
  { taught, firstTime }: { readonly taught: readonly Correlated[]; readonly firstTime: number | undefined },
): AsyncGenerator<ScanFinding> {
  if (correlated.length === 0) return;
  const detector = createDetector(ruleSet, firstTime === undefined ? {} : { seenSince: firstTime });
  for (const { memberships } of taught.toSorted(inOrder)) detector.teach(memberships);
  for (const { eventTime, memberships } of correlated.sort(inOrder)) {
    for (const firing of detector.observe(memberships, eventTime)) yield await correlationFinding(firing);
  }
  for (const firing of detector.settle(Number.POSITIVE_INFINITY)) yield await correlationFinding(firing);
}

/** What describes the finding is loaded with the first: few scans have one, and it loads all that checks schemas. */
async function correlationFinding(firing: CorrelationFinding): Promise<ScanFinding> {
  const { correlatedFinding } = await import('../../../lambda/findings/correlated-finding.ts');
  return scanFinding(correlatedFinding(firing));
}

/** By eventTime, and those of one time by their ids: which file an event was in makes no difference. */
function inOrder(a: Correlated, b: Correlated): number {
  if (a.eventTime !== b.eventTime) return a.eventTime - b.eventTime;
  const [first, second] = [a, b].map(({ memberships }) => memberships[0]?.member.eventID ?? '');
  if (first === second || first === undefined || second === undefined) return 0;
  return first < second ? -1 : 1;
}
