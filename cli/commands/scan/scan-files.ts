import { availableParallelism } from 'node:os';
import { createDetector, type RuleSet } from '../../../lambda/detection/index.ts';
import type { RecordFile, UnreadablePath } from '../../inputs/find-files.ts';
import type { Known } from '../../inputs/known.ts';
import { neededRules } from '../../inputs/needed-rules.ts';
import type { Correlated } from './file-result.ts';
import { gather, type NamedResult, type ScanTotals, type Taught } from './gather-results.ts';
import type { TimeBounds } from './judge-file.ts';
import { judgeFiles } from './judge-in-threads.ts';
import type { JudgeThread } from './judge-thread.ts';
import type { ScanFinding } from './report/scan-finding.ts';

export interface ScanOptions {
  readonly ruleSet: RuleSet;
  readonly files: readonly RecordFile[];
  readonly bounds?: TimeBounds;
  readonly known?: Known;
  /** Threads at most, or those that are there beside the calling one; by default what `startThreads` starts. */
  readonly threads?: number | readonly JudgeThread[];
  /** What rules of type first_seen have learnt before. */
  readonly history?: Taught;
  /** Told of each file that is done. */
  readonly onFile?: (file: RecordFile) => void;
}

/** What log objects unpack to is about so many times their size. */
const GZIP_RATIO = 12;

/** Uncompressed bytes that a thread must find to do, or starting it costs more than it saves. */
const BYTES_A_THREAD = 24 * 1024 * 1024;

/**
 * Judges files offline, on every core, as `gather` says. Findings about events come in the order of the files and of the
 * records in them; the result doesn't depend on the number of threads.
 */
export function scan(options: ScanOptions): AsyncGenerator<ScanFinding, ScanTotals> {
  return gather(judge(options), options.ruleSet, options.history);
}

/**
 * Reads files that only teach: nothing of them is judged or counted.
 * @returns what they teach, and those that couldn't be read.
 */
export async function teachFrom(
  options: Pick<ScanOptions, 'ruleSet' | 'files' | 'threads'>,
): Promise<{ readonly history: Taught; readonly unreadable: readonly UnreadablePath[] }> {
  const { version, rules } = neededRules(options.ruleSet, (rule) => isFirstSeen(rule));
  const ruleSet = { version, rules };
  const detector = createDetector(ruleSet);
  const events: Correlated[] = [];
  const unreadable: UnreadablePath[] = [];
  let firstTime: number | undefined;
  for await (const { path, result } of judge({ ...options, ruleSet })) {
    for (const { eventTime, memberships } of result.correlated) {
      const { firstSeen } = detector.correlations.split(memberships);
      if (firstSeen.length > 0) events.push({ eventTime, memberships: firstSeen });
    }
    if (result.firstTime !== undefined) firstTime = Math.min(firstTime ?? result.firstTime, result.firstTime);
    if (result.fault !== undefined) unreadable.push({ path, reason: result.fault });
  }
  return { history: { events, ...(firstTime !== undefined && { firstTime }) }, unreadable };
}

function isFirstSeen(rule: RuleSet['rules'][number]): boolean {
  return rule.kind === 'correlation' && rule.type === 'first_seen';
}

async function* judge({
  ruleSet,
  files,
  bounds = {},
  known,
  threads,
  onFile,
}: ScanOptions): AsyncGenerator<NamedResult> {
  let index = 0;
  const others = typeof threads === 'object' ? threads : await startThreads(files, threads);
  for await (const result of judgeFiles(files, others, { ruleSet, bounds: { ...bounds, known: known?.content } })) {
    const file = files[index++];
    if (file === undefined) return;
    yield { path: file.path, result };
    onFile?.(file);
  }
}

/**
 * Starts the threads that judge files beside the calling one; their code loads while that one goes on.
 * @param threads all together; by default as many as the machine has cores, where there is enough to do for them.
 */
export async function startThreads(
  files: readonly RecordFile[],
  threads = threadsFor(files),
): Promise<readonly JudgeThread[]> {
  if (threads < 2) return [];
  const { JudgeThread } = await import('./judge-thread.ts');
  return Array.from({ length: threads - 1 }, () => new JudgeThread());
}

function threadsFor(files: readonly RecordFile[]): number {
  const bytes = files.reduce((sum, file) => sum + file.bytes * (file.path.endsWith('.gz') ? GZIP_RATIO : 1), 0);
  return Math.min(availableParallelism(), Math.ceil(bytes / BYTES_A_THREAD));
}
