import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readSweepEnvironment } from '../runtime/environment.ts';
import { METRIC_NAMESPACE, SERVICES } from '../shared/metric-names.ts';
import { wireSweep } from './wiring.ts';

/** The Lambda function: EventBridge Scheduler calls it every minute. */
export const handler = wireSweep({
  environment: readSweepEnvironment(process.env),
  dynamodb: new DynamoDBClient({}),
  sns: new SNSClient({}),
  sqs: new SQSClient({}),
  logger: new Logger({ serviceName: SERVICES.sweep }),
  metrics: new Metrics({ namespace: METRIC_NAMESPACE, serviceName: SERVICES.sweep }),
});
