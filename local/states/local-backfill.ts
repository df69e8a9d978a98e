import { Console } from 'node:console';
import type { Writable } from 'node:stream';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { wireBatch } from '../../lambda/backfill/batch/wiring.ts';
import { wireList } from '../../lambda/backfill/list/wiring.ts';
import { readBackfillBatchEnvironment, readBackfillListEnvironment } from '../../lambda/runtime/environment.ts';
import { LOCAL_SERVICE, METRIC_NAMESPACE } from '../../lambda/shared/metric-names.ts';
import type { LocalAws } from '../deployment/local-aws.ts';
import { createClients } from '../deployment/local-clients.ts';
import { LocalExecutions } from './local-executions.ts';

/** Backfills over an embedded AWS, in this process. */
export interface LocalBackfill {
  readonly executions: LocalExecutions;
  close(): void;
}

/** @param log where the functions' logs go. */
export function localBackfill(
  { clients, resources }: Pick<LocalAws, 'clients' | 'resources'>,
  log: Writable,
): LocalBackfill {
  process.env.POWERTOOLS_METRICS_DISABLED ??= 'true';
  const logger = new Logger({ serviceName: LOCAL_SERVICE });
  // It makes its own console, over the standard output, and takes no other.
  Object.defineProperty(logger, 'console', { value: new Console(log) });
  const { s3, sns, sqs } = clients;
  // What a batch takes is counted: nothing else is to be told of it.
  const own = createClients(clients.endpoints);
  const executions = new LocalExecutions({
    s3,
    workBucket: resources.buckets.backfill,
    functions: {
      list: wireList({
        environment: readBackfillListEnvironment(resources.variables.backfillList),
        dynamodb: clients.dynamodb,
        s3,
      }),
      batch: wireBatch({
        environment: readBackfillBatchEnvironment(resources.variables.backfillBatch),
        dynamodb: own.dynamodb,
        s3,
        sns,
        sqs,
        logger,
        metrics: new Metrics({ namespace: METRIC_NAMESPACE, serviceName: LOCAL_SERVICE, logger }),
      }),
    },
  });
  return { executions, close: own.destroy };
}
