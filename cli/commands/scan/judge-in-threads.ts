import { setImmediate } from 'node:timers/promises';
import { createDetector } from '../../../lambda/detection/detector.ts';
import { STANDARD_INPUT } from '../../inputs/open-input.ts';
import { type FileResult, type FileToJudge, judgeBatch } from './judge-file.ts';
import type { JudgeThread, ThreadData } from './judge-thread.ts';

type Batch = readonly FileToJudge[];

/** Bytes of the files that a thread judges at a time, as far as there is more than one: some hundredths of a second. */
const BATCH_BYTES = 256 * 1024;

/** Batches in progress, and results that wait for an earlier batch's, at most: they must not fill the memory. */
const MAX_AHEAD = 16;

/** Batches that a thread has before it: it must not wait while the calling thread judges one itself. */
const BATCHES_A_THREAD = 3;

/**
 * Judges files on several threads, and yields what came of them in the order of the files, however many threads there
 * are. The calling thread is one of them.
 */
export async function* judgeFiles(
  files: readonly FileToJudge[],
  threads: number,
  data: ThreadData,
): AsyncGenerator<FileResult> {
  const detector = createDetector(data.ruleSet);
  const judge = (batch: Batch): Promise<readonly FileResult[]> => judgeBatch(batch, detector, data.bounds);
  const others = await startThreads(Math.min(threads, files.length) - 1, data);
  const batches = inBatches(files);
  const results: (Pending | undefined)[] = [];
  let next = 0;
  try {
    for (const [index, batch] of batches.entries()) {
      for (;;) {
        next = Math.max(next, index);
        for (const other of others) {
          while (
            other.waiting < mostWaiting(batches.length - next, threads) &&
            next < index + MAX_AHEAD &&
            isForThreads(batches[next])
          ) {
            results[next] = pending(other.judge(batches[next++] ?? []));
          }
        }
        const begun = results[index];
        if (begun === undefined) {
          next = Math.max(next, index + 1);
          yield* await judge(batch);
          break;
        }
        const own = batches[next];
        if (begun.isDone || next >= index + MAX_AHEAD || !isForThreads(own)) {
          yield* await begun.results;
          break;
        }
        results[next++] = pending(judge(own ?? []));
        await results[next - 1]?.results.catch(() => {});
        // Answers of the others come in another turn of the event loop.
        await setImmediate();
      }
      results[index] = undefined;
      // Signals, a full pipe and answers of the others mustn't wait for thousands of small files.
      await setImmediate();
    }
  } finally {
    await Promise.all(others.map((other) => other.stop()));
  }
}

/** Towards the end fewer, or one thread would have several left when the others have none. */
function mostWaiting(left: number, threads: number): number {
  return Math.min(BATCHES_A_THREAD, Math.ceil(left / (2 * threads)));
}

async function startThreads(count: number, data: ThreadData): Promise<readonly JudgeThread[]> {
  if (count < 1) return [];
  const { JudgeThread } = await import('./judge-thread.ts');
  return Array.from({ length: count }, () => new JudgeThread(data));
}

/** Files that follow each other: a thread is asked and answers once for all of a batch. */
function inBatches(files: readonly FileToJudge[]): readonly Batch[] {
  const batches: Batch[] = [];
  let batch: FileToJudge[] = [];
  let bytes = 0;
  for (const file of files) {
    const isAlone = file.path === STANDARD_INPUT;
    if (batch.length > 0 && (isAlone || bytes + file.bytes > BATCH_BYTES)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += isAlone ? BATCH_BYTES : file.bytes;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

interface Pending {
  readonly results: Promise<readonly FileResult[]>;
  isDone: boolean;
}

function pending(results: Promise<readonly FileResult[]>): Pending {
  const begun: Pending = { results, isDone: false };
  // A failure is thrown where the result is awaited.
  results.then(
    () => {
      begun.isDone = true;
    },
    () => {
      begun.isDone = true;
    },
  );
  return begun;
}

/** Standard input belongs to the process. */
function isForThreads(batch: Batch | undefined): boolean {
  return batch !== undefined && batch[0]?.path !== STANDARD_INPUT;
}
