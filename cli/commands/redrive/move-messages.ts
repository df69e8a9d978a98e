import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** Seconds that a message is hidden while it is moved. If moving stops in between, it comes back by itself. */
const MOVE_SECONDS = 60;

/** Receives without a message after which a queue counts as empty. */
const EMPTY_RECEIVES = 2;

/** The approximate number of messages in a queue, without those that are being processed. */
export async function countMessages(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes.ApproximateNumberOfMessages ?? 0);
}

/**
 * Moves messages from one queue to another, each is sent before it is deleted. Stopping in between loses none, but may
 * repeat one. Their attributes stay behind: the reason why a message was given up no longer holds for it. Ends once the
 * queue is empty, or `limit` were moved.
 * @param onMove called for each message before it is sent.
 * @param onMoved called for each message that was moved.
 */
export async function moveMessages(
  sqs: SQSClient,
  from: string,
  to: string,
  limit: number,
  onMove: (body: string) => Promise<void>,
  onMoved: () => void,
): Promise<void> {
  let moved = 0;
  for (let empty = 0; empty < EMPTY_RECEIVES && moved < limit; ) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: Math.min(10, limit - moved),
        VisibilityTimeout: MOVE_SECONDS,
        WaitTimeSeconds: 1,
      }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    for (const { Body, ReceiptHandle } of Messages) {
      if (Body !== undefined) {
        await onMove(Body);
        await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body }));
      }
      await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      moved++;
      onMoved();
    }
  }
}
