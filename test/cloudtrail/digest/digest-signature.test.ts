import { generateKeyPairSync } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Digest, readDigest } from '../../../lambda/cloudtrail/digest/digest.ts';
import {
  checkDigest,
  type DigestEvidence,
  dataSigningString,
} from '../../../lambda/cloudtrail/digest/digest-signature.ts';
import { type DeliveredDigest, makeSigningKey, SignedTrail, signDigest } from '../../support/signed-trail.ts';

const region = 'eu-central-1';
const trail = new SignedTrail();
const [first, second] = trail.hours(region, 2);
if (first === undefined || second === undefined) throw new Error('two hours were asked for');
const { publicKey } = trail.key(region);

function digestOf(file: { readonly body: Buffer }): Digest {
  const result = readDigest(file.body);
  if (!result.ok) throw new Error(result.reason);
  return result.digest;
}

function evidence(digest: DeliveredDigest, change: Partial<DigestEvidence> = {}): DigestEvidence {
  const { bucket, key, signature } = digest;
  return { foundAt: { bucket, key }, signature, signatureAlgorithm: 'SHA256withRSA', publicKey, ...change };
}

describe('the data signing string', () => {
  test('is end time, S3 path, hash of the uncompressed digest and the signature before, on lines of their own', () => {
    const digest = digestOf(second.digest);
    expect(dataSigningString(digest)).toBe(
      `${second.end}\n${trail.bucket}/${second.digest.key}\n${digest.sha256}\n${first.digest.signature}`,
    );
  });

  test('ends with the word null for a starting digest', () => {
    expect(dataSigningString(digestOf(first.digest))).toMatch(/\nnull$/);
  });
});

describe('checking a digest', () => {
  test('finds what CloudTrail signed valid', () => {
    expect(checkDigest(digestOf(second.digest), evidence(second.digest))).toEqual({ status: 'valid' });
    expect(checkDigest(digestOf(first.digest), evidence(first.digest))).toEqual({ status: 'valid' });
  });

  test('takes a public key in X.509 form, too', () => {
    const signingKey = makeSigningKey();
    const digest = signDigest(second.digest.content, signingKey);
    const value = signingKey.publicKey.value;
    // An RSA SubjectPublicKeyInfo of 2048 bits is the PKCS #1 key behind this header.
    const header = Buffer.from('30820122300d06092a864886f70d01010105000382010f00', 'hex');
    const key = { fingerprint: 'x', value: Buffer.concat([header, value]) };
    expect(checkDigest(digestOf(digest), evidence(digest, { publicKey: key }))).toEqual({ status: 'valid' });
  });

  test('takes the last part of the key for a digest that was downloaded', () => {
    const key = second.digest.key.slice(second.digest.key.indexOf('CloudTrail-Digest'));
    expect(checkDigest(digestOf(second.digest), evidence(second.digest, { foundAt: { key } })).status).toBe('valid');
  });

  test('names one that was put elsewhere, as a replay is', () => {
    const elsewhere = { bucket: trail.bucket, key: first.digest.key };
    expect(checkDigest(digestOf(second.digest), evidence(second.digest, { foundAt: elsewhere }))).toMatchObject({
      status: 'invalid',
      problem: 'moved',
    });
    const otherBucket = { bucket: 'other', key: second.digest.key };
    expect(checkDigest(digestOf(second.digest), evidence(second.digest, { foundAt: otherBucket }))).toMatchObject({
      problem: 'moved',
    });
  });

  test('leaves one without a signature unvouched', () => {
    const { signature: _, ...rest } = evidence(second.digest);
    expect(checkDigest(digestOf(second.digest), rest)).toMatchObject({ status: 'unvouched', problem: 'unsigned' });
  });

  test('names one that was signed with another key, whichever fingerprint it claims', () => {
    const stranger = makeSigningKey();
    const honest = signDigest(
      { ...second.digest.content, digestPublicKeyFingerprint: stranger.publicKey.fingerprint },
      stranger,
    );
    const { publicKey: _, ...unknownKey } = evidence(honest);
    expect(checkDigest(digestOf(honest), unknownKey)).toMatchObject({ status: 'invalid', problem: 'unknown-key' });
    const lying = signDigest(second.digest.content, stranger);
    expect(checkDigest(digestOf(lying), evidence(lying))).toMatchObject({ status: 'invalid', problem: 'altered' });
  });

  test.each([
    ['is not hex', 'zz'],
    ['is empty', ''],
    ['is of odd length', 'abc'],
    ['is that of another digest', first.digest.signature],
    ['is cut', second.digest.signature.slice(0, -2)],
  ])('names one whose signature %s', (_, signature) => {
    expect(checkDigest(digestOf(second.digest), evidence(second.digest, { signature }))).toMatchObject({
      status: 'invalid',
      problem: 'altered',
    });
  });

  test('refuses an algorithm that CloudTrail does not use', () => {
    expect(checkDigest(digestOf(second.digest), evidence(second.digest, { signatureAlgorithm: 'none' }))).toMatchObject(
      { status: 'invalid', problem: 'unknown-algorithm' },
    );
  });

  test('refuses a public key that is no RSA key', () => {
    const value = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
    for (const bytes of [value, Buffer.from('nonsense')]) {
      const key = { fingerprint: 'x', value: bytes };
      expect(checkDigest(digestOf(second.digest), evidence(second.digest, { publicKey: key }))).toMatchObject({
        problem: 'unknown-key',
      });
    }
  });

  test('finds every change of a byte that leaves a digest a digest', () => {
    const content = gunzipSync(second.digest.body);
    fc.assert(
      fc.property(fc.nat(content.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Buffer.from(content);
        altered[at] = (altered[at] ?? 0) ^ change;
        const result = readDigest(gzipSync(altered));
        if (!result.ok) return;
        expect(checkDigest(result.digest, evidence(second.digest)).status).toBe('invalid');
      }),
    );
  });
});
