import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readBackfillBatchEnvironment } from '../../runtime/environment.ts';
import { functionMetrics } from '../../runtime/function-metrics.ts';
import { SERVICES } from '../../shared/metric-names.ts';
import { wireBatch } from './wiring.ts';

const environment = readBackfillBatchEnvironment(process.env);

/** The Lambda function. Its settings come from its environment. */
export const handler = wireBatch({
  environment,
  dynamodb: new DynamoDBClient({}),
  s3: new S3Client({}),
  sns: new SNSClient({}),
  sqs: new SQSClient({}),
  logger: new Logger({ serviceName: SERVICES['backfill-batch'] }),
  metrics: functionMetrics('backfill-batch', environment.DEPLOYMENT),
});
