import { Worker } from 'node:worker_threads';
import type { RuleSet } from '../../../lambda/detection/index.ts';
import type { DirectoryContent } from '../../../lambda/directory/directory-file.ts';
import type { FileResult, TimeBounds } from './judge-file.ts';

/** What a thread starts with. */
export interface ThreadData {
  readonly ruleSet: RuleSet;
  readonly bounds: TimeBounds;
  /** What is known beside the records. */
  readonly known?: DirectoryContent;
}

/** A file to judge. */
export interface ThreadRequest {
  readonly path: string;
}

interface Waiting {
  readonly resolve: (result: FileResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that judges files in the order in which it gets them. */
export class JudgeThread {
  readonly #worker: Worker;
  #waiting: Waiting[] = [];

  constructor(data: ThreadData) {
    this.#worker = new Worker(new URL('./judge-worker.ts', import.meta.url), { workerData: data });
    this.#worker.on('message', (result: FileResult) => this.#waiting.shift()?.resolve(result));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread gave no answer')));
  }

  /** Files that it has not answered yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws what ended the thread, such as having no memory left. */
  async judge(path: string): Promise<FileResult> {
    const request: ThreadRequest = { path };
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
