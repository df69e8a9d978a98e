import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Level } from '../detection/index.ts';

/** A message that is ready to be sent, as the alert's row keeps it until it was. */
export interface AlertPublication {
  readonly level: Level;
  readonly subject: string;
  readonly text: string;
  readonly json: string;
  /** Sent as message attributes, for subscribers' filter policies. */
  readonly attributes: Readonly<Record<AttributeName, string>>;
}

export type AttributeName = 'ruleId' | 'level' | 'account' | 'region' | 'action' | 'actorKind';

export interface AlertTopics {
  /** JSON of every level, for programs. */
  readonly alerts: string;
  /** Text, for people. `informational` is never published. */
  readonly byLevel: Readonly<Record<Exclude<Level, 'informational'>, string>>;
}

/** Publishes to the topic of the level and to the one for programs. */
export class AlertPublisher {
  readonly #client: SNSClient;
  readonly #topics: AlertTopics;

  constructor(client: SNSClient, topics: AlertTopics) {
    this.#client = client;
    this.#topics = topics;
  }

  /** @throws the SDK's error when a topic didn't take it: some subscribers may have it already. */
  async publish(publication: AlertPublication): Promise<void> {
    const { level, subject, text, json } = publication;
    const MessageAttributes = messageAttributes(publication.attributes);
    if (level === 'informational') return;
    // Not MessageStructure json: with it SNS sends no attributes to queues.
    await this.#client.send(
      new PublishCommand({ TopicArn: this.#topics.byLevel[level], Subject: subject, Message: text, MessageAttributes }),
    );
    await this.#client.send(new PublishCommand({ TopicArn: this.#topics.alerts, Message: json, MessageAttributes }));
  }
}

function messageAttributes(attributes: AlertPublication['attributes']): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, { DataType: 'String', StringValue: value.slice(0, 256) }]),
  );
}
