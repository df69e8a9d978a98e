import { Worker } from 'node:worker_threads';
import type { RuleSet } from '../../../lambda/detection/index.ts';
import { threadEnvironment } from '../../inputs/compiled-code.ts';
import type { FileResult, FileToJudge, TimeBounds } from './judge-file.ts';

/** What a thread starts with. */
export interface ThreadData {
  readonly ruleSet: RuleSet;
  readonly bounds: TimeBounds;
}

/** Files to judge. */
export interface ThreadRequest {
  readonly files: readonly FileToJudge[];
}

interface Waiting {
  readonly resolve: (results: readonly FileResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that judges batches of files in the order in which it gets them. */
export class JudgeThread {
  readonly #worker: Worker;
  #waiting: Waiting[] = [];

  constructor(data: ThreadData) {
    this.#worker = new Worker(new URL('./judge-worker.ts', import.meta.url), {
      workerData: data,
      env: threadEnvironment(),
    });
    this.#worker.on('message', (results: readonly FileResult[]) => this.#waiting.shift()?.resolve(results));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread gave no answer')));
  }

  /** Batches that it has not answered yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws what ended the thread, such as having no memory left. */
  async judge(files: readonly FileToJudge[]): Promise<readonly FileResult[]> {
    const request: ThreadRequest = { files };
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting = [];
  }
}
