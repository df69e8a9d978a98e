import type { S3Client } from '@aws-sdk/client-s3';
import { isNotifying } from '../../../lambda/sources/bucket-notification.ts';
import type { LogSource } from '../../../lambda/sources/log-source.ts';

/** What became of looking at a source. */
export interface SourceCheck {
  readonly name: string;
  /** `unknown`: it couldn't be asked. */
  readonly state: 'ok' | 'missing' | 'unknown';
  /** What is so: one sentence, without a full stop at its end. */
  readonly says: string;
  /** What to do where it isn't `ok`. */
  readonly todo?: string;
}

/** The deployment to which buckets announce their objects. */
export interface Announced {
  readonly deployment: string;
  /** ARN of its delivery topic. */
  readonly topic: string;
}

/**
 * Whether the buckets of all sources still announce their objects; one that can't be asked stops no other. Never throws.
 * @param s3 reaches the bucket of each source, as that of a connection does.
 */
export async function checkNotifications(
  s3: S3Client,
  announced: Announced,
  sources: readonly LogSource[],
): Promise<readonly SourceCheck[]> {
  return Promise.all(sources.map((source) => check(s3, announced, source)));
}

async function check(s3: S3Client, announced: Announced, source: LogSource): Promise<SourceCheck> {
  const { name, bucket, account, topic } = source;
  if (topic !== undefined) {
    return { name, state: 'ok', says: `${topic} announces log files, and verify lists the digests of ${bucket}` };
  }
  const way = source.notification === 'eventbridge' ? 'EventBridge' : 'the delivery topic';
  try {
    if (await isNotifying(s3, { source, ...announced })) {
      return { name, state: 'ok', says: `${bucket} announces its objects to ${way}` };
    }
    return {
      name,
      state: 'missing',
      says: `${bucket} does not announce its objects to ${way}`,
      todo: `run trailwarden source connect ${name} in account ${account}`,
    };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return {
      name,
      state: 'unknown',
      says: `the notifications of ${bucket} can't be read (${reason})`,
      todo: `trailwarden source policy ${name} prints what allows it`,
    };
  }
}
