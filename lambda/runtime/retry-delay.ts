import type { Logger } from '@aws-lambda-powertools/logger';
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { describeError } from './describe-error.ts';

export interface RetryQueue {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly logger: Logger;
}

/** Seconds until a failed message comes back: doubles with each try, up to a quarter of an hour. */
const RETRY_BASE_SECONDS = 20;
const RETRY_MAX_SECONDS = 900;

/**
 * Sets when a message that failed comes back. Without this it would come back only after the queue's visibility timeout,
 * as soon at the last try as at the first. Never throws.
 */
export async function delayRetry({ sqs, queueUrl, logger }: RetryQueue, message: SQSRecord): Promise<void> {
  const tries = Number(message.attributes.ApproximateReceiveCount) || 1;
  const bound = Math.min(RETRY_MAX_SECONDS, RETRY_BASE_SECONDS * 2 ** (tries - 1));
  try {
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: message.receiptHandle,
        VisibilityTimeout: Math.ceil(bound / 2 + (Math.random() * bound) / 2),
      }),
    );
  } catch (error) {
    logger.warn('The delay of a retry could not be set: the visibility timeout holds', {
      error: describeError(error),
    });
  }
}
