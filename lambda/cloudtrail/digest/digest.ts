import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';

/**
 * A digest file as CloudTrail writes it, after "CloudTrail digest file structure" of the AWS CloudTrail User Guide:
 * what was delivered in an hour, with the hash of each log object and a link to the digest before.
 */
export interface Digest {
  readonly account: string;
  /** Where CloudTrail put the digest: part of what it signed. */
  readonly bucket: string;
  readonly key: string;
  /** Log objects delivered from here… */
  readonly start: string;
  /** …to here, in UTC, as the digest spells it: part of what is signed. */
  readonly end: string;
  readonly publicKeyFingerprint: string;
  readonly signatureAlgorithm: string;
  /** Undefined for a starting digest, whose five fields about a predecessor are null. */
  readonly previous?: PreviousDigest;
  readonly logFiles: readonly DigestLogFile[];
  /** SHA-256 of the uncompressed file in lower-case hex: what is signed, and what the next digest names. */
  readonly sha256: string;
}

export interface PreviousDigest {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of its uncompressed content, lower-case hex. */
  readonly sha256: string;
  /** Hex, as the digest spells it: part of what is signed. */
  readonly signature: string;
}

/** A log object that a digest vouches for. */
export interface DigestLogFile {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of the uncompressed content, lower-case hex. */
  readonly sha256: string;
}

export type DigestReading =
  | { readonly ok: true; readonly digest: Digest }
  | { readonly ok: false; readonly reason: string };

/** A digest names about 300 bytes a log object: this allows 200,000 of them in an hour. */
const MAX_DIGEST_BYTES = 64 * 1024 * 1024;

/** Compressed bytes above which an object is no digest, and isn't read further. */
export const MAX_COMPRESSED_DIGEST_BYTES = 16 * 1024 * 1024;

const text = z.string().min(1).max(2048);
const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, { error: 'must be a SHA-256 in hex' })
  .transform((value) => value.toLowerCase());
const time = z.iso.datetime({ error: 'must be a time in UTC' });
const hexadecimal = z.string().regex(/^(?:[0-9a-f]{2}){1,1024}$/i, { error: 'must be hex' });

const digestSchema = z
  .object({
    awsAccountId: text,
    digestStartTime: time,
    digestEndTime: time,
    digestS3Bucket: text,
    digestS3Object: text,
    digestPublicKeyFingerprint: text,
    digestSignatureAlgorithm: text,
    previousDigestS3Bucket: text.nullish(),
    previousDigestS3Object: text.nullish(),
    previousDigestHashValue: hash.nullish(),
    previousDigestHashAlgorithm: z.literal('SHA-256').nullish(),
    previousDigestSignature: hexadecimal.nullish(),
    logFiles: z.array(
      z.object({
        s3Bucket: text,
        s3Object: text,
        hashValue: hash,
        hashAlgorithm: z.literal('SHA-256'),
      }),
    ),
  })
  .refine(
    (digest) => {
      const parts = [
        digest.previousDigestS3Bucket,
        digest.previousDigestS3Object,
        digest.previousDigestHashValue,
        digest.previousDigestHashAlgorithm,
        digest.previousDigestSignature,
      ];
      return parts.every((part) => part == null) || parts.every((part) => part != null);
    },
    { error: 'the fields about the previous digest must be all there or all null' },
  );

/** Reads a digest file, gzipped or already uncompressed. Never throws: for anything else it returns the reason. */
export function readDigest(bytes: Uint8Array): DigestReading {
  let content: Buffer;
  try {
    content = uncompress(bytes);
  } catch (error) {
    const tooLong =
      typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { ok: false, reason: tooLong ? 'more than any digest has' : 'the gzip data is cut or damaged' };
  }
  let json: unknown;
  try {
    json = JSON.parse(content.toString('utf8'));
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const parsed = digestSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.join('.') ?? '';
    return { ok: false, reason: `${path === '' ? '' : `${path}: `}${issue?.message ?? 'not a digest'}` };
  }
  return { ok: true, digest: toDigest(parsed.data, createHash('sha256').update(content).digest('hex')) };
}

function uncompress(bytes: Uint8Array): Buffer {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, { maxOutputLength: MAX_DIGEST_BYTES });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function toDigest(data: z.infer<typeof digestSchema>, sha256: string): Digest {
  const {
    previousDigestS3Bucket: bucket,
    previousDigestS3Object: key,
    previousDigestHashValue: previousSha256,
    previousDigestSignature: signature,
  } = data;
  const previous =
    bucket == null || key == null || previousSha256 == null || signature == null
      ? undefined
      : { bucket, key, sha256: previousSha256, signature };
  return {
    account: data.awsAccountId,
    bucket: data.digestS3Bucket,
    key: data.digestS3Object,
    start: data.digestStartTime,
    end: data.digestEndTime,
    publicKeyFingerprint: data.digestPublicKeyFingerprint,
    signatureAlgorithm: data.digestSignatureAlgorithm,
    ...(previous && { previous }),
    logFiles: data.logFiles.map(({ s3Bucket, s3Object, hashValue }) => ({
      bucket: s3Bucket,
      key: s3Object,
      sha256: hashValue,
    })),
    sha256,
  };
}
