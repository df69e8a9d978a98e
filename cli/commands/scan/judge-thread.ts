import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RuleSet } from '../../../lambda/detection/index.ts';
import type { FileResult, TimeBounds } from './judge-file.ts';

/** What a thread starts with. */
export interface ThreadData {
  readonly ruleSet: RuleSet;
  readonly bounds: TimeBounds;
}

/** A file to judge. */
export interface ThreadRequest {
  readonly path: string;
}

/** A thread that judges files, one at a time. */
export class JudgeThread {
  readonly #worker: Worker;

  constructor(data: ThreadData) {
    this.#worker = new Worker(new URL('./judge-worker.ts', import.meta.url), { workerData: data });
  }

  /** @throws what ended the thread, such as having no memory left. */
  async judge(path: string): Promise<FileResult> {
    const answer = once(this.#worker, 'message');
    const request: ThreadRequest = { path };
    this.#worker.postMessage(request);
    const [result]: FileResult[] = await answer;
    if (result === undefined) throw new Error('the thread gave no answer');
    return result;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
