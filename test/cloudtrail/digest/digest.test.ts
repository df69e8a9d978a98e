import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readDigest } from '../../../lambda/cloudtrail/digest/digest.ts';
import { parseDigestKey } from '../../../lambda/cloudtrail/digest/digest-key.ts';
import { SignedTrail } from '../../support/signed-trail.ts';

const trail = new SignedTrail({ prefix: 'audit/cloudtrail' });
const [first, second] = trail.hours('eu-central-1', 2);
if (first === undefined || second === undefined) throw new Error('two hours were asked for');

function reading(change: (content: Record<string, unknown>) => unknown): string {
  const content: unknown = change(JSON.parse(gunzipSync(second?.digest.body ?? '').toString()));
  const result = readDigest(gzipSync(JSON.stringify(content)));
  return result.ok ? 'read' : result.reason;
}

describe('reading a digest file', () => {
  test('gives the hour, the log objects with their hashes, and the digest before', () => {
    const result = readDigest(second.digest.body);
    expect(result).toMatchObject({
      ok: true,
      digest: {
        account: trail.account,
        bucket: trail.bucket,
        key: second.digest.key,
        start: second.start,
        end: second.end,
        previous: { bucket: trail.bucket, key: first.digest.key, signature: first.digest.signature },
        logFiles: second.logs.map(({ bucket, key }) => ({ bucket, key })),
      },
    });
  });

  test('takes a digest that was uncompressed on the way', () => {
    const plain = readDigest(gunzipSync(second.digest.body));
    expect(plain).toEqual(readDigest(second.digest.body));
  });

  test('takes null predecessors for the start of a chain', () => {
    const result = readDigest(first.digest.body);
    expect(result.ok && result.digest.previous).toBeUndefined();
    expect(result.ok).toBe(true);
  });

  test('takes an hour without log objects', () => {
    const result = readDigest(new SignedTrail().hour('us-east-1', 0).digest.body);
    expect(result.ok && result.digest.logFiles).toEqual([]);
  });

  test.each<[string, (content: Record<string, unknown>) => unknown, RegExp]>([
    ['a predecessor that is there only in part', (c) => ({ ...c, previousDigestSignature: null }), /all there or all/],
    ['no log files', ({ logFiles: _, ...rest }) => rest, /logFiles/],
    ['a hash that is none', (c) => ({ ...c, logFiles: [{ ...logFile, hashValue: 'abc' }] }), /logFiles.0.hashValue/],
    ['another hash algorithm', (c) => ({ ...c, logFiles: [{ ...logFile, hashAlgorithm: 'MD5' }] }), /hashAlgorithm/],
    ['an end that is no time', (c) => ({ ...c, digestEndTime: 'now' }), /digestEndTime: must be a time/],
    ['a list', () => [], /expected object/],
    ['null', () => null, /expected object/],
  ])('says what is wrong with %s', (_, change, reason) => {
    expect(reading(change)).toMatch(reason);
  });

  test.each([
    ['a cut file', () => second.digest.body.subarray(0, 200), 'the gzip data is cut or damaged'],
    ['a page of HTML', () => Buffer.from('<html>503</html>'), 'not JSON'],
    ['an empty file', () => Buffer.alloc(0), 'not JSON'],
    ['a gzip bomb', () => gzipSync(Buffer.alloc(80 * 1024 * 1024)), 'more than any digest has'],
  ])('rejects %s with a reason', (_, bytes, reason) => {
    expect(readDigest(bytes())).toEqual({ ok: false, reason });
  });

  test('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, zipped) => {
        const result = readDigest(zipped ? gzipSync(bytes) : bytes);
        expect(typeof result.ok).toBe('boolean');
      }),
    );
  });

  test('never throws, whatever the fields hold', () => {
    const fields = Object.keys(JSON.parse(gunzipSync(second.digest.body).toString()));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        expect(typeof reading((content) => ({ ...content, [field]: value }))).toBe('string');
      }),
    );
  });
});

const logFile = { s3Bucket: 'b', s3Object: 'k', hashValue: 'a'.repeat(64), hashAlgorithm: 'SHA-256' };

describe('the key of a digest', () => {
  test('names account, region, trail, home region and end', () => {
    expect(parseDigestKey(second.digest.key)).toMatchObject({
      account: trail.account,
      region: 'eu-central-1',
      trail: 'main_trail',
      homeRegion: 'eu-central-1',
      end: '2026-03-01T02:00:00Z',
      backfill: false,
    });
  });

  test('puts one trail, account and region into one chain, whatever the hour', () => {
    expect(parseDigestKey(first.digest.key)?.chain).toBe(parseDigestKey(second.digest.key)?.chain);
  });

  test('keeps other regions, trails, accounts and backfill digests apart', () => {
    const at = new Date('2026-03-01T00:00:00Z');
    const keys = [
      second.digest.key,
      trail.digest('eu-central-1', at, at, [], undefined, { backfill: true }).key,
      new SignedTrail().digest('us-east-1', at, at, []).key,
      new SignedTrail({ trail: 'other' }).digest('us-east-1', at, at, []).key,
      new SignedTrail({ account: '777788889999' }).digest('us-east-1', at, at, []).key,
      new SignedTrail({ homeRegion: 'us-east-1' }).digest('us-east-1', at, at, []).key,
    ];
    expect(new Set(keys.map((key) => parseDigestKey(key)?.chain)).size).toBe(keys.length);
  });

  test('is told apart from the keys of log objects and strangers', () => {
    expect(parseDigestKey(second.logs[0]?.key ?? '')).toBeUndefined();
    expect(parseDigestKey('AWSLogs/444455556666/CloudTrail-Digest/eu-central-1/2026/03/01/x.json.gz')).toBeUndefined();
    expect(parseDigestKey('')).toBeUndefined();
  });
});
