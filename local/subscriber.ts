import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Clients } from './clients.ts';
import type { Resources } from './provision.ts';

/** "Amazon SNS message format" for subscriptions without raw delivery, as far as a subscriber reads it. */
const envelope = z.object({
  TopicArn: z.string(),
  Subject: z.string().optional(),
  Message: z.string(),
});

/** An alert as a subscriber of one of the alert topics received it. */
export interface ReceivedAlert {
  /** Which topic: that of a level, with text for people, or `alerts`, with JSON for programs. */
  readonly topic: 'alerts' | 'critical' | 'high' | 'medium' | 'low';
  /** The subject that an e-mail has. */
  readonly subject?: string;
  readonly body: string;
}

/**
 * Takes the alerts that are waiting in the subscriber's queue, at most ten, and waits for some if there are none.
 *
 * @param waitSeconds at most 20
 */
export async function receiveAlerts(
  { sqs }: Pick<Clients, 'sqs'>,
  { queues, topics }: Pick<Resources, 'queues' | 'topics'>,
  waitSeconds: number,
  abortSignal?: AbortSignal,
): Promise<readonly ReceivedAlert[]> {
  const QueueUrl = queues.subscriber.url;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds }),
    { abortSignal },
  );
  if (Messages.length === 0) return [];
  const alerts = Messages.flatMap(({ Body = '' }): ReceivedAlert[] => {
    const { TopicArn, Subject: subject, Message: body } = envelope.parse(JSON.parse(Body));
    const topic = ALERT_TOPICS.find((name) => topics[name] === TopicArn);
    return topic === undefined ? [] : [{ topic, subject, body }];
  });
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  return alerts;
}

/** Every alert that is waiting in the subscriber's queue, and no longer is once it was yielded. */
export async function* waitingAlerts(
  clients: Pick<Clients, 'sqs'>,
  resources: Pick<Resources, 'queues' | 'topics'>,
): AsyncGenerator<ReceivedAlert> {
  for (;;) {
    const batch = await receiveAlerts(clients, resources, 0);
    if (batch.length === 0) return;
    yield* batch;
  }
}

const ALERT_TOPICS = ['alerts', 'critical', 'high', 'medium', 'low'] as const;
