import { Console } from 'node:console';
import type { Writable } from 'node:stream';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { wireIngest } from '../lambda/ingest/wiring.ts';
import { readIngestEnvironment, readSweepEnvironment } from '../lambda/runtime/environment.ts';
import { wireSweep } from '../lambda/sweep/wiring.ts';
import type { QueueFunction } from './event-source-mapping.ts';
import type { LocalAws } from './local-aws.ts';

/** The functions that a deployment has, over the embedded AWS. */
export interface Functions {
  readonly ingest: QueueFunction;
  readonly sweep: () => Promise<unknown>;
}

/**
 * The same functions as in AWS, but for their voices: the standard output belongs to the person here, so logs go to a
 * stream, and metrics nowhere.
 */
export function localFunctions(
  { clients, resources }: Pick<LocalAws, 'clients' | 'resources'>,
  log: Writable,
): Functions {
  process.env.POWERTOOLS_METRICS_DISABLED ??= 'true';
  const { dynamodb, s3, sns, sqs } = clients;
  const logger = new Logger({ serviceName: 'local' });
  // It makes its own console, over the standard output, and takes no other.
  Object.defineProperty(logger, 'console', { value: new Console(log) });
  const metrics = new Metrics({ namespace: 'Trailwarden', serviceName: 'local', logger });
  return {
    ingest: wireIngest({
      environment: readIngestEnvironment(resources.variables.ingest),
      dynamodb,
      s3,
      sns,
      sqs,
      logger,
      metrics,
    }),
    sweep: wireSweep({
      environment: readSweepEnvironment(resources.variables.sweep),
      dynamodb,
      sns,
      logger,
      metrics,
    }),
  };
}
