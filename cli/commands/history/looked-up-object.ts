import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { lookedUpKey } from '../../../lambda/cloudtrail/log/looked-up-key.ts';
import type { LookedUpEvent } from './look-up.ts';

const compress = promisify(gzip);

/** Where events go, and whose they are. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly account: string;
  readonly region: string;
}

/**
 * Puts events into the log bucket as one log object, under a key that says that they come from LookupEvents. The same
 * events make the same object.
 * @throws the errors of S3.
 */
export async function putLookedUp(
  s3: S3Client,
  { bucket, account, region }: ObjectPlace,
  events: readonly LookedUpEvent[],
): Promise<void> {
  const [newest] = events;
  if (newest === undefined) return;
  const content = `{"Records":[\n${events.map(({ text }) => recordText(text)).join(',\n')}\n]}\n`;
  const unique = createHash('sha256').update(content).digest('hex').slice(0, 20);
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: lookedUpKey({ account, region, time: newest.time, unique }),
      Body: await compress(content),
      ContentType: 'application/json',
      ContentEncoding: 'gzip',
    }),
  );
}

/** A text that isn't JSON becomes a text of JSON: ingest rejects that record alone, and says so. */
function recordText(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}
