import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Queue } from './provision-resources.ts';
import { failedMessages, sqsEvent } from './sqs-event.ts';

/** A function that is called with batches of messages. */
export type QueueFunction = (
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse | undefined>;

export interface EventSourceMappingOptions {
  readonly sqs: SQSClient;
  readonly queue: Queue;
  readonly handler: QueueFunction;
  /** How long a call may take. */
  readonly timeoutSeconds: number;
  /** Calls that run at the same time. */
  readonly concurrency: number;
  /** Messages that are to be seen later only: whether `drained` waits for them. It does where nothing is said. */
  readonly waitsForDelayed?: boolean;
  /** Called for each batch: messages that left the queue, and messages that will come back. */
  readonly onBatch?: (batch: { readonly succeeded: number; readonly failed: number }) => void;
  /** Called with the error of a call that threw. Its messages come back. */
  readonly onError?: (error: unknown) => void;
}

/** Calls a function with what comes into a queue, as Lambda's event source mapping for SQS does. */
export interface EventSourceMapping {
  /**
   * Resolves when the queue is empty: no message waits, is being processed or will come back.
   *
   * @throws Error if the queue can't be read any more
   */
  drained(): Promise<void>;
  /**
   * Takes no more messages; resolves when the calls in progress have ended.
   *
   * @throws Error if the queue couldn't be read
   */
  stop(): Promise<void>;
}

const BATCH_SIZE = 10;

/**
 * Lambda waits for 20 seconds. `stop` waits for the end of the poll here, because a poll that was cancelled would still
 * receive messages, and these would be hidden until their visibility timeout has passed.
 */
const LONG_POLL_SECONDS = 1;
const DRAINED_POLL_MILLISECONDS = 50;

export function startEventSourceMapping(options: EventSourceMappingOptions): EventSourceMapping {
  const stopping = new AbortController();
  const pollers = Promise.all(Array.from({ length: options.concurrency }, () => poll(options, stopping.signal)));
  // Whoever waits for the queue to be drained or for the pollers to stop hears of their failure.
  pollers.catch(() => {});
  return {
    drained: () => Promise.race([untilEmpty(options, stopping.signal), failureOf(pollers)]),
    stop: async () => {
      stopping.abort();
      await pollers;
    },
  };
}

async function poll(options: EventSourceMappingOptions, stopping: AbortSignal): Promise<void> {
  const { sqs, queue } = options;
  while (!stopping.aborted) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: BATCH_SIZE,
        WaitTimeSeconds: LONG_POLL_SECONDS,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length > 0) await invoke(options, sqsEvent(Messages, queue.arn));
  }
}

async function invoke(options: EventSourceMappingOptions, event: SQSEvent): Promise<void> {
  const { handler, timeoutSeconds, onBatch, onError } = options;
  const deadline = Date.now() + timeoutSeconds * 1000;
  const context = { getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) };
  let failed: ReadonlySet<string>;
  try {
    failed = failedMessages(event, await handler(event, context));
  } catch (error) {
    onError?.(error);
    failed = new Set(event.Records.map((record) => record.messageId));
  }
  const succeeded = event.Records.filter((record) => !failed.has(record.messageId));
  if (succeeded.length > 0) {
    // What can't be deleted comes back, and the function must be ready for that.
    await options.sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: options.queue.url,
        Entries: succeeded.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle })),
      }),
    );
  }
  onBatch?.({ succeeded: succeeded.length, failed: failed.size });
}

async function untilEmpty(
  { sqs, queue, waitsForDelayed = true }: EventSourceMappingOptions,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queue.url,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          ...(waitsForDelayed ? ['ApproximateNumberOfMessagesDelayed' as const] : []),
        ],
      }),
    );
    if (Object.values(Attributes ?? {}).every((count) => count === '0')) return;
    await delay(DRAINED_POLL_MILLISECONDS);
  }
}

/** Never resolves: for a race that only a failure may win. */
function failureOf(pollers: Promise<unknown>): Promise<never> {
  return new Promise((_resolve, reject) => {
    pollers.catch(reject);
  });
}
