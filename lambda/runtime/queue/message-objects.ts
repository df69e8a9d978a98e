import type { SQSRecord } from 'aws-lambda';
import type { ObjectReference } from '../../cloudtrail/log/object-notification.ts';
import { counted } from '../../shared/counted.ts';
import { FaultOfAccess } from '../../shared/faults.ts';
import type { DeadLetters } from './dead-letters.ts';
import { GivenUp } from './object-tries.ts';
import { delayRetry, type RetryQueue, receivesOf, retrySeconds } from './retry-delay.ts';

/** Objects that a message names can't be read now: the message comes back. */
class ObjectsUnread extends FaultOfAccess {
  override readonly name = 'ObjectsUnread';
}

/** A queue whose messages name objects, and what happens with objects that can't be processed. */
export interface ObjectQueue extends RetryQueue {
  readonly deadLetters: DeadLetters;
  /** Processes one object. @throws GivenUp if no further try can help; any other error if one may help. */
  readonly handle: (reference: ObjectReference) => Promise<void>;
  /** Queues an object in a message of its own, to be delivered after this many seconds. */
  readonly queueAlone: (reference: ObjectReference, delaySeconds: number) => Promise<void>;
  /** A message that names one object, in a form that the function knows. */
  readonly notificationOf: (reference: ObjectReference) => string;
  /** Called for each object that failed. */
  readonly onFailure: (reference: ObjectReference, error: unknown) => void;
}

interface Failure {
  readonly reference: ObjectReference;
  readonly error: GivenUp;
}

/**
 * Processes each object that a message names, whatever becomes of the others. Those that are given up go to the
 * dead-letter queue, each in a message of its own with its reason; the others of their message are queued alone then.
 * @throws ObjectsUnread, a FaultOfAccess, where another try may help; the SDK's errors where the dead-letter queue can't be
 * reached. The message comes back in either case, after a delay.
 */
export async function handleObjects(
  queue: ObjectQueue,
  message: SQSRecord,
  objects: readonly ObjectReference[],
): Promise<void> {
  const failed: ObjectReference[] = [];
  const givenUp: Failure[] = [];
  for (const reference of objects) {
    try {
      await queue.handle(reference);
    } catch (error) {
      if (error instanceof GivenUp) givenUp.push({ reference, error });
      else failed.push(reference);
      queue.onFailure(reference, error);
    }
  }
  if (givenUp.length === 0 && failed.length === 0) return;
  if (givenUp.length === 0) {
    await delayRetry(queue, message);
    throw new ObjectsUnread(`${failed.length} of ${counted(objects.length, 'object')} could not be read`);
  }
  await orRetry(queue, message, async () => {
    for (const failure of givenUp) {
      const body = objects.length === 1 ? message.body : queue.notificationOf(failure.reference);
      await giveUp(queue, body, failure);
    }
    for (const reference of failed) await queue.queueAlone(reference, retrySeconds(1, Math.random()));
  });
}

/**
 * Sends a message that is no notification to the dead-letter queue: another try would read the same.
 * @throws faults of access (`isFaultOfAccess`); the message comes back then.
 */
export async function giveUpMessage(
  queue: RetryQueue & Pick<ObjectQueue, 'deadLetters'>,
  message: SQSRecord,
  reason: string,
): Promise<void> {
  const attempts = receivesOf(message);
  await orRetry(queue, message, () => queue.deadLetters.send({ body: message.body, reason, attempts }));
}

async function giveUp({ deadLetters }: ObjectQueue, body: string, { reference, error }: Failure): Promise<void> {
  const { bucket, key } = reference;
  await deadLetters.send({
    body,
    reason: error.message,
    object: `s3://${bucket}/${key}`,
    attempts: error.attempts,
  });
  // This comes after the sending. If the function dies in between, the message is sent again at the next try, and isn't
  // lost.
  await error.forget();
}

async function orRetry(queue: RetryQueue, message: SQSRecord, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await delayRetry(queue, message);
    throw error;
  }
}
