import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { NotificationQueue } from '../functions/notification-queue.ts';
import type { AlertTopics } from '../stores/alert-topics.ts';
import type { QueryPolicyProps } from './query-policy.ts';

/** What the operator's policy is about. */
export interface OperatorPolicyProps extends QueryPolicyProps {
  readonly logQueue: NotificationQueue;
  readonly digestQueue: NotificationQueue;
  readonly topics: AlertTopics;
  /** Sends a test through a channel, and ends incidents: it alone may read the channels' secrets. Absent without channels. */
  readonly notify?: IFunction;
  /** Of every function of the deployment. */
  readonly functions: readonly IFunction[];
  readonly deliveryTopic: ITopic;
}
