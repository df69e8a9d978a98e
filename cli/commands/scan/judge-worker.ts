import { parentPort, workerData } from 'node:worker_threads';
import { createDetector } from '../../../lambda/detection/detector.ts';
import { judgeBatch } from './judge-file.ts';
import type { ThreadData, ThreadRequest } from './judge-thread.ts';

/** Runs in a thread of a scan: judges the batches of files that it is sent, and answers with what came of each file. */

const { ruleSet, bounds }: ThreadData = workerData;
const detector = createDetector(ruleSet);
let last: Promise<void> = Promise.resolve();
parentPort?.on('message', ({ files }: ThreadRequest) => {
  // One after the other: answers come in the order of the requests.
  last = last.then(async () => parentPort?.postMessage(await judgeBatch(files, detector, bounds)));
});
