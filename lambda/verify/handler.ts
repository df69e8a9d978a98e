import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readVerifyEnvironment } from '../runtime/environment.ts';
import { functionMetrics } from '../runtime/function-metrics.ts';
import { withoutLog } from '../runtime/without-log.ts';
import { SERVICES } from '../shared/metric-names.ts';
import { ListedPublicKeys } from './list-public-keys.ts';
import { wireVerify } from './wiring.ts';

const environment = readVerifyEnvironment(process.env);

/** The Lambda function. Its settings come from its environment. */
export const handler = wireVerify({
  environment,
  dynamodb: withoutLog(new DynamoDBClient({})),
  s3: withoutLog(new S3Client({})),
  sns: withoutLog(new SNSClient({})),
  sqs: withoutLog(new SQSClient({})),
  publicKeys: new ListedPublicKeys(),
  logger: new Logger({ serviceName: SERVICES.verify }),
  metrics: functionMetrics('verify', environment.DEPLOYMENT),
});
