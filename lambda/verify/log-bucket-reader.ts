import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { MAX_COMPRESSED_DIGEST_BYTES } from '../cloudtrail/digest/digest.ts';
import { ownBody } from '../runtime/object-body.ts';
import type { LogBuckets } from '../sources/log-buckets.ts';

/** What S3 says about an object without its content. */
export interface ObjectHead {
  /** The version id, or the ETag if the bucket isn't versioned: the ledger names versions in this way. */
  readonly version: string;
  /** When it was put into the bucket, ISO 8601. */
  readonly deliveredAt: string;
}

/** A digest as the bucket holds it. */
export interface StoredDigest extends ObjectHead {
  readonly bucket: string;
  readonly key: string;
  /** Cut if it is longer than any digest. */
  readonly bytes: Uint8Array;
  readonly signature?: string;
  readonly signatureAlgorithm?: string;
  /** When a backfill digest was signed. */
  readonly generatedAt?: string;
}

interface Described {
  readonly VersionId?: string | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * What the verification reads of the log buckets. Methods throw the SDK's errors, except for objects that aren't there.
 */
export class LogBucketReader {
  readonly #buckets: LogBuckets;

  constructor(buckets: LogBuckets) {
    this.#buckets = buckets;
  }

  /** The current version, or undefined if there is none. Needs s3:ListBucket, or S3 answers 403 instead of 404. */
  async head(bucket: string, key: string): Promise<ObjectHead | undefined> {
    try {
      return describe(await this.#buckets.clientOf(bucket).send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** A digest with the signature in its metadata. */
  async digest(bucket: string, key: string): Promise<StoredDigest> {
    const response = await this.#buckets.clientOf(bucket).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const { chunks, close } = ownBody(response.Body);
    try {
      return { bucket, key, ...describeDigest(response), bytes: await readAtMost(chunks, MAX_COMPRESSED_DIGEST_BYTES) };
    } finally {
      close();
    }
  }

  /** Gives the content of the current version to a reader, and then always closes it. */
  async read<Result>(
    bucket: string,
    key: string,
    reader: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
  ): Promise<Result> {
    const { Body } = await this.#buckets.clientOf(bucket).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const { chunks, close } = ownBody(Body);
    try {
      return await reader(chunks);
    } finally {
      close();
    }
  }
}

function describeDigest(response: Described): Omit<StoredDigest, 'bucket' | 'key' | 'bytes'> {
  const { Metadata: metadata = {} } = response;
  const signature = metadata.signature;
  const signatureAlgorithm = metadata['signature-algorithm'];
  const generatedAt = metadata['backfill-generation-timestamp'];
  return {
    ...describe(response),
    ...(signature !== undefined && { signature }),
    ...(signatureAlgorithm !== undefined && { signatureAlgorithm }),
    ...(generatedAt !== undefined && { generatedAt }),
  };
}

function describe({ VersionId, ETag, LastModified }: Described): ObjectHead {
  const known = VersionId !== undefined && VersionId !== 'null' ? VersionId : undefined;
  return {
    version: known ?? (ETag ?? 'unknown').replaceAll('"', ''),
    deliveredAt: (LastModified ?? new Date()).toISOString(),
  };
}

async function readAtMost(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey');
}
