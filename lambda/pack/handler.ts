import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readPackEnvironment } from '../runtime/environment.ts';
import { METRIC_NAMESPACE, SERVICES } from '../shared/metric-names.ts';
import { wirePack } from './wiring.ts';

/** The Lambda function: EventBridge Scheduler calls it every ten minutes, once for each lane. */
export const handler = wirePack({
  environment: readPackEnvironment(process.env),
  dynamodb: new DynamoDBClient({}),
  logger: new Logger({ serviceName: SERVICES.pack }),
  metrics: new Metrics({ namespace: METRIC_NAMESPACE, serviceName: SERVICES.pack }),
});
