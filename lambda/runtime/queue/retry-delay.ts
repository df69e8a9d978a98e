import type { Logger } from '@aws-lambda-powertools/logger';
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { describeError } from '../describe-error.ts';

export interface RetryQueue {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly logger: Logger;
}

/**
 * Receives of a message after which SQS gives it up. With the delays between them, a fault of access is retried for
 * more than six hours: long enough for a person to correct a policy, or for a region to come back.
 */
export const MAX_RECEIVES = 40;

/** Seconds until a failed message comes back: doubles with each try, up to a quarter of an hour. */
const RETRY_BASE_SECONDS = 20;
const RETRY_MAX_SECONDS = 900;

/** The shortest delay as a fraction of the longest. Messages that failed together come back at different times. */
const JITTER_FROM = 0.75;

/**
 * Seconds until a message comes back.
 * @param tries how many times it was received so far: 1 or more.
 * @param random from 0 for the shortest delay up to 1 for the longest.
 */
export function retrySeconds(tries: number, random: number): number {
  const longest = Math.min(RETRY_MAX_SECONDS, RETRY_BASE_SECONDS * 2 ** (tries - 1));
  return Math.ceil(longest * (JITTER_FROM + (1 - JITTER_FROM) * random));
}

/** How many times a message was received, this time included. */
export function receivesOf(message: SQSRecord): number {
  return Number(message.attributes.ApproximateReceiveCount) || 1;
}

/**
 * Sets when a failed message comes back. Without this it would come back after the queue's visibility timeout, which is
 * the same for the first try and the last. Never throws.
 */
export async function delayRetry({ sqs, queueUrl, logger }: RetryQueue, message: SQSRecord): Promise<void> {
  try {
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: message.receiptHandle,
        VisibilityTimeout: retrySeconds(receivesOf(message), Math.random()),
      }),
    );
  } catch (error) {
    logger.warn('The delay of a retry could not be set: the visibility timeout holds', {
      error: describeError(error),
    });
  }
}
