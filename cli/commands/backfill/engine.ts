import type { ExecutionInput } from '../../../lambda/backfill/backfill-request.ts';
import type { WorkBucket } from '../../../lambda/backfill/work-bucket.ts';
import type { ConnectionOptions } from '../../aws/connection.ts';

/** An execution of the state machine, as Step Functions tells of it. */
export interface BackfillExecution {
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';
  readonly startedAt: string;
  readonly stoppedAt?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** What runs backfills: Step Functions, or this process over the embedded AWS. */
export interface Engine {
  /** Where lists and results are. */
  readonly work: WorkBucket;
  /** Whether it goes on when this process ends. */
  readonly isElsewhere: boolean;
  /** Calls the function that lists, for an estimate. @throws CommandFailure with what the function says. */
  estimate(event: unknown): Promise<unknown>;
  start(input: ExecutionInput): Promise<void>;
  /** @returns undefined where there is no such execution, or none any more: it is forgotten after ninety days. */
  describe(name: string): Promise<BackfillExecution | undefined>;
  stop(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Connects, answers, and always closes the connection. */
export async function withEngine<Result>(
  options: ConnectionOptions,
  answer: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const isLocal = options.local === true || options.data !== undefined;
  // The emulators are loaded on demand, and so is what only AWS needs.
  const engine = isLocal
    ? await (await import('./local-engine.ts')).localEngine(options.data)
    : await (await import('./aws-engine.ts')).awsEngine(options);
  try {
    return await answer(engine);
  } finally {
    await engine.close();
  }
}
