import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Digest, readDigest } from '../../lambda/cloudtrail/digest/digest.ts';
import { parseObjectKey } from '../../lambda/cloudtrail/log/object-key.ts';
import type { LogFile } from '../input/log-files.ts';

/** Files with the places that digests among them name, in the order in which CloudTrail would have delivered them. */
export interface PlacedFiles {
  readonly logs: readonly LogFile[];
  /** The oldest first: each finds its predecessor. */
  readonly digests: readonly LogFile[];
  /** The buckets that digests name. */
  readonly buckets: readonly string[];
  /** When the first hour begins that a digest covers, ISO 8601. */
  readonly since?: string;
}

const DIGEST_NAME = /_CloudTrail-Digest_.*\.json(?:\.gz)?$/;

/**
 * "General purpose bucket naming rules": a digest chooses the name of an embedded bucket, so the name may come from a
 * stranger.
 */
const BUCKET_NAME = /^(?!\.)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Finds the digests among files, and puts all of them where CloudTrail had put them: a digest signs its own bucket and
 * key, and names those of its log objects. Its signature, which is in the metadata of its S3 object alone, is found in
 * the digest that follows it.
 *
 * "Path resolution" of the validation documents: a file is the one that a digest names if the end of its key is the same
 * from `AWSLogs` on, or its name where its path shows no key.
 */
export async function placeFiles(files: readonly LogFile[]): Promise<PlacedFiles> {
  const found: { readonly file: LogFile; readonly digest: Digest }[] = [];
  const logs: LogFile[] = [];
  for (const file of files) {
    const reading = DIGEST_NAME.test(basename(file.path)) ? readDigest(await readFile(file.path)) : undefined;
    if (reading?.ok === true) found.push({ file, digest: reading.digest });
    else logs.push(file);
  }
  const signatures = new Map<string, string>();
  const named = new Map<string, { readonly bucket: string; readonly key: string }>();
  for (const { digest } of found) {
    if (digest.previous !== undefined) signatures.set(idOf(digest.previous), digest.previous.signature);
    for (const { bucket, key } of digest.logFiles) named.set(basename(key), { bucket, key });
  }
  const [first] = found;
  const digests = found
    .toSorted((a, b) => (a.digest.end < b.digest.end ? -1 : 1))
    .map(({ file, digest }) => {
      const signature = signatures.get(idOf(digest));
      const metadata = file.metadata ?? (signature && { signature, 'signature-algorithm': digest.signatureAlgorithm });
      return { ...placed(file, digest), ...(metadata && { metadata }) };
    });
  return {
    logs: logs.map((file) => {
      const place = named.get(`${basename(file.path).replace(/\.gz$/, '')}.gz`);
      if (place !== undefined) return placed(file, place);
      // Not named yet, as of the newest hour: it lies where the others do.
      return file.key === undefined || first === undefined ? file : inBucket(file, first.digest.bucket);
    }),
    digests,
    buckets: [
      ...new Set(found.flatMap(({ digest }) => [digest, ...digest.logFiles]).map(({ bucket }) => bucket)),
    ].filter((bucket) => BUCKET_NAME.test(bucket)),
    ...(found.length > 0 && { since: found.map(({ digest }) => digest.start).toSorted()[0] }),
  };
}

function idOf({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `${bucket}/${key}`;
}

/** A file whose path shows another key is another file, or a digest that was moved: it stays where it is. */
function placed(file: LogFile, { bucket, key }: { readonly bucket: string; readonly key: string }): LogFile {
  const isIt = file.key === undefined || key === file.key || key.endsWith(`/${file.key}`);
  return isIt && parseObjectKey(key) !== undefined ? inBucket({ ...file, key }, bucket) : inBucket(file, bucket);
}

function inBucket(file: LogFile, bucket: string): LogFile {
  return BUCKET_NAME.test(bucket) ? { ...file, bucket } : file;
}
