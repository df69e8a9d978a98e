import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { PublicKey } from '../../lambda/cloudtrail/digest/digest-signature.ts';

/** A key to sign digests with, as CloudTrail has one a region. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

/** A digest as CloudTrail would put it into the bucket. */
export interface SignedDigest {
  readonly bucket: string;
  readonly key: string;
  /** Gzipped. */
  readonly body: Buffer;
  /** Of the S3 object: the signature is there. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly content: Record<string, unknown>;
  /** Hex. */
  readonly signature: string;
}

export function makeSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const value = publicKey.export({ type: 'pkcs1', format: 'der' });
  return { privateKey, publicKey: { fingerprint: createHash('md5').update(value).digest('hex'), value } };
}

/** What a digest covers. */
export interface DigestContent {
  readonly bucket: string;
  /** The key of the digest itself. */
  readonly key: string;
  readonly account: string;
  readonly start: Date;
  readonly end: Date;
  /** Log objects that were delivered in this time, each with its content uncompressed. */
  readonly logs: readonly { readonly bucket: string; readonly key: string; readonly content: Uint8Array }[];
  /** Undefined for a starting digest. */
  readonly previous?: SignedDigest;
}

/**
 * A digest as "CloudTrail digest file structure" has it, signed with a key that isn't CloudTrail's. It is accepted only
 * with the matching public key.
 */
export function makeDigest(
  { bucket, key, account, start, end, logs, previous }: DigestContent,
  signingKey: SigningKey,
  metadata: Readonly<Record<string, string>> = {},
): SignedDigest {
  const newest = logs.length === 0 ? null : isoTime(end);
  const oldest = logs.length === 0 ? null : isoTime(start);
  const content = {
    awsAccountId: account,
    digestStartTime: isoTime(start),
    digestEndTime: isoTime(end),
    digestS3Bucket: bucket,
    digestS3Object: key,
    digestPublicKeyFingerprint: signingKey.publicKey.fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: newest,
    oldestEventTime: oldest,
    previousDigestS3Bucket: previous?.bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous === undefined ? null : sha256(JSON.stringify(previous.content)),
    previousDigestHashAlgorithm: previous === undefined ? null : 'SHA-256',
    previousDigestSignature: previous?.signature ?? null,
    logFiles: logs.map((log) => ({
      s3Bucket: log.bucket,
      s3Object: log.key,
      hashValue: sha256(log.content),
      hashAlgorithm: 'SHA-256',
      newestEventTime: newest,
      oldestEventTime: oldest,
    })),
  };
  return signDigest(content, signingKey, metadata);
}

/** Signs the content of a digest with any key. */
export function signDigest(
  content: Record<string, unknown>,
  { privateKey }: SigningKey,
  metadata: Readonly<Record<string, string>> = {},
): SignedDigest {
  const bytes = JSON.stringify(content);
  const signed = [
    content.digestEndTime,
    `${content.digestS3Bucket}/${content.digestS3Object}`,
    sha256(bytes),
    content.previousDigestSignature ?? 'null',
  ].join('\n');
  const signature = sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('hex');
  return {
    bucket: String(content.digestS3Bucket),
    key: String(content.digestS3Object),
    body: gzipSync(bytes),
    metadata: { signature, 'signature-algorithm': 'SHA256withRSA', ...metadata },
    content,
    signature,
  };
}

/** A time as CloudTrail writes it: in UTC, to the second. */
export function isoTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
