import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readIngestEnvironment } from '../runtime/environment.ts';
import { functionMetrics } from '../runtime/function-metrics.ts';
import { SERVICES } from '../shared/metric-names.ts';
import { wireIngest } from './wiring.ts';

const environment = readIngestEnvironment(process.env);

/** The Lambda function. Its settings come from its environment. */
export const handler = wireIngest({
  environment,
  dynamodb: new DynamoDBClient({}),
  s3: new S3Client({}),
  sns: new SNSClient({}),
  sqs: new SQSClient({}),
  logger: new Logger({ serviceName: SERVICES.ingest }),
  metrics: functionMetrics('ingest', environment.DEPLOYMENT),
});
