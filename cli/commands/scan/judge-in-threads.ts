import { setImmediate } from 'node:timers/promises';
import { createDetector } from '../../../lambda/detection/detector.ts';
import { STANDARD_INPUT } from '../../inputs/open-input.ts';
import type { FileResult } from './file-result.ts';
import { type FileToJudge, judgeBatch, judgeFile, judgePiece } from './judge-file.ts';
import type { JudgeThread, ThreadData } from './judge-thread.ts';
import { boundYoungGeneration } from './young-generation.ts';

type Batch = readonly FileToJudge[];

/** Bytes of the files that a thread judges at a time, as far as there is more than one: some hundredths of a second. */
const BATCH_BYTES = 256 * 1024;

/** Bytes of a file that all threads judge together, in pieces: fewer aren't worth the handing on. */
const MIN_SHARED_BYTES = 1024 * 1024;

/** Batches in progress, and results that wait for an earlier batch's, at most: they must not fill the memory. */
const MAX_AHEAD = 16;

/** Batches that a thread has before it: it must not wait while the calling thread judges one itself. */
const BATCHES_A_THREAD = 3;

/**
 * Judges files on several threads, and yields what came of them in the order of the files, however many threads there
 * are. The calling thread is one of them; the others are stopped at the end.
 */
export async function* judgeFiles(
  files: readonly FileToJudge[],
  others: readonly JudgeThread[],
  data: ThreadData,
): AsyncGenerator<FileResult> {
  for (const other of others) other.begin(data);
  const detector = createDetector(data.ruleSet);
  /** Who has little to do judges the next piece; that is this thread where the others are busy. */
  const judgeShared = async (file: FileToJudge): Promise<FileResult> =>
    await judgeFile(file, detector, data.bounds, (piece) => {
      const free = others.find(({ waiting }) => waiting < BATCHES_A_THREAD);
      return free?.judgePiece(file.path, piece) ?? judgePiece(file.path, piece, detector, data.bounds);
    });
  const judge = async (batch: Batch): Promise<readonly FileResult[]> =>
    isShared(batch) ? [await judgeShared(batch[0])] : await judgeBatch(batch, detector, data.bounds);
  const batches = inBatches(files);
  const results: (Pending | undefined)[] = [];
  let next = 0;
  try {
    for (const [index, batch] of batches.entries()) {
      boundYoungGeneration();
      for (;;) {
        next = Math.max(next, index);
        for (const other of others) {
          while (
            other.waiting < mostWaiting(batches.length - next, others.length + 1) &&
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

/** Files that follow each other: a thread is asked and answers once for all of a batch. */
function inBatches(files: readonly FileToJudge[]): readonly Batch[] {
  const batches: Batch[] = [];
  let batch: FileToJudge[] = [];
  let bytes = 0;
  for (const file of files) {
    const isAlone = !isForOneThread(file);
    if (batch.length > 0 && (isAlone || bytes + file.bytes > BATCH_BYTES)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += isAlone ? BATCH_BYTES + 1 : file.bytes;
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

function isForThreads(batch: Batch | undefined): boolean {
  return batch?.[0] !== undefined && isForOneThread(batch[0]);
}

function isShared(batch: Batch): batch is readonly [FileToJudge] {
  return batch[0] !== undefined && batch[0].bytes >= MIN_SHARED_BYTES;
}

/** Standard input belongs to the process, and a large file is for all threads. */
function isForOneThread({ path, bytes }: FileToJudge): boolean {
  return path !== STANDARD_INPUT && bytes < MIN_SHARED_BYTES;
}
