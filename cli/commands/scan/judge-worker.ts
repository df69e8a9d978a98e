import { parentPort, workerData } from 'node:worker_threads';
import { createDetector } from '../../../lambda/detection/index.ts';
import { judgeFile } from './judge-file.ts';
import type { ThreadData, ThreadRequest } from './judge-thread.ts';

/** Runs in a thread of a scan: judges the files that it is sent, and answers with what came of each. */

const { ruleSet, bounds }: ThreadData = workerData;
const detector = createDetector(ruleSet);
parentPort?.on('message', async ({ path }: ThreadRequest) => {
  parentPort?.postMessage(await judgeFile(path, detector, bounds));
});
