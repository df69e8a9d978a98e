import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectReference } from '../cloudtrail/log/object-notification.ts';
import { ObjectCutInTransit, ownBody } from '../runtime/object-body.ts';

/** An object that is being read. */
export interface SourceObject {
  readonly bucket: string;
  readonly key: string;
  /** The version id, or the ETag if the bucket isn't versioned. */
  readonly version: string;
  /** The version id only, to request this version again. */
  readonly versionId?: string;
  /** When it was put into the bucket, ISO 8601. */
  readonly deliveredAt: string;
  /** As whoever put it there gave it. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes that the body has, where S3 says so. */
  readonly length?: number;
  /** Releases the connection without reading further. */
  close(): void;
}

/**
 * Opens an object. The caller owns its body, and must close it in every case.
 * @throws the SDK's errors: NoSuchKey, AccessDenied, throttling, a disabled key.
 */
export async function openObject(client: S3Client, reference: ObjectReference): Promise<SourceObject> {
  try {
    return await open(client, reference, reference.key);
  } catch (error) {
    if (reference.decodedKey === undefined || !isNoSuchKey(error)) throw error;
    return open(client, reference, reference.decodedKey);
  }
}

async function open(client: S3Client, reference: ObjectReference, key: string): Promise<SourceObject> {
  const { bucket, versionId } = reference;
  const response = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) }),
  );
  const { Body, ContentLength, ETag, LastModified, Metadata = {}, VersionId } = response;
  const { chunks, close } = ownBody(Body);
  const known = VersionId !== undefined && VersionId !== 'null' ? VersionId : undefined;
  return {
    bucket,
    key,
    version: known ?? (ETag ?? 'unknown').replaceAll('"', ''),
    ...(known !== undefined && { versionId: known }),
    deliveredAt: (LastModified ?? new Date()).toISOString(),
    metadata: Metadata,
    body: complete(chunks, ContentLength),
    ...(ContentLength !== undefined && { length: ContentLength }),
    close,
  };
}

/** A body that ends early must not be mistaken for an object that was stored incomplete. */
async function* complete(chunks: AsyncIterable<Uint8Array>, length: number | undefined): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of chunks) {
    read += chunk.length;
    yield chunk;
  }
  if (length !== undefined && read < length) throw new ObjectCutInTransit(`${read} of ${length} bytes came`);
}

function isNoSuchKey(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}
