import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Digest } from './digest.ts';

/** A public key as ListPublicKeys gives it. */
export interface PublicKey {
  readonly fingerprint: string;
  /** DER, PKCS #1; some of the documents' examples are X.509 SubjectPublicKeyInfo instead. */
  readonly value: Uint8Array;
}

export type DigestProblem =
  /** It isn't where CloudTrail put it: the digest was copied or replayed. */
  | 'moved'
  /** Its signature isn't known. */
  | 'unsigned'
  | 'unknown-algorithm'
  /** CloudTrail has no public key of the fingerprint that it names. */
  | 'unknown-key'
  /** The signature isn't CloudTrail's over this content: the content was altered, or signed by somebody else. */
  | 'altered';

export type DigestVerdict =
  | { readonly status: 'valid' }
  /** Nothing is wrong with it, but its signature isn't known. */
  | { readonly status: 'unvouched'; readonly problem: 'unsigned'; readonly reason: string }
  | { readonly status: 'invalid'; readonly problem: Exclude<DigestProblem, 'unsigned'>; readonly reason: string };

export interface DigestEvidence {
  /** Where the digest was found: in a bucket, or below a folder whose path holds the end of the key. */
  readonly foundAt: { readonly bucket?: string; readonly key: string };
  /** From the metadata of the S3 object, or from the digest that follows. Hex. */
  readonly signature?: string;
  /** `x-amz-meta-signature-algorithm`, where it is known. */
  readonly signatureAlgorithm?: string;
  /** The key of the fingerprint that the digest names, among those of its own region. */
  readonly publicKey?: PublicKey;
}

const SIGNATURE_ALGORITHM = 'SHA256withRSA';

/**
 * The data signing string, after "Custom implementations of CloudTrail log file integrity validation": end time, S3
 * path, hash of the uncompressed digest and the signature before, which is the word `null` for a starting digest.
 */
export function dataSigningString(digest: Digest): string {
  const { end, bucket, key, sha256, previous } = digest;
  return [end, `${bucket}/${key}`, sha256, previous?.signature ?? 'null'].join('\n');
}

/** Whether a digest is what CloudTrail wrote, where CloudTrail put it. Its links are judged by {@link DigestChain}. */
export function checkDigest(digest: Digest, evidence: DigestEvidence): DigestVerdict {
  const { foundAt, signature, signatureAlgorithm = digest.signatureAlgorithm, publicKey } = evidence;
  if (!isAt(digest, foundAt)) {
    return invalid('moved', `it says that CloudTrail put it at s3://${digest.bucket}/${digest.key}`);
  }
  for (const algorithm of [digest.signatureAlgorithm, signatureAlgorithm]) {
    if (algorithm !== SIGNATURE_ALGORITHM) return invalid('unknown-algorithm', `${algorithm} is not known`);
  }
  if (signature === undefined) {
    return { status: 'unvouched', problem: 'unsigned', reason: 'its signature is not at hand' };
  }
  if (publicKey === undefined) {
    return invalid('unknown-key', `CloudTrail has no public key ${digest.publicKeyFingerprint} in this region`);
  }
  const key = toKeyObject(publicKey);
  if (key === undefined) return invalid('unknown-key', `the public key ${publicKey.fingerprint} is no RSA key`);
  if (!/^(?:[0-9a-f]{2})+$/i.test(signature)) return invalid('altered', 'its signature is not hex');
  const signed = verify('sha256', Buffer.from(dataSigningString(digest)), key, Buffer.from(signature, 'hex'));
  return signed ? { status: 'valid' } : invalid('altered', 'its signature does not fit its content');
}

function invalid(problem: Exclude<DigestProblem, 'unsigned'>, reason: string): DigestVerdict {
  return { status: 'invalid', problem, reason };
}

function isAt(digest: Digest, { bucket, key }: DigestEvidence['foundAt']): boolean {
  if (bucket !== undefined) return digest.bucket === bucket && digest.key === key;
  return digest.key === key || digest.key.endsWith(`/${key}`);
}

function toKeyObject({ value }: PublicKey): KeyObject | undefined {
  for (const type of ['pkcs1', 'spki'] as const) {
    try {
      const key = createPublicKey({ key: Buffer.from(value), format: 'der', type });
      // Node reads keys of other kinds from SubjectPublicKeyInfo too, and would verify by their rules.
      if (key.asymmetricKeyType === 'rsa') return key;
    } catch {
      // Not of this form.
    }
  }
  return undefined;
}
