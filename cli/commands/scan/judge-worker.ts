import { parentPort, workerData } from 'node:worker_threads';
import { keepCompiledCode } from '../../inputs/compiled-code.ts';
import type { ThreadData, ThreadRequest } from './judge-thread.ts';

/** Runs in a thread of a scan: judges the files that it is sent, and answers with what came of each. */

// A thread doesn't inherit this, and what is imported is compiled at once.
keepCompiledCode();
const [{ createDetector }, { judgeFile }, { createDirectory }] = await Promise.all([
  import('../../../lambda/detection/detector.ts'),
  import('./judge-file.ts'),
  import('../../../lambda/directory/directory-file.ts'),
]);
const { ruleSet, bounds, known }: ThreadData = workerData;
const detector = createDetector(ruleSet);
// The thread that started this one tells of what can't be read.
const directory =
  known &&
  createDirectory(
    () => known,
    () => {},
  );
let last: Promise<void> = Promise.resolve();
parentPort?.on('message', ({ path }: ThreadRequest) => {
  // One after the other: answers come in the order of the requests.
  last = last.then(async () => parentPort?.postMessage(await judgeFile(path, detector, bounds, directory)));
});
