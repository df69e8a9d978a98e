import type { S3Client } from '@aws-sdk/client-s3';
import type { LogSource } from './log-source.ts';

export interface LogBucketsOptions {
  /** Buckets of the deployment itself, and the client that reads them. */
  readonly own: readonly string[];
  readonly s3: S3Client;
  /** Days after which the lifecycle of those deletes objects. */
  readonly expireDays: number;
  readonly sources: readonly LogSource[];
  /** Makes the client of a source: once each, and only where it is asked for. */
  readonly createClient: (source: LogSource) => S3Client;
}

/**
 * The buckets that log objects and digests are read from, each with its own client: a message that names another bucket is
 * refused.
 */
export class LogBuckets {
  readonly #options: LogBucketsOptions;
  readonly #sources: ReadonlyMap<string, LogSource>;
  readonly #clients = new Map<string, S3Client>();

  constructor(options: LogBucketsOptions) {
    this.#options = options;
    this.#sources = new Map(options.sources.map((source) => [source.bucket, source]));
  }

  get sources(): readonly LogSource[] {
    return this.#options.sources;
  }

  has(bucket: string): boolean {
    return this.#options.own.includes(bucket) || this.#sources.has(bucket);
  }

  /** The client for a bucket; for one that isn't a log bucket the deployment's own. */
  clientOf(bucket: string): S3Client {
    const source = this.#sources.get(bucket);
    if (source === undefined) return this.#options.s3;
    const known = this.#clients.get(bucket);
    if (known !== undefined) return known;
    const made = this.#options.createClient(source);
    this.#clients.set(bucket, made);
    return made;
  }

  /** Days after which the lifecycle of a bucket deletes objects. */
  expireDaysOf(bucket: string): number {
    return this.#sources.get(bucket)?.expireDays ?? this.#options.expireDays;
  }

  /** The name under which CloudTrail knows a bucket: of a replica, the bucket that it is a copy of. */
  originalOf(bucket: string): string {
    return this.#sources.get(bucket)?.replicaOf ?? bucket;
  }

  /** Whether a bucket holds copies that S3 makes of what CloudTrail delivers elsewhere. */
  isReplica(bucket: string): boolean {
    return this.originalOf(bucket) !== bucket;
  }

  /** Where the objects of a bucket that CloudTrail names are read: in the replica, where there is one. */
  readAt(original: string): string {
    return this.#options.sources.find(({ replicaOf }) => replicaOf === original)?.bucket ?? original;
  }
}
