import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAX_RECEIVES } from '../../lambda/runtime/queue/retry-delay.ts';
import { queueName } from '../config/resource-names.ts';

export interface NotificationQueueProps {
  readonly deployment: string;
  /** What its consumer takes from it. Every consumer receives every object, because S3's filters have no wildcards. */
  readonly name: 'logs' | 'digests';
  readonly deliveryTopic: ITopic;
  /** The longest that the function behind the queue may run. */
  readonly functionTimeout: Duration;
  /** How long Lambda gathers messages for one call; not at all unless said. */
  readonly batchingWindow?: Duration;
}

/**
 * New objects, for a function. A message whose objects can't be read is retried for more than six hours, and then goes
 * to the dead-letter queue. The function sends messages there earlier that no further try can help. SNS sends there
 * what it couldn't deliver. One redrive brings all of them back.
 *
 * Encrypted by SQS itself: messages hold bucket names and keys only, and a KMS key would need a statement for SNS
 * that can be no narrower than "any topic".
 */
export class NotificationQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(
    scope: Construct,
    id: string,
    { deployment, name, deliveryTopic, functionTimeout, batchingWindow = Duration.seconds(0) }: NotificationQueueProps,
  ) {
    super(scope, id);
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      queueName: queueName(deployment, `${name}-dead-letter`),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, 'Queue', {
      queueName: queueName(deployment, name),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // AWS asks for six times the function's timeout, plus the batching window: below that, Lambda's own retries of a throttled call could
      // outlast the message's invisibility, and count as tries that never took place.
      visibilityTimeout: Duration.seconds(6 * functionTimeout.toSeconds() + batchingWindow.toSeconds()),
      // A message keeps the age of its first sending when it moves to the dead-letter queue, so this must be well
      // below the 14 days there.
      retentionPeriod: Duration.days(7),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVES },
    });
    deliveryTopic.addSubscription(
      new SqsSubscription(this.queue, { rawMessageDelivery: true, deadLetterQueue: this.deadLetterQueue }),
    );
  }
}
