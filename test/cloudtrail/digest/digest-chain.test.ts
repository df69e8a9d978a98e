import { type Digest, readDigest } from '../../../lambda/cloudtrail/digest/digest.ts';
import { type ChainProblem, DigestChain } from '../../../lambda/cloudtrail/digest/digest-chain.ts';
import { type DeliveredDigest, SignedTrail } from '../../support/signed-trail.ts';

const region = 'eu-central-1';

function digestOf(file: { readonly body: Buffer }): Digest {
  const result = readDigest(file.body);
  if (!result.ok) throw new Error(result.reason);
  return result.digest;
}

function follow(digests: readonly DeliveredDigest[], until?: string): readonly ChainProblem[] {
  const chain = new DigestChain({ hourly: true });
  const problems = digests.map((digest) => chain.follow(digestOf(digest), digest.signature));
  return [...problems, until === undefined ? undefined : chain.finish(until)].filter((each) => each !== undefined);
}

function chainOf(hours: number): readonly DeliveredDigest[] {
  return new SignedTrail().hours(region, hours, 1).map(({ digest }) => digest);
}

describe('a chain of digests', () => {
  test('of 48 hours holds together', () => {
    const digests = chainOf(48);
    expect(follow(digests, digests.at(-1)?.content.digestEndTime as string)).toEqual([]);
  });

  test('may begin in the middle', () => {
    expect(follow(chainOf(6).slice(3))).toEqual([]);
  });

  test('names a digest that is missing, and between which times', () => {
    const digests = chainOf(6);
    expect(follow(digests.toSpliced(2, 1))).toEqual([
      {
        kind: 'missing',
        bucket: 'trail-bucket',
        key: digests[2]?.key,
        from: '2026-03-01T02:00:00Z',
        to: '2026-03-01T03:00:00Z',
        count: 1,
      },
    ]);
  });

  test('names a run of digests that are missing, and how many they are', () => {
    const digests = chainOf(8);
    expect(follow(digests.toSpliced(2, 2))).toMatchObject([{ kind: 'missing', key: digests[3]?.key, count: 2 }]);
    expect(follow(digests.toSpliced(1, 5))).toMatchObject([{ kind: 'missing', key: digests[5]?.key, count: 5 }]);
  });

  test('names the newest digests that are missing once their time has come', () => {
    const digests = chainOf(6).slice(0, 4);
    expect(follow(digests, '2026-03-01T04:59:59Z')).toEqual([]);
    expect(follow(digests, '2026-03-01T06:00:00Z')).toEqual([
      { kind: 'overdue', from: '2026-03-01T04:00:00Z', to: '2026-03-01T06:00:00Z', count: 2 },
    ]);
  });

  test('names a digest whose content is not the one that its successor names', () => {
    const digests = chainOf(3);
    const other = new SignedTrail().hours(region, 3, 2)[1]?.digest;
    expect(follow(digests.with(1, { ...other, key: digests[1]?.key } as DeliveredDigest))).toContainEqual(
      expect.objectContaining({ kind: 'altered', key: digests[1]?.key }),
    );
  });

  test('names a digest whose signature is not the one that its successor names', () => {
    const digests = chainOf(3);
    const [, second] = digests;
    if (second === undefined) throw new Error('three digests were asked for');
    expect(follow(digests.with(1, { ...second, signature: 'ab' }))).toEqual([
      { kind: 'altered', bucket: 'trail-bucket', key: second.key, reason: expect.stringContaining('signature') },
    ]);
  });

  test('names a gap where a trail was stopped and started again', () => {
    const trail = new SignedTrail();
    const before = trail.hours(region, 2);
    trail.restart(region, 5);
    const after = trail.hours(region, 2);
    expect(follow([...before, ...after].map(({ digest }) => digest))).toEqual([
      { kind: 'restarted', from: '2026-03-01T02:00:00Z', to: '2026-03-01T07:00:00Z' },
    ]);
  });

  test('doesn’t call a digest missing that is there and was found invalid', () => {
    const digests = chainOf(5).map(digestOf);
    const chain = new DigestChain({ hourly: true });
    const problems: (ChainProblem | undefined)[] = [];
    for (const [index, digest] of digests.entries()) {
      if (index === 2) chain.passOver(digest.key);
      else problems.push(chain.follow(digest));
    }
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  test('of backfill digests is neither hourly nor overdue', () => {
    const trail = new SignedTrail();
    const day = (n: number) => new Date(Date.UTC(2026, 2, n));
    const first = trail.digest(region, day(1), day(1), [], undefined, { backfill: true });
    const second = trail.digest(region, day(3), day(3), [], first, { backfill: true });
    const alone = trail.digest(region, day(9), day(9), [], undefined, { backfill: true });
    const chain = new DigestChain({ hourly: false });
    expect([first, second, alone].map((digest) => chain.follow(digestOf(digest)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(chain.finish('2026-04-01T00:00:00Z')).toBeUndefined();
  });
});
