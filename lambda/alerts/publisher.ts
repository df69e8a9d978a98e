import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Level } from '../detection/index.ts';
import type { AlertPublication } from './publication.ts';

export interface AlertTopics {
  /** JSON of every level, for programs. */
  readonly alerts: string;
  /** Text, for people. `informational` is never published. */
  readonly byLevel: Readonly<Record<Exclude<Level, 'informational'>, string>>;
  /** Custom notifications of every level, for chat applications; not there unless the deployment has it. */
  readonly chat?: string;
}

/** Publishes to the topic of the level, to the one for programs, and to the one for chat applications. */
export class AlertPublisher {
  readonly #client: SNSClient;
  readonly #topics: AlertTopics;

  constructor(client: SNSClient, topics: AlertTopics) {
    this.#client = client;
    this.#topics = topics;
  }

  /** @throws the SDK's error when a topic didn't take it: some subscribers may have it already. */
  async publish({ level, subject, text, json, chat, attributes }: AlertPublication): Promise<void> {
    if (level === 'informational') return;
    const MessageAttributes = messageAttributes(attributes);
    // Not MessageStructure json: with it SNS sends no attributes to queues.
    await this.#client.send(
      new PublishCommand({ TopicArn: this.#topics.byLevel[level], Subject: subject, Message: text, MessageAttributes }),
    );
    await this.#client.send(new PublishCommand({ TopicArn: this.#topics.alerts, Message: json, MessageAttributes }));
    if (chat === undefined || this.#topics.chat === undefined) return;
    await this.#client.send(new PublishCommand({ TopicArn: this.#topics.chat, Message: chat, MessageAttributes }));
  }
}

function messageAttributes(attributes: AlertPublication['attributes']): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, { DataType: 'String', StringValue: value.slice(0, 256) }]),
  );
}
