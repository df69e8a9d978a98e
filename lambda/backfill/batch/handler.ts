import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readBackfillBatchEnvironment } from '../../runtime/environment.ts';
import { functionMetrics } from '../../runtime/function-metrics.ts';
import { withoutLog } from '../../runtime/without-log.ts';
import { SERVICES } from '../../shared/metric-names.ts';
import { wireBatch } from './wiring.ts';

const environment = readBackfillBatchEnvironment(process.env);

/** The Lambda function. Its settings come from its environment. */
export const handler = wireBatch({
  environment,
  dynamodb: withoutLog(new DynamoDBClient({})),
  s3: withoutLog(new S3Client({})),
  sns: withoutLog(new SNSClient({})),
  sqs: withoutLog(new SQSClient({})),
  logger: new Logger({ serviceName: SERVICES['backfill-batch'] }),
  metrics: functionMetrics('backfill-batch', environment.DEPLOYMENT),
});
