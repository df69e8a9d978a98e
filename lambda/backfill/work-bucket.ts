import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type * as z from 'zod';

/** Everything that backfills keep in the bucket is below it. */
export const RUNS_FOLDER = 'runs';

/** Where a backfill keeps what it was asked for. */
export function requestKey(run: string): string {
  return `${RUNS_FOLDER}/${run}/request.json`;
}

/** The folder of the parts of an attempt's list. */
export function partsPrefix(run: string, attempt: number): string {
  return `${RUNS_FOLDER}/${run}/attempts/${attempt}/`;
}

/** The batches of a part: JSON lines, a line a batch, as the state machine reads them. */
export function linesKey(run: string, attempt: number, part: number): string {
  return `${partsPrefix(run, attempt)}${padded(part)}.jsonl`;
}

/** What a part counts: it is there once its lines are. */
export function partKey(run: string, attempt: number, part: number): string {
  return `${partsPrefix(run, attempt)}${padded(part)}.json`;
}

/** The folder of the results of a backfill's batches: all attempts share it. */
export function resultsPrefix(run: string): string {
  return `${RUNS_FOLDER}/${run}/results/`;
}

/**
 * The result of a batch: `done` where nothing of it is left to be read. A batch that holds the same objects has the same
 * id in every attempt.
 */
export function resultKey(run: string, batch: string, end: 'done' | 'left'): string {
  return `${resultsPrefix(run)}${batch}.${end}.json`;
}

/** How often a batch was begun. */
export function triesKey(run: string, batch: string): string {
  return `${RUNS_FOLDER}/${run}/tries/${batch}.json`;
}

function padded(part: number): string {
  return String(part).padStart(5, '0');
}

/** The bucket in which backfills keep their lists and results. */
export class WorkBucket {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(Key: string, body: unknown): Promise<void> {
    await this.putText(Key, JSON.stringify(body));
  }

  async putText(Key: string, text: string): Promise<void> {
    const ContentType = 'application/json';
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key, Body: Buffer.from(text), ContentType }));
  }

  /** @returns undefined where there is no such object. @throws ZodError where it is another one; the SDK's errors. */
  async get<Schema extends z.ZodType>(Key: string, schema: Schema): Promise<z.infer<Schema> | undefined> {
    const text = await this.getText(Key);
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  }

  async getText(Key: string): Promise<string | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key }));
      return await Body?.transformToString('utf8');
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  /** The keys below a prefix, in their order. */
  async keys(Prefix: string): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix },
    )) {
      for (const { Key } of Contents) if (Key !== undefined) keys.push(Key);
    }
    return keys;
  }

  /** The names of the folders directly below a prefix, which ends with a slash. */
  async folders(Prefix: string): Promise<readonly string[]> {
    const names: string[] = [];
    const input = { Bucket: this.#bucket, Prefix, Delimiter: '/' };
    for await (const { CommonPrefixes = [] } of paginateListObjectsV2({ client: this.#client }, input)) {
      for (const { Prefix: found = '' } of CommonPrefixes) names.push(found.slice(Prefix.length, -1));
    }
    return names;
  }
}
