import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

/** SQS delays a message by at most 15 minutes. A longer wait takes several steps. */
const MAX_DELAY_SECONDS = 900;

/** CloudTrail's own form of a notification, and the time of the check. */
const recheckSchema = z.object({
  s3Bucket: z.string(),
  s3ObjectKey: z.array(z.string()),
  recheckAt: z.iso.datetime(),
});

/** Messages to check a digest again. They wait in the digest queue. */
export class Rechecks {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;
  readonly #now: () => Date;

  constructor(sqs: SQSClient, queueUrl: string, now: () => Date) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
    this.#now = now;
  }

  /** Checks a digest again at a given time. */
  async schedule(bucket: string, key: string, recheckAt: string): Promise<void> {
    await this.#send({ s3Bucket: bucket, s3ObjectKey: [key], recheckAt });
  }

  /** Checks a digest as soon as possible, or after this many seconds, as if S3 had announced it. */
  async queueDigest(bucket: string, key: string, DelaySeconds = 0): Promise<void> {
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: JSON.stringify({ s3Bucket: bucket, s3ObjectKey: [key] }),
        DelaySeconds,
      }),
    );
  }

  /** Whether a message's time hasn't come yet: then it was queued again, to wait longer. */
  async postponed(body: string): Promise<boolean> {
    const recheck = read(body);
    if (recheck === undefined || Date.parse(recheck.recheckAt) <= this.#now().getTime()) return false;
    await this.#send(recheck);
    return true;
  }

  async #send(message: z.infer<typeof recheckSchema>): Promise<void> {
    const seconds = Math.ceil((Date.parse(message.recheckAt) - this.#now().getTime()) / 1000);
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: JSON.stringify(message),
        DelaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, seconds)),
      }),
    );
  }
}

function read(body: string): z.infer<typeof recheckSchema> | undefined {
  try {
    return recheckSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
