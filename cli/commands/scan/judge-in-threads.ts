import { createDetector } from '../../../lambda/detection/detector.ts';
import { STANDARD_INPUT } from '../../inputs/open-input.ts';
import { type FileResult, judgeFile } from './judge-file.ts';
import { JudgeThread, type ThreadData } from './judge-thread.ts';

/** Files in progress, and results that wait for an earlier file's, at most: they must not fill the memory. */
const MAX_AHEAD = 64;

/**
 * Judges files on several threads, and yields what came of them in the order of the files, however many threads there
 * are. With one, that is the calling one.
 */
export async function* judgeFiles(
  paths: readonly string[],
  threads: number,
  data: ThreadData,
): AsyncGenerator<FileResult> {
  if (threads <= 1) {
    const detector = createDetector(data.ruleSet);
    for (const path of paths) yield await judgeFile(path, detector, data.bounds);
    return;
  }
  const all = Array.from({ length: Math.min(threads, paths.length) }, () => new JudgeThread(data));
  const idle = [...all];
  const ahead: Promise<FileResult>[] = [];
  let next = 0;
  const start = (): void => {
    while (ahead.length < MAX_AHEAD) {
      const path = paths[next];
      const thread = path === undefined ? undefined : idle.pop();
      if (path === undefined || thread === undefined) return;
      next++;
      // Standard input belongs to the process.
      const result =
        path === STANDARD_INPUT ? judgeFile(path, createDetector(data.ruleSet), data.bounds) : thread.judge(path);
      ahead.push(result);
      // A failure is thrown where the result is awaited.
      result.then(
        () => {
          idle.push(thread);
          start();
        },
        () => {},
      );
    }
  };
  try {
    start();
    for (let result = ahead.shift(); result !== undefined; result = ahead.shift()) {
      yield await result;
      start();
    }
  } finally {
    await Promise.all(all.map((thread) => thread.stop()));
  }
}
