import { Aws, Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { queueName } from '../config/resource-names.ts';

/** The longest that one call of notify may take: a whole batch is sent at the same time. */
export const NOTIFY_TIMEOUT = Duration.seconds(60);

/**
 * Far more receives than fit into the day after which notify gives a message up itself: only what crashes the function
 * comes this far.
 */
const MAX_RECEIVES = 500;

/** The URL of a channel's queue, up to the channel's name. */
export function channelQueuePrefix(deployment: string): string {
  return `https://sqs.${Aws.REGION}.${Aws.URL_SUFFIX}/${Aws.ACCOUNT_ID}/${queueName(deployment, 'channel-')}`;
}

export interface ChannelQueuesProps {
  readonly config: DeploymentConfig;
  readonly key: IKey;
}

/**
 * A queue a channel, so that a channel which is down or slow takes no turn of another one, and a queue for what was
 * given up. Their messages are alerts: they are encrypted with the key of the tables and topics.
 */
export class ChannelQueues extends Construct {
  readonly byChannel: ReadonlyMap<string, Queue>;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, { config, key }: ChannelQueuesProps) {
    super(scope, id);
    const common = { encryption: QueueEncryption.KMS, encryptionMasterKey: key, enforceSSL: true };
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      ...common,
      queueName: queueName(config.deployment, 'channels-dead-letter'),
      retentionPeriod: Duration.days(14),
    });
    this.byChannel = new Map(
      config.alerts.channels.map(({ name }) => [
        name,
        new Queue(this, `Queue-${name}`, {
          ...common,
          queueName: queueName(config.deployment, `channel-${name}`),
          visibilityTimeout: Duration.seconds(6 * NOTIFY_TIMEOUT.toSeconds()),
          retentionPeriod: Duration.days(4),
          deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVES },
        }),
      ]),
    );
  }
}
