import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { type ExecutionInput, executionName } from '../../lambda/backfill/backfill-request.ts';
import { backfillStates } from '../../lambda/backfill/state-machine.ts';
import { WorkBucket } from '../../lambda/backfill/work-bucket.ts';
import { ExecutionAborted, runStates } from './run-states.ts';

/** What is kept of an execution. */
export const executionSchema = z.object({
  name: z.string(),
  status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED']),
  startedAt: z.string(),
  stoppedAt: z.string().optional(),
  /** The error's name and message. */
  error: z.string().optional(),
  cause: z.string().optional(),
});

export type Execution = z.infer<typeof executionSchema>;

/** The functions that the state machine calls. */
export interface BackfillFunctions {
  readonly list: (event: unknown, context: LocalContext) => Promise<unknown>;
  readonly batch: (event: unknown, context: LocalContext) => Promise<unknown>;
}

interface LocalContext {
  readonly getRemainingTimeInMillis: () => number;
}

export interface LocalExecutionsOptions {
  readonly s3: S3Client;
  readonly workBucket: string;
  readonly functions: BackfillFunctions;
  readonly now?: () => Date;
  /** Waiting before another try. */
  readonly wait?: (milliseconds: number) => Promise<void>;
  /** Milliseconds between looking whether an execution is to stop. */
  readonly lookMilliseconds?: number;
}

/** Milliseconds that a call of a function may take, as in AWS. */
const TIMEOUTS = { list: 15 * 60_000, batch: 4 * 60_000 } as const;

/** The work bucket is asked so often whether an execution is to stop. */
const LOOK_MILLISECONDS = 500;

/** Executions of the backfill's state machine in this process: what is kept of them is in the work bucket. */
export class LocalExecutions {
  readonly #options: LocalExecutionsOptions;
  readonly #work: WorkBucket;

  constructor(options: LocalExecutionsOptions) {
    this.#options = options;
    this.#work = new WorkBucket(options.s3, options.workBucket);
  }

  /** Runs an execution to its end. Never throws because of what happens in it. */
  async run(input: ExecutionInput): Promise<Execution> {
    const { now = () => new Date(), workBucket, wait = sleep, lookMilliseconds = LOOK_MILLISECONDS } = this.#options;
    const name = executionName(input);
    const begun = { name, startedAt: now().toISOString() };
    await this.#keep({ ...begun, status: 'RUNNING' });
    const end = async (status: Execution['status'], error?: Error): Promise<Execution> => {
      const stopped = { ...begun, status, stoppedAt: now().toISOString() };
      return this.#keep(error === undefined ? stopped : { ...stopped, error: error.name, cause: error.message });
    };
    const definition = backfillStates({ list: 'list', batch: 'batch', workBucket, partition: 'aws' });
    let looked = 0;
    let isStopped = false;
    try {
      await runStates(definition, input, {
        call: (resource, asked) => this.#call(resource === 'list' ? 'list' : 'batch', asked),
        read: async (bucket, key) => (await new WorkBucket(this.#options.s3, bucket).getText(key)) ?? '',
        isStopped: async () => {
          if (isStopped || Date.now() - looked < lookMilliseconds) return isStopped;
          looked = Date.now();
          isStopped = (await this.#work.getText(stopKey(name))) !== undefined;
          return isStopped;
        },
        wait: async (milliseconds) => {
          await wait(milliseconds);
        },
      });
      return await end('SUCCEEDED');
    } catch (error) {
      if (error instanceof ExecutionAborted) return end('ABORTED');
      return end('FAILED', error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** @returns undefined where there is no such execution. */
  async describe(name: string): Promise<Execution | undefined> {
    return this.#work.get(executionKey(name), executionSchema);
  }

  /** Has an execution of any process end: batches that are being read are read to their end. */
  async stop(name: string): Promise<void> {
    await this.#work.put(stopKey(name), {});
  }

  /** Calls the function that lists, for an estimate. */
  async list(event: unknown): Promise<unknown> {
    return this.#call('list', event);
  }

  async #call(name: 'list' | 'batch', event: unknown): Promise<unknown> {
    const end = Date.now() + TIMEOUTS[name];
    return this.#options.functions[name](event, { getRemainingTimeInMillis: () => end - Date.now() });
  }

  async #keep(execution: Execution): Promise<Execution> {
    await this.#work.put(executionKey(execution.name), execution);
    return execution;
  }
}

function executionKey(name: string): string {
  return `executions/${name}.json`;
}

function stopKey(name: string): string {
  return `executions/${name}.stop`;
}
