import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** A message that no further try can help, and the reason. */
export interface DeadLetter {
  /** A notification. A redrive moves it back as it is. */
  readonly body: string;
  /** What a person has to know, in one line. */
  readonly reason: string;
  /** `s3://bucket/key`; absent if the message names none that could be read. */
  readonly object?: string;
  /** How many times it was tried. */
  readonly attempts: number;
}

/** Bytes of an attribute at most: SQS counts all attributes together with the body. */
const MAX_ATTRIBUTE_LENGTH = 1500;

/** What SQS refuses in an attribute: everything except the characters of XML 1.0. */
const REFUSED = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Sends messages to a dead-letter queue before SQS would do it, with the reason. */
export class DeadLetters {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  /**
   * Sends a message with the attributes `Reason`, `ObjectKey` and `Attempts`. The caller then lets the original be
   * deleted. Until then the message is in both queues, so that it is never in none.
   * @throws the SDK's errors: the message stays where it is, and comes back.
   */
  async send({ body, reason, object, attempts }: DeadLetter): Promise<void> {
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: body,
        MessageAttributes: {
          Reason: text(reason),
          ...(object !== undefined && { ObjectKey: text(object) }),
          Attempts: { DataType: 'Number', StringValue: String(attempts) },
        },
      }),
    );
  }
}

function text(value: string): { readonly DataType: 'String'; readonly StringValue: string } {
  const StringValue = value.replaceAll(REFUSED, '\uFFFD').slice(0, MAX_ATTRIBUTE_LENGTH) || 'unknown';
  return { DataType: 'String', StringValue };
}
