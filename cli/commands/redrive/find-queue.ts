import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

/** A queue, and the one that takes what it couldn't deliver. */
export interface QueueWithDeadLetters {
  readonly url: string;
  /** Undefined if the queue has none. */
  readonly deadLetters?: string;
}

const redrivePolicy = z.object({ deadLetterTargetArn: z.string() });

/**
 * A queue of a deployment by its name; undefined where there is none.
 * @throws the SDK's faults of access (`isFaultOfAccess`).
 */
export async function findQueue(sqs: SQSClient, name: string): Promise<QueueWithDeadLetters | undefined> {
  const url = await queueUrl(sqs, name);
  if (url === undefined) return undefined;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['RedrivePolicy'] }),
  );
  const policy = redrivePolicy.safeParse(JSON.parse(Attributes.RedrivePolicy ?? 'null')).data;
  const deadLetters =
    policy === undefined ? undefined : await queueUrl(sqs, policy.deadLetterTargetArn.split(':').at(-1) ?? '');
  return { url, ...(deadLetters !== undefined && { deadLetters }) };
}

async function queueUrl(sqs: SQSClient, name: string): Promise<string | undefined> {
  try {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
  } catch (error) {
    if (error instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(error.name)) return undefined;
    throw error;
  }
}
