import { availableParallelism } from 'node:os';
import type { RuleSet } from '../../../lambda/detection/index.ts';
import type { RecordFile } from '../../inputs/find-files.ts';
import type { Known } from '../../inputs/known.ts';
import { gather, type NamedResult, type ScanTotals } from './gather-results.ts';
import type { TimeBounds } from './judge-file.ts';
import { judgeFiles } from './judge-in-threads.ts';
import type { ScanFinding } from './scan-finding.ts';

export interface ScanOptions {
  readonly ruleSet: RuleSet;
  readonly files: readonly RecordFile[];
  readonly bounds?: TimeBounds;
  readonly known?: Known;
  /** Threads at most; by default as many as the machine has cores, where there is enough to do for them. */
  readonly threads?: number;
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
  return gather(judge(options), options.ruleSet);
}

async function* judge({
  ruleSet,
  files,
  bounds = {},
  known,
  threads,
  onFile,
}: ScanOptions): AsyncGenerator<NamedResult> {
  const paths = files.map(({ path }) => path);
  let index = 0;
  const data = { ruleSet, bounds, known: known?.content };
  for await (const result of judgeFiles(paths, threads ?? threadsFor(files), data, known?.directory)) {
    const file = files[index++];
    if (file === undefined) return;
    yield { path: file.path, result };
    onFile?.(file);
  }
}

function threadsFor(files: readonly RecordFile[]): number {
  const bytes = files.reduce((sum, file) => sum + file.bytes * (file.path.endsWith('.gz') ? GZIP_RATIO : 1), 0);
  return Math.min(availableParallelism(), Math.ceil(bytes / BYTES_A_THREAD));
}
