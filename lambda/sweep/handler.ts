import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readSweepEnvironment } from '../runtime/environment.ts';
import { functionMetrics } from '../runtime/function-metrics.ts';
import { withoutLog } from '../runtime/without-log.ts';
import { SERVICES } from '../shared/metric-names.ts';
import { wireSweep } from './wiring.ts';

const environment = readSweepEnvironment(process.env);

/** The Lambda function: EventBridge Scheduler calls it every minute. */
export const handler = wireSweep({
  environment,
  dynamodb: withoutLog(new DynamoDBClient({})),
  sns: withoutLog(new SNSClient({})),
  sqs: withoutLog(new SQSClient({})),
  s3: withoutLog(new S3Client({})),
  logger: new Logger({ serviceName: SERVICES.sweep }),
  metrics: functionMetrics('sweep', environment.DEPLOYMENT),
});
