import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { PublicKey } from '../../lambda/cloudtrail/digest/digest-signature.ts';
import { parseObjectKey } from '../../lambda/cloudtrail/log/object-key.ts';
import type { LogFile } from '../input/log-files.ts';
import { isoTime, makeDigest, makeSigningKey, type SignedDigest } from './signed-digest.ts';

/** Digests over the sample, and the one public key that tells them genuine. */
export interface SampleDigests {
  readonly files: readonly LogFile[];
  readonly publicKeys: readonly PublicKey[];
}

/** A log object of the sample, as it was before anything happened to it on its way. */
export interface SampleLog {
  readonly key: string;
  readonly content: Uint8Array;
}

const noteSchema = z.object({
  fingerprint: z.string(),
  publicKey: z.base64(),
  digests: z.array(z.object({ key: z.string(), metadata: z.record(z.string(), z.string()) })),
});

const NOTE = 'digests.json';
const HOUR_MILLISECONDS = 3_600_000;

/**
 * Writes digests over the sample's log objects below a folder, in each region a starting one and the one of the hour in
 * which they are delivered: now. They are signed with an RSA key that is made here and forgotten. What an earlier run
 * has written there stays, so that another run over the same folder sees the same.
 */
export async function writeSampleDigests(
  directory: string,
  bucket: string,
  logs: readonly SampleLog[],
): Promise<SampleDigests> {
  const known = await readNote(directory);
  if (known !== undefined) return known;
  const signingKey = makeSigningKey();
  const { fingerprint, value } = signingKey.publicKey;
  const hour = Math.floor(Date.now() / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
  const made: SignedDigest[] = [];
  for (const [place, delivered] of byPlace(logs)) {
    const [account = '', region = ''] = place.split(' ');
    const at = (hours: number) => new Date(hour + hours * HOUR_MILLISECONDS);
    const digestAt = (start: Date, end: Date) => ({
      bucket,
      key: digestKey(account, region, end),
      account,
      start,
      end,
    });
    const first = makeDigest({ ...digestAt(at(-1), at(0)), logs: [] }, signingKey);
    const named = delivered.map((log) => ({ ...log, bucket }));
    made.push(first, makeDigest({ ...digestAt(at(0), at(1)), logs: named, previous: first }, signingKey));
  }
  for (const { key, body } of made) {
    const path = join(directory, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  }
  const digests = made.map(({ key, metadata }) => ({ key, metadata }));
  const note: z.infer<typeof noteSchema> = { fingerprint, publicKey: Buffer.from(value).toString('base64'), digests };
  await writeFile(join(directory, NOTE), JSON.stringify(note));
  return described(directory, note);
}

async function readNote(directory: string): Promise<SampleDigests | undefined> {
  const text = await readFile(join(directory, NOTE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : described(directory, noteSchema.parse(JSON.parse(text)));
}

function described(directory: string, { fingerprint, publicKey, digests }: z.infer<typeof noteSchema>): SampleDigests {
  return {
    files: digests.map(({ key, metadata }) => ({ path: join(directory, key), key, metadata })),
    publicKeys: [{ fingerprint, value: Buffer.from(publicKey, 'base64') }],
  };
}

/** By `account region`. */
function byPlace(logs: readonly SampleLog[]): ReadonlyMap<string, readonly SampleLog[]> {
  return Map.groupBy(logs, ({ key }) => {
    const { account = '', region = '' } = parseObjectKey(key) ?? {};
    return `${account} ${region}`;
  });
}

/** After "Digest file location", of a trail `sample` that was made in us-east-1. */
function digestKey(account: string, region: string, end: Date): string {
  const time = isoTime(end);
  const name = `${account}_CloudTrail-Digest_${region}_sample_us-east-1_${time.replaceAll(/[-:]/g, '')}.json.gz`;
  return `AWSLogs/${account}/CloudTrail-Digest/${region}/${time.slice(0, 10).replaceAll('-', '/')}/${name}`;
}
