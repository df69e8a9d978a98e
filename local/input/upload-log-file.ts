import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { makeLogObject } from '../../lambda/cloudtrail/log/make-log-object.ts';
import { originMetadata } from '../../lambda/cloudtrail/log/origin-file.ts';
import { shapeOfContent } from '../../lambda/cloudtrail/log/read-records.ts';
import type { ObjectVersion } from '../../lambda/store/ledger/ledger.ts';
import type { LogFile } from './log-files.ts';
import { madeKey } from './made-key.ts';

/** An object, and the file that it was. */
export interface UploadedFile extends ObjectVersion {
  readonly file: string;
}

/** Below the most that the embedded S3 takes in one request, and above the least that S3 takes as a part. */
const PART_BYTES = 8 * 1024 * 1024;

const GZIP_MAGIC = 0x1f8b;

/**
 * Puts a file into its own bucket or the given one, under its own key or one made from its records. Records in another
 * form than a log object are made one on the way, except where the path shows that CloudTrail wrote the file. What isn't
 * gzipped is gzipped, without a time stamp: the same file makes the same object. Memory stays bounded by one part.
 *
 * @throws the errors of the file system, and those of S3
 */
export async function uploadLogFile(s3: S3Client, bucket: string, file: LogFile): Promise<UploadedFile> {
  const key = file.key ?? (await madeKey(() => createReadStream(file.path)));
  const Bucket = file.bucket ?? bucket;
  const content = (await isToBeMade(file))
    ? gzip(makeLogObject(createReadStream(file.path)))
    : await gzipped(file.path);
  const etag = await putStream(
    s3,
    { Bucket, Key: key, Metadata: { ...file.metadata, ...(file.origin !== undefined && originMetadata(file.origin)) } },
    content,
  );
  return { bucket: Bucket, key, version: etag.replaceAll('"', ''), file: file.path };
}

async function isToBeMade({ key, path }: LogFile): Promise<boolean> {
  if (key !== undefined) return false;
  const shape = await shapeOfContent(createReadStream(path));
  return shape === 'lines' || shape === 'documents';
}

async function gzipped(path: string): Promise<AsyncIterable<Buffer>> {
  const stream = createReadStream(path);
  if (path.endsWith('.gz') || (await isGzip(path))) return stream;
  return gzip(stream);
}

function gzip(content: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  const stream = createGzip();
  // An error of the content reaches the reader through the destroyed gzip stream.
  pipeline(content, stream, () => {});
  return stream;
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE() === GZIP_MAGIC;
  } finally {
    await handle.close();
  }
}

interface Target {
  readonly Bucket: string;
  readonly Key: string;
  readonly Metadata: Record<string, string>;
}

async function putStream(s3: S3Client, target: Target, stream: AsyncIterable<Buffer>): Promise<string> {
  const iterator = parts(stream);
  const first = await iterator.next();
  const second = first.done ? first : await iterator.next();
  if (second.done) {
    const Body = first.done ? Buffer.alloc(0) : first.value;
    const { ETag = '' } = await s3.send(
      new PutObjectCommand({ ...target, Body, ContentType: 'application/json', ContentEncoding: 'gzip' }),
    );
    return ETag;
  }
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...target, ContentType: 'application/json', ContentEncoding: 'gzip' }),
  );
  const { Metadata: _, ...upload } = target;
  try {
    const completed: CompletedPart[] = [];
    const send = async (Body: Buffer | undefined) => {
      const PartNumber = completed.length + 1;
      const { ETag } = await s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber, Body }));
      completed.push({ PartNumber, ETag });
    };
    await send(first.value ?? undefined);
    await send(second.value);
    for await (const part of iterator) await send(part);
    const MultipartUpload = { Parts: completed };
    const { ETag = '' } = await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
    return ETag;
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand({ ...upload, UploadId }));
    throw error;
  }
}

/** The stream in parts of PART_BYTES, the last one shorter; none of an empty stream. */
async function* parts(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    while (length >= PART_BYTES) {
      const all = Buffer.concat(chunks);
      yield all.subarray(0, PART_BYTES);
      chunks = [all.subarray(PART_BYTES)];
      length -= PART_BYTES;
    }
  }
  if (length > 0) yield Buffer.concat(chunks);
  return undefined;
}
