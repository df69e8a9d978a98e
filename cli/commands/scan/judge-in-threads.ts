import { setImmediate } from 'node:timers/promises';
import type { Directory } from '../../../lambda/cloudtrail/directory.ts';
import { createDetector } from '../../../lambda/detection/detector.ts';
import { STANDARD_INPUT } from '../../inputs/open-input.ts';
import { type FileResult, judgeFile } from './judge-file.ts';
import { JudgeThread, type ThreadData } from './judge-thread.ts';

/** Files in progress, and results that wait for an earlier file's, at most: they must not fill the memory. */
const MAX_AHEAD = 64;

/** Files that a thread has before it: it must not wait while the calling thread judges one itself. */
const FILES_A_THREAD = 4;

/**
 * Judges files on several threads, and yields what came of them in the order of the files, however many threads there
 * are. The calling thread is one of them, and asks `directory`; the others make one of what is known.
 */
export async function* judgeFiles(
  paths: readonly string[],
  threads: number,
  data: ThreadData,
  directory?: Directory,
): AsyncGenerator<FileResult> {
  const detector = createDetector(data.ruleSet);
  const judge = (path: string): Promise<FileResult> => judgeFile(path, detector, data.bounds, directory);
  const others = Array.from({ length: Math.min(threads, paths.length) - 1 }, () => new JudgeThread(data));
  const results: (Pending | undefined)[] = [];
  let next = 0;
  try {
    for (const [index, path] of paths.entries()) {
      for (;;) {
        next = Math.max(next, index);
        for (const other of others) {
          while (other.waiting < FILES_A_THREAD && next < index + MAX_AHEAD && isForThreads(paths[next])) {
            results[next] = pending(other.judge(paths[next++] ?? ''));
          }
        }
        const begun = results[index];
        if (begun === undefined) {
          next = Math.max(next, index + 1);
          yield await judge(path);
          break;
        }
        const own = paths[next];
        if (begun.isDone || own === undefined || next >= index + MAX_AHEAD || own === STANDARD_INPUT) {
          yield await begun.result;
          break;
        }
        results[next++] = pending(judge(own));
        await results[next - 1]?.result.catch(() => {});
        // Answers of the others come in another turn of the event loop.
        await setImmediate();
      }
      results[index] = undefined;
    }
  } finally {
    await Promise.all(others.map((other) => other.stop()));
  }
}

interface Pending {
  readonly result: Promise<FileResult>;
  isDone: boolean;
}

function pending(result: Promise<FileResult>): Pending {
  const begun: Pending = { result, isDone: false };
  // A failure is thrown where the result is awaited.
  result.then(
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
function isForThreads(path: string | undefined): boolean {
  return path !== undefined && path !== STANDARD_INPUT;
}
