import { parentPort } from 'node:worker_threads';
import { createDetector } from '../../../lambda/detection/detector.ts';
import type { Detector } from '../../../lambda/detection/index.ts';
import { judgeBatch, judgePiece, type TimeBounds } from './judge-file.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './judge-thread.ts';

/** Runs in a thread of a scan: judges the batches of files and the pieces of large ones that it is sent, and answers with what came of each. */

let last: Promise<void> = Promise.resolve();
parentPort?.once('message', ({ ruleSet, bounds }: ThreadData) => {
  const detector = createDetector(ruleSet);
  parentPort?.on('message', (request: ThreadRequest) => {
    // One after the other: answers come in the order of the requests.
    last = last.then(async () => parentPort?.postMessage(await answerTo(request, detector, bounds)));
  });
});

async function answerTo(request: ThreadRequest, detector: Detector, bounds: TimeBounds): Promise<ThreadAnswer> {
  if ('files' in request) return await judgeBatch(request.files, detector, bounds);
  const { path, piece } = request;
  const { buffer, byteOffset, byteLength } = piece.bytes;
  // A message brings any kind of Buffer as the plain type.
  return judgePiece(path, { ...piece, bytes: Buffer.from(buffer, byteOffset, byteLength) }, detector, bounds);
}
