import { type ListObjectsV2CommandInput, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { parseDigestKey } from '../cloudtrail/digest/digest-key.ts';

/** How far back a listing looks by the time of delivery: twelve checks, half an hour apart. What an outage hides for longer
 * is found through the next digest, which names the one before. */
const LOOK_BACK_MILLISECONDS = 6 * 3_600_000;

/** How far back it looks by the days in keys: a backfill digest is of an hour long before its delivery. */
const DAYS_BACK = 2;

const DAY_MILLISECONDS = 86_400_000;

const ACCOUNT = /\/\d{12}\/$/;
const ORGANIZATION = /\/AWSLogs\/o-[a-z0-9]{10,32}\/$/;

/**
 * Where the keys of each account begin: below `AWSLogs/`, and below the organizations in it.
 * @param root `AWSLogs/`, or `PREFIX/AWSLogs/`.
 * @throws the SDK's errors.
 */
export async function* accountPrefixes(s3: S3Client, bucket: string, root: string): AsyncGenerator<string> {
  for await (const prefix of foldersOf(s3, { Bucket: bucket, Prefix: root })) {
    if (ACCOUNT.test(prefix)) yield prefix;
    else if (ORGANIZATION.test(`/${prefix}`)) {
      for await (const below of foldersOf(s3, { Bucket: bucket, Prefix: prefix })) if (ACCOUNT.test(below)) yield below;
    }
  }
}

/**
 * The digests of an account that were delivered in the last hours, of every region: one request a region, and one for all.
 * @throws the SDK's errors.
 */
export async function* recentDigests(s3: S3Client, bucket: string, account: string, now: Date): AsyncGenerator<string> {
  const since = now.getTime() - LOOK_BACK_MILLISECONDS;
  const firstDay = new Date(now.getTime() - DAYS_BACK * DAY_MILLISECONDS)
    .toISOString()
    .slice(0, 10)
    .replaceAll('-', '/');
  for await (const region of foldersOf(s3, { Bucket: bucket, Prefix: `${account}CloudTrail-Digest/` })) {
    const input = { Bucket: bucket, Prefix: region, StartAfter: `${region}${firstDay}` };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, input)) {
      for (const { Key, LastModified } of Contents) {
        if (Key === undefined || parseDigestKey(Key) === undefined) continue;
        if (LastModified === undefined || LastModified.getTime() >= since) yield Key;
      }
    }
  }
}

async function* foldersOf(s3: S3Client, input: ListObjectsV2CommandInput): AsyncGenerator<string> {
  for await (const { CommonPrefixes = [] } of paginateListObjectsV2({ client: s3 }, { ...input, Delimiter: '/' })) {
    for (const { Prefix } of CommonPrefixes) if (Prefix !== undefined) yield Prefix;
  }
}
