import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { readNotifyEnvironment } from '../runtime/environment.ts';
import { functionMetrics } from '../runtime/function-metrics.ts';
import { withoutLog } from '../runtime/without-log.ts';
import { SERVICES } from '../shared/metric-names.ts';
import { createPostJson } from './https/post-json.ts';
import { wireNotify } from './wiring.ts';

const environment = readNotifyEnvironment(process.env);

/** The Lambda function behind the channels' queues. */
export const handler = wireNotify({
  environment,
  // Lambda sets it in every function.
  region: process.env.AWS_REGION ?? '',
  dynamodb: withoutLog(new DynamoDBClient({})),
  sqs: withoutLog(new SQSClient({})),
  secretsManager: withoutLog(new SecretsManagerClient({})),
  ssm: withoutLog(new SSMClient({})),
  events: withoutLog(new EventBridgeClient({})),
  sns: withoutLog(new SNSClient({})),
  hub: withoutLog(new SecurityHubClient({})),
  post: createPostJson(),
  logger: new Logger({ serviceName: SERVICES.notify }),
  metrics: functionMetrics('notify', environment.DEPLOYMENT),
});
