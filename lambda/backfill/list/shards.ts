import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { BackfillRequest } from '../backfill-request.ts';
import type { ListedObject } from '../batch-line.ts';

/**
 * An account, a region and a kind of events: where a bucket has a folder of days for them. S3 lists a folder a thousand
 * keys a call, one call after the other, so that many are listed at the same time.
 */
export interface Shard {
  readonly account: string;
  readonly region: string;
  /** Of its keys, up to the year: `AWSLogs/111122223333/CloudTrail/eu-west-1/`. */
  readonly prefix: string;
}

/** The folders of log objects that CloudTrail keeps beside each other; digests are in another one. */
const LOG_FOLDERS = ['CloudTrail', 'CloudTrail-Insight', 'CloudTrail-NetworkActivity', 'CloudTrail-Aggregated'];

/** How deep below the bucket `AWSLogs/` is looked for: the key prefix of a trail may have several parts. */
const MOST_DEPTH = 6;
/** Folders in which it is looked for: a bucket of many other folders is none of CloudTrail. */
const MOST_FOLDERS = 2_000;

const LISTERS = 16;

/** A bucket of log objects. */
export interface LogPlace {
  readonly bucket: string;
  /** `AWSLogs/`, or `PREFIX/AWSLogs/`; looked for in the whole bucket where it is left out. */
  readonly root?: string;
}

/** Every shard of a bucket that a backfill asks for, in the order of their prefixes. @throws the SDK's errors. */
export async function findShards(
  s3: S3Client,
  { bucket, root }: LogPlace,
  { accounts, regions }: Pick<BackfillRequest, 'accounts' | 'regions'>,
): Promise<readonly Shard[]> {
  const folders = (prefix: string): Promise<readonly string[]> => foldersOf(s3, bucket, prefix);
  const below = async (prefixes: readonly string[]): Promise<readonly string[]> =>
    (await mapConcurrently(prefixes, LISTERS, folders)).flat();
  const logs = root === undefined ? await findLogFolders(folders) : [root];
  const first = await below(logs);
  const organizations = first.filter((prefix) => /^o-[a-z0-9]{10,32}$/.test(nameOf(prefix)));
  const owners = [...first, ...(await below(organizations))].filter((prefix) => {
    const account = nameOf(prefix);
    return /^\d{12}$/.test(account) && (accounts.length === 0 || accounts.includes(account));
  });
  const kinds = owners.flatMap((prefix) => LOG_FOLDERS.map((folder) => `${prefix}${folder}/`));
  const shards = (await below(kinds)).flatMap((prefix): readonly Shard[] => {
    const region = nameOf(prefix);
    if (regions.length > 0 && !regions.includes(region)) return [];
    return [{ account: prefix.split('/').at(-4) ?? '', region, prefix }];
  });
  return shards.toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1));
}

/** Every `AWSLogs/` of a bucket, whatever key prefix trails have. */
async function findLogFolders(folders: (prefix: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  const found: string[] = [];
  let level: readonly string[] = [''];
  let looked = 0;
  for (let depth = 0; depth < MOST_DEPTH && level.length > 0 && looked < MOST_FOLDERS; depth++) {
    const next: string[] = [];
    for (const folder of (await mapConcurrently(level.slice(0, MOST_FOLDERS - looked), LISTERS, folders)).flat()) {
      if (nameOf(folder) === 'AWSLogs') found.push(folder);
      // An organization's trail may have its own `AWSLogs/` below its id; elsewhere none is below another.
      if (nameOf(folder) !== 'AWSLogs') next.push(folder);
    }
    looked += level.length;
    level = next;
  }
  return found;
}

async function foldersOf(s3: S3Client, Bucket: string, Prefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { CommonPrefixes = [] } of paginateListObjectsV2(
    { client: s3 },
    { Bucket, Prefix, Delimiter: '/' },
  )) {
    for (const { Prefix: folder } of CommonPrefixes) if (folder !== undefined) found.push(folder);
  }
  return found;
}

function nameOf(folder: string): string {
  return folder.split('/').at(-2) ?? '';
}

/** The objects of a shard's day, in the order of their keys. @throws the SDK's errors. */
export async function listDay(
  s3: S3Client,
  bucket: string,
  { prefix }: Pick<Shard, 'prefix'>,
  day: string,
): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  const input = { Bucket: bucket, Prefix: `${prefix}${day.replaceAll('-', '/')}/` };
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, input)) {
    for (const { Key, Size = 0, LastModified } of Contents) {
      if (Key === undefined) continue;
      found.push({ key: Key, size: Size, deliveredAt: (LastModified ?? new Date(0)).toISOString() });
    }
  }
  return found;
}

/** Every UTC day from one to another, both included. */
export function daysBetween(since: string, until: string): readonly string[] {
  const days: string[] = [];
  const end = Date.parse(`${until}T00:00:00Z`);
  for (let at = Date.parse(`${since}T00:00:00Z`); at <= end; at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}
