import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { StoredFile, StoredFiles } from './stored-files.ts';

/** The files of a trail where CloudTrail put them. */
export class BucketFiles implements StoredFiles {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #original: string;
  readonly #listed = new Set<string>();

  /** @param replicaOf the bucket that CloudTrail writes to, where this one holds replicas: digests name that one. */
  constructor(s3: S3Client, bucket: string, prefix: string, replicaOf?: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#original = replicaOf ?? bucket;
  }

  async *list(): AsyncGenerator<StoredFile> {
    const pages = paginateListObjectsV2({ client: this.#s3 }, { Bucket: this.#bucket, Prefix: this.#prefix });
    for await (const { Contents = [] } of pages) {
      for (const { Key: key } of Contents) {
        if (key === undefined) continue;
        this.#listed.add(key);
        yield { ...this.#file(this.#bucket, key), bucket: this.#original };
      }
    }
  }

  async read({ bucket: named = this.#bucket, key }: StoredFile) {
    const bucket = this.#readAt(named);
    const { Body, Metadata = {} } = await this.#s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (Body === undefined) throw new Error(`s3://${bucket}/${key} came without a body`);
    const {
      signature,
      'signature-algorithm': signatureAlgorithm,
      'backfill-generation-timestamp': generatedAt,
    } = Metadata;
    return {
      // In Node the SDK's body is a Readable; its declared type also covers browsers.
      body: Body as AsyncIterable<Uint8Array>,
      metadata: {
        ...(signature !== undefined && { signature }),
        ...(signatureAlgorithm !== undefined && { signatureAlgorithm }),
        ...(generatedAt !== undefined && { generatedAt }),
      },
    };
  }

  async find(named: { readonly bucket: string; readonly key: string }): Promise<StoredFile | undefined> {
    const { key } = named;
    const bucket = this.#readAt(named.bucket);
    if (bucket === this.#bucket && this.#listed.has(key)) return this.#file(bucket, key);
    // Below another prefix, or in the bucket that the trail used before.
    try {
      await this.#s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return this.#file(bucket, key);
    } catch (error) {
      if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return undefined;
      throw error;
    }
  }

  #readAt(named: string): string {
    return named === this.#original ? this.#bucket : named;
  }

  #file(bucket: string, key: string): StoredFile {
    return { name: `s3://${bucket}/${key}`, bucket, key };
  }
}
