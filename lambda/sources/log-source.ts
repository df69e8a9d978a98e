import { readFileSync } from 'node:fs';
import * as z from 'zod';

/**
 * A bucket that a trail writes to already, as the functions know it: who owns it, how it is read, and what announces its
 * objects. Written when the app is synthesized, from `sources` of the settings.
 */
const logSourceSchema = z.strictObject({
  name: z.string().min(1),
  type: z.enum(['bucket', 'topic', 'log-archive']),
  bucket: z.string().min(1),
  /** The account that owns the bucket: where another one owns it meanwhile, nothing is read. */
  account: z.string(),
  region: z.string(),
  /** What stands before `AWSLogs/`, without a slash at its end; empty for nothing. */
  keyPrefix: z.string(),
  /** The role to assume; without it, the bucket is read with the caller's own credentials. */
  role: z.string().optional(),
  externalId: z.string().optional(),
  /** Days after which the bucket's lifecycle deletes objects. */
  expireDays: z.number(),
  /** The bucket that CloudTrail writes to, where this one holds replicas. Digests name that one. */
  replicaOf: z.string().optional(),
  /** What the bucket itself announces its objects with. */
  notification: z.enum(['s3', 'eventbridge']).optional(),
  /** The topic to which CloudTrail announces log files, and no digests. */
  topic: z.string().optional(),
});

export type LogSource = z.infer<typeof logSourceSchema>;

/**
 * The sources that were written at synth time; none for an empty path.
 * @throws Error if the file isn't there or holds anything else.
 */
export function readLogSources(file: string): readonly LogSource[] {
  return file === '' ? [] : z.array(logSourceSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Where CloudTrail's keys begin in a source's bucket: `AWSLogs/`, or `PREFIX/AWSLogs/`. */
export function sourceKeyPrefix({ keyPrefix }: Pick<LogSource, 'keyPrefix'>): string {
  return keyPrefix === '' ? 'AWSLogs/' : `${keyPrefix}/AWSLogs/`;
}
