import { Worker } from 'node:worker_threads';
import type { Piece } from '../../../lambda/cloudtrail/log/read-in-pieces.ts';
import type { RuleSet } from '../../../lambda/detection/index.ts';
import { threadEnvironment } from '../../inputs/compiled-code.ts';
import type { FileResult } from './file-result.ts';
import type { FileToJudge, TimeBounds } from './judge-file.ts';

/** What a thread judges by. */
export interface ThreadData {
  readonly ruleSet: RuleSet;
  readonly bounds: TimeBounds;
}

/** Files to judge, or a piece of a large one. */
export type ThreadRequest =
  | { readonly files: readonly FileToJudge[] }
  | { readonly path: string; readonly piece: Piece };

/** What came of each file; of a piece, undefined if it can't be read. */
export type ThreadAnswer = readonly FileResult[] | FileResult | undefined;

interface Waiting {
  readonly resolve: (answer: ThreadAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that judges batches of files, and pieces of large ones, in the order in which it gets them. */
export class JudgeThread {
  readonly #worker: Worker;
  #waiting: Waiting[] = [];

  /** Its code is loaded from now on. */
  constructor() {
    this.#worker = new Worker(new URL('./judge-worker.ts', import.meta.url), { env: threadEnvironment() });
    this.#worker.on('message', (answer: ThreadAnswer) => this.#waiting.shift()?.resolve(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread gave no answer')));
  }

  /** Says what it judges by, once, before anything else. */
  begin(data: ThreadData): void {
    this.#worker.postMessage(data);
  }

  /** Batches and pieces that it has not answered yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws what ended the thread, such as having no memory left. */
  async judge(files: readonly FileToJudge[]): Promise<readonly FileResult[]> {
    const answer = await this.#ask({ files });
    return Array.isArray(answer) ? answer : [];
  }

  /**
   * Undefined if the piece can't be read. Its bytes belong to the thread from now on.
   * @throws what ended the thread.
   */
  async judgePiece(path: string, { bytes, first, records }: Piece): Promise<FileResult | undefined> {
    const own = bytes.buffer instanceof ArrayBuffer ? bytes.buffer : undefined;
    const piece = { bytes, first, records };
    const answer = await this.#ask({ path, piece }, own === undefined ? [] : [own]);
    return isOne(answer) ? answer : undefined;
  }

  async #ask(request: ThreadRequest, transfer: readonly ArrayBuffer[] = []): Promise<ThreadAnswer> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request, [...transfer]);
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

function isOne(answer: ThreadAnswer): answer is FileResult {
  return answer !== undefined && !Array.isArray(answer);
}
