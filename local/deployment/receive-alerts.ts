import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { LEVELS, type Level } from '../../lambda/detection/index.ts';
import type { Clients } from './local-clients.ts';
import type { Resources } from './provision-resources.ts';

/** "Amazon SNS message format" for subscriptions without raw delivery, as far as a subscriber reads it. */
const envelopeSchema = z.object({
  TopicArn: z.string(),
  Subject: z.string().optional(),
  Message: z.string(),
  MessageAttributes: z.object({
    level: z.object({ Value: z.enum(LEVELS) }),
    actorKind: z.object({ Value: z.string() }).default({ Value: 'unknown' }),
  }),
});

/** An alert as a subscriber received it. */
export interface ReceivedAlert {
  /** Text from the topic of a level, for people; JSON from the topic for programs. */
  readonly form: 'text' | 'json';
  /** As the message's attribute says. */
  readonly level: Level;
  readonly actorKind: string;
  /** The subject that an e-mail has. */
  readonly subject: string;
  readonly body: string;
}

type Subscription = {
  readonly clients: Pick<Clients, 'sqs'>;
  readonly resources: Pick<Resources, 'queues' | 'topics'>;
};

/**
 * Takes the alerts that are waiting in the subscriber's queue, at most ten, and waits for some if there are none.
 *
 * @param waitSeconds at most 20
 */
export async function receiveAlerts(
  { clients: { sqs }, resources: { queues, topics } }: Subscription,
  waitSeconds: number,
  abortSignal?: AbortSignal,
): Promise<readonly ReceivedAlert[]> {
  const QueueUrl = queues.subscriber.url;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds }),
    { abortSignal },
  );
  if (Messages.length === 0) return [];
  const alerts = Messages.map(({ Body = '' }): ReceivedAlert => {
    const { TopicArn, Subject = '', Message, MessageAttributes } = envelopeSchema.parse(JSON.parse(Body));
    const form = TopicArn === topics.alerts ? 'json' : 'text';
    const { level, actorKind } = MessageAttributes;
    return { form, level: level.Value, actorKind: actorKind.Value, subject: Subject, body: Message };
  });
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  return alerts;
}

const MAX_SUBJECTS = 10;

/** What a subscriber received since it last looked. */
export interface AlertSummary {
  /** Messages on the topics for people. */
  readonly byLevel: Readonly<Record<Level, number>>;
  /** Subjects of the first ones of each level, the most severe first, and those of a level in the order of their texts. */
  readonly subjects: readonly string[];
}

/** Takes every alert that is waiting in the subscriber's queue. */
export async function summarizeAlerts(subscription: Subscription): Promise<AlertSummary> {
  const byLevel = { critical: 0, high: 0, medium: 0, low: 0, informational: 0 };
  const subjects: { readonly level: Level; readonly subject: string }[] = [];
  for (;;) {
    const batch = await receiveAlerts(subscription, 0);
    if (batch.length === 0) break;
    for (const { form, level, subject } of batch) {
      if (form !== 'text') continue;
      byLevel[level] += 1;
      if (byLevel[level] <= MAX_SUBJECTS) subjects.push({ level, subject });
    }
  }
  // In which order objects are read at the same time differs from run to run; what a run shows doesn't.
  const ordered = subjects.toSorted(
    (a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || (a.subject < b.subject ? -1 : 1),
  );
  return { byLevel, subjects: ordered.slice(0, MAX_SUBJECTS).map(({ subject }) => subject) };
}
