import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecurityHubClient } from '@aws-sdk/client-securityhub';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readChannelSettings } from '../alerts/channels/channel-settings.ts';
import type { NotifyEnvironment } from '../runtime/environment.ts';
import { DeadLetters } from '../runtime/queue/dead-letters.ts';
import { AlertDeliveries } from '../store/alerts/alert-deliveries.ts';
import { receiverOf } from './all-receivers.ts';
import type { PostJson } from './https/post-json.ts';
import { createNotify, type Notify } from './notify.ts';
import { FindingBatches } from './receivers/finding-batches.ts';
import { CachedSecrets } from './secrets/secret-reader.ts';

export interface NotifyWiring {
  readonly environment: NotifyEnvironment;
  /** The region of the function: Security Hub's findings name it. */
  readonly region: string;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly secretsManager: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly events: EventBridgeClient;
  readonly sns: SNSClient;
  readonly hub: SecurityHubClient;
  readonly post: PostJson;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The clock. Default: the system's clock. */
  readonly now?: () => Date;
  readonly attemptMilliseconds?: number;
  /** Replaces PagerDuty's host in tests. */
  readonly pagerDutyHost?: string;
}

/** The function with given clients and settings: in AWS, or in a test. */
export function wireNotify(wiring: NotifyWiring): Notify {
  const { environment, region, dynamodb, sqs, secretsManager, ssm, now = () => new Date() } = wiring;
  const { attemptMilliseconds, pagerDutyHost, ...parts } = wiring;
  const secrets = new CachedSecrets({ secretsManager, ssm, now });
  const hub = new FindingBatches(wiring.hub);
  const place = {
    deployment: environment.DEPLOYMENT,
    account: environment.ACCOUNT,
    partition: environment.PARTITION,
    region,
  };
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  return createNotify({
    channels: readChannelSettings(environment.CHANNELS_FILE).map((settings) => ({
      settings,
      receiver: receiverOf(settings, {
        ...parts,
        secrets,
        programsTopic: environment.ALERTS_TOPIC_ARN,
        hub,
        place,
        now,
        ...(pagerDutyHost !== undefined && { pagerDutyHost }),
      }),
      forgetSecret: () => {
        if (settings.secret !== undefined) secrets.forget(settings.secret);
      },
    })),
    sqs,
    queuePrefix: environment.CHANNEL_QUEUE_PREFIX,
    deadLetters: new DeadLetters(sqs, environment.DEAD_LETTER_QUEUE_URL),
    deliveries: new AlertDeliveries(documents, environment.ALERTS_TABLE),
    logger: wiring.logger,
    metrics: wiring.metrics,
    now,
    ...(attemptMilliseconds !== undefined && { attemptMilliseconds }),
  });
}
