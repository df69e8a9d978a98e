import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Level } from '../../detection/index.ts';
import type { ChannelMessage, MessageAttributes } from './channel.ts';

/** ARNs of the deployment's topics for alerts. */
export interface AlertTopics {
  /** JSON of every level, for programs. */
  readonly alerts: string;
  /** Text, for people. `informational` is never published. */
  readonly byLevel: Readonly<Record<Exclude<Level, 'informational'>, string>>;
  /** Custom notifications of every level, for chat applications; absent unless the deployment has it. */
  readonly chat?: string;
}

/** A topic, and the client that publishes to it. */
export interface TopicTarget {
  readonly sns: SNSClient;
  readonly topicArn: string;
}

/** Publishes a message with the attributes that filter policies ask for. @throws the SDK's error. */
export async function publish(
  { sns, topicArn }: TopicTarget,
  { subject, body }: ChannelMessage,
  attributes: MessageAttributes,
  abortSignal: AbortSignal,
): Promise<void> {
  // Not MessageStructure json: with it SNS sends no attributes to queues.
  const command = new PublishCommand({
    TopicArn: topicArn,
    ...(subject !== undefined && { Subject: subject }),
    Message: body,
    MessageAttributes: attributeValues(attributes),
  });
  await sns.send(command, { abortSignal });
}

function attributeValues(attributes: MessageAttributes): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, { DataType: 'String', StringValue: value.slice(0, 256) }]),
  );
}
