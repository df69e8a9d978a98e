import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readPackEnvironment } from '../runtime/environment.ts';
import { functionMetrics } from '../runtime/function-metrics.ts';
import { withoutLog } from '../runtime/without-log.ts';
import { SERVICES } from '../shared/metric-names.ts';
import { DYNAMODB_CLIENT } from '../store/dynamo/client-settings.ts';
import { wirePack } from './wiring.ts';

const environment = readPackEnvironment(process.env);

/** The Lambda function: EventBridge Scheduler calls it every ten minutes, once for each lane. */
export const handler = wirePack({
  environment,
  dynamodb: withoutLog(new DynamoDBClient(DYNAMODB_CLIENT)),
  logger: new Logger({ serviceName: SERVICES.pack }),
  metrics: functionMetrics('pack', environment.DEPLOYMENT),
});
