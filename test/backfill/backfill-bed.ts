import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import {
  type BackfillRequest,
  backfillRequestSchema,
  type ExecutionInput,
} from '../../lambda/backfill/backfill-request.ts';
import { type BatchWiring, wireBatch } from '../../lambda/backfill/batch/wiring.ts';
import { type BatchResult, batchResultSchema } from '../../lambda/backfill/batch-result.ts';
import { type ListWiring, wireList } from '../../lambda/backfill/list/wiring.ts';
import { type BackfillReport, readReport } from '../../lambda/backfill/report.ts';
import { resultKey, WorkBucket } from '../../lambda/backfill/work-bucket.ts';
import { readBackfillBatchEnvironment, readBackfillListEnvironment } from '../../lambda/runtime/environment.ts';
import { mapConcurrently } from '../../lambda/shared/concurrency.ts';
import { createClients } from '../../local/deployment/local-clients.ts';
import { type BackfillFunctions, type Execution, LocalExecutions } from '../../local/states/local-executions.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import type { Deployment } from '../support/deployment.ts';

export interface BedOptions {
  readonly list?: Partial<ListWiring>;
  readonly batch?: Partial<BatchWiring>;
  /** Where lists and results are; the deployment's where it is left out. */
  readonly workBucket?: string;
  /** Stands before a function. */
  readonly around?: (functions: BackfillFunctions) => BackfillFunctions;
}

/** The functions of the backfill over a deployment of a test. */
export class BackfillBed {
  readonly work: WorkBucket;
  readonly metrics = new CountedMetrics();
  readonly executions: LocalExecutions;
  readonly #dynamodb: DynamoDBClient;
  readonly #functions: BackfillFunctions;

  constructor(
    { aws }: Deployment,
    { list, batch, workBucket = aws.resources.buckets.backfill, around = (functions) => functions }: BedOptions = {},
  ) {
    const { clients, resources, endpoints } = aws;
    // What the function's calls take is counted, so it has a client of its own.
    this.#dynamodb = createClients(endpoints).dynamodb;
    const { s3, sns, sqs } = clients;
    this.work = new WorkBucket(s3, workBucket);
    const logger = new Logger({ serviceName: 'test', logLevel: 'SILENT' });
    this.#functions = {
      list: wireList({
        environment: readBackfillListEnvironment(resources.variables.backfillList),
        dynamodb: clients.dynamodb,
        s3,
        ...list,
      }),
      batch: wireBatch({
        environment: readBackfillBatchEnvironment(resources.variables.backfillBatch),
        dynamodb: this.#dynamodb,
        s3,
        sns,
        sqs,
        logger,
        metrics: this.metrics,
        ...batch,
      }),
    };
    this.executions = new LocalExecutions({
      s3,
      workBucket,
      functions: around(this.#functions),
      wait: async () => {},
      lookMilliseconds: 0,
    });
  }

  async run(input: Partial<ExecutionInput> & Pick<ExecutionInput, 'run'>): Promise<Execution> {
    return this.executions.run({
      attempt: 1,
      request: request(),
      next: { part: 0 },
      maxConcurrency: 4,
      toleratedFailurePercentage: 0,
      ...input,
    });
  }

  /** Calls the function that reads a batch, as the state machine does. */
  async batch(line: unknown, milliseconds = 240_000): Promise<unknown> {
    const end = Date.now() + milliseconds;
    return this.#functions.batch(line, { getRemainingTimeInMillis: () => end - Date.now() });
  }

  /** The same, with what the function is told of its time each time that it asks. */
  async batchWith(line: unknown, getRemainingTimeInMillis: () => number): Promise<unknown> {
    return this.#functions.batch(line, { getRemainingTimeInMillis });
  }

  /** What the last try of a batch has left. */
  async resultOf({ run, batch }: { readonly run: string; readonly batch: string }): Promise<BatchResult | undefined> {
    const of = (end: 'done' | 'left') => this.work.get(resultKey(run, batch, end), batchResultSchema);
    return (await of('done')) ?? (await of('left'));
  }

  async report(run: string, attempt = 1): Promise<BackfillReport> {
    return readReport(this.work, { run, attempt });
  }

  stop(): void {
    this.#dynamodb.destroy();
  }
}

/** A request for the days that the tests' objects are of. */
export function request(members: Partial<BackfillRequest> = {}): BackfillRequest {
  return backfillRequestSchema.parse({ since: '2026-11-18', until: '2026-11-22', ...members });
}

export interface MadeObject {
  readonly key: string;
  readonly body: Buffer;
}

/** Puts objects into the log bucket. */
export async function putAll(s3: S3Client, Bucket: string, objects: readonly MadeObject[]): Promise<void> {
  await mapConcurrently(objects, 16, async ({ key: Key, body: Body }) => {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  });
}
