import { gzipSync } from 'node:zlib';
import { type DeliveredHour, makeSigningKey, SignedTrail, signDigest } from '../support/signed-trail.ts';
import { startVerification, type Verification } from '../support/verification.ts';

const REGION = 'eu-central-1';
/** Objects in the emulator are delivered now, whatever hour their digest speaks of. */
const START = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);

let verification: Verification;
let trail: SignedTrail;

beforeEach(async () => {
  verification = await startVerification(new Date(START.getTime() - 60_000), (bucket) => {
    trail = new SignedTrail({ bucket, start: START });
    return trail;
  });
  // Sweep runs first of all functions, and notes when the deployment began.
  await verification.sweep();
});

afterEach(() => verification.stop());

/** Delivers an hour at a time when CloudTrail would. */
async function deliver(hour: DeliveredHour): Promise<void> {
  verification.at(new Date(Date.parse(hour.end) + 20 * 60_000));
  await verification.deliver(hour);
}

function nameOf(file: { readonly key: string } | undefined): string {
  return file?.key.split('/').at(-1) ?? '';
}

describe('a digest whose log objects were processed', () => {
  test('vouches for each of them', async () => {
    const hour = trail.hour(REGION);
    await deliver(hour);
    for (const log of hour.logs) expect(await verification.statusOf(log)).toEqual(['verified']);
    expect(await verification.digestRow(hour.digest)).toMatchObject({
      kind: 'digest',
      status: 'valid',
      logs: 2,
      verified: 2,
      modified: 0,
      missing: 0,
      unread: 0,
    });
    expect(await verification.findings()).toEqual([]);
  });

  test('may be followed by another, and by an hour without events', async () => {
    for (const hour of [trail.hour(REGION), trail.hour(REGION), trail.hour(REGION, 0)]) await deliver(hour);
    expect(await verification.findings()).toEqual([]);
  });

  test('changes nothing when it comes twice', async () => {
    const hour = trail.hour(REGION);
    await deliver(hour);
    const before = await verification.deployment.rows('findings');
    await verification.verify(hour.digest.key, hour.digest.key);
    expect(await verification.deployment.rows('findings')).toEqual(before);
    expect(await verification.queued()).toEqual([]);
  });

  test('in a backfill vouches for log objects that came too late for their own digest', async () => {
    await deliver(trail.hour(REGION));
    const late = trail.log(REGION, START);
    const end = new Date(START.getTime() + 3_600_000);
    const digest = trail.digest(REGION, START, end, [late], undefined, { backfill: true });
    await verification.put(late);
    await verification.ingest([late]);
    await verification.put(digest);
    await verification.verify(digest.key);
    expect(await verification.statusOf(late)).toEqual(['verified']);
    expect(await verification.findings()).toEqual([]);
  });
});

describe('tampering', () => {
  test('with a byte of a log object after it was processed is found when the new version is', async () => {
    const hour = trail.hour(REGION);
    await deliver(hour);
    const [log] = hour.logs;
    if (log === undefined) throw new Error('an hour has log objects');
    await verification.put({ ...log, body: gzipSync('{"Records":[]}') });
    await verification.ingest([log]);
    expect(await verification.findings()).toEqual([`trailwarden-log-object-overwritten ${nameOf(log)}`]);
  });

  test('with a log object before it was processed is found by its digest', async () => {
    const hour = trail.hour(REGION);
    const [log, other] = hour.logs;
    if (log === undefined || other === undefined) throw new Error('an hour has log objects');
    await deliver({ ...hour, logs: [{ ...log, body: gzipSync('{"Records":[]}') }, other] });
    expect(await verification.statusOf(log)).toEqual(['modified']);
    expect(await verification.statusOf(other)).toEqual(['verified']);
    expect(await verification.findings()).toEqual([`trailwarden-log-object-modified ${nameOf(log)}`]);
  });

  test('that leaves a log object unreadable is found, too', async () => {
    const hour = trail.hour(REGION, 1);
    const [log] = hour.logs;
    if (log === undefined) throw new Error('an hour has log objects');
    await deliver({ ...hour, logs: [{ ...log, body: log.body.subarray(0, 60) }] });
    expect(await verification.statusOf(log)).toEqual(['modified']);
  });

  test('by swapping two log objects is found for both', async () => {
    const hour = trail.hour(REGION);
    const [one, two] = hour.logs;
    if (one === undefined || two === undefined) throw new Error('an hour has log objects');
    await deliver({
      ...hour,
      logs: [
        { ...one, body: two.body },
        { ...two, body: one.body },
      ],
    });
    expect(await verification.findings()).toEqual(
      [one, two].map((log) => `trailwarden-log-object-modified ${nameOf(log)}`).sort(),
    );
  });

  test('by removing a log object before it was read is found, with its own row in the ledger', async () => {
    const hour = trail.hour(REGION);
    await deliver({ ...hour, logs: hour.logs.slice(1) });
    expect(await verification.findings()).toEqual([`trailwarden-log-object-missing ${nameOf(hour.logs[0])}`]);
    expect(await verification.digestRow(hour.logs[0] ?? hour.digest)).toMatchObject({
      status: 'missing',
      digestStatus: 'missing',
    });
  });

  test('by removing a log object after it was read is found, and says that its records are safe', async () => {
    const hour = trail.hour(REGION);
    for (const file of hour.logs) await verification.put(file);
    await verification.ingest(hour.logs);
    const [log] = hour.logs;
    if (log === undefined) throw new Error('an hour has log objects');
    await verification.remove(log);
    await verification.put(hour.digest);
    await verification.verify(hour.digest.key);
    expect(await verification.statusOf(log)).toEqual(['missing']);
    const [finding] = await verification.deployment.rows('findings');
    expect(finding).toMatchObject({
      ruleId: 'trailwarden-log-object-missing',
      level: 'critical',
      matched: expect.arrayContaining([{ field: 'processed', value: 'yes: its records are indexed' }]),
    });
  });

  test('by adding a log object is found once the next hours’ digests don’t name it', async () => {
    const hours = trail.hours(REGION, 4);
    const [first, second, third, fourth] = hours;
    if (!first || !second || !third || !fourth) throw new Error('four hours were asked for');
    await deliver(first);
    const forged = trail.log(REGION, new Date());
    await verification.put(forged);
    await verification.ingest([forged]);
    // The emulator delivers everything now: the hours are those around it.
    for (const hour of [second, third, fourth]) await deliver(hour);
    expect(await verification.statusOf(forged)).toEqual(['unvouched']);
    expect(await verification.findings()).toEqual([`trailwarden-log-object-unvouched ${nameOf(forged)}`]);
    expect(await verification.deployment.rows('findings')).toEqual([expect.objectContaining({ level: 'high' })]);
  });

  test('with the content of a digest is found', async () => {
    const hour = trail.hour(REGION);
    const content = { ...hour.digest.content, logFiles: [] };
    const altered = { ...hour.digest, body: gzipSync(JSON.stringify(content)) };
    await deliver({ ...hour, digest: altered });
    expect(await verification.findings()).toEqual([`trailwarden-digest-altered ${nameOf(hour.digest)}`]);
    expect(await verification.digestRow(hour.digest)).toMatchObject({ status: 'invalid' });
    expect(await verification.statusOf(hour.logs[0] ?? hour.digest)).toEqual([undefined]);
  });

  test('by signing a digest with another key is found, whichever fingerprint it names', async () => {
    const stranger = makeSigningKey();
    const [first, second] = trail.hours(REGION, 2);
    if (first === undefined || second === undefined) throw new Error('two hours were asked for');
    await deliver({ ...first, digest: signDigest(first.digest.content, stranger) });
    const { fingerprint } = stranger.publicKey;
    const content = { ...second.digest.content, digestPublicKeyFingerprint: fingerprint };
    await deliver({ ...second, digest: signDigest(content, stranger) });
    expect(await verification.findings()).toEqual(
      [first, second].map(({ digest }) => `trailwarden-digest-altered ${nameOf(digest)}`),
    );
  });

  test('by replaying an older digest in the place of another is found', async () => {
    const [first, second] = trail.hours(REGION, 2);
    if (first === undefined || second === undefined) throw new Error('two hours were asked for');
    await deliver(first);
    const { key } = second.digest;
    await deliver({ ...second, digest: { ...first.digest, key } });
    expect(await verification.findings()).toEqual([`trailwarden-digest-altered ${nameOf(second.digest)}`]);
  });

  test('by taking the signature from a digest is found', async () => {
    const hour = trail.hour(REGION);
    await deliver({ ...hour, digest: { ...hour.digest, metadata: {} } });
    expect(await verification.findings()).toEqual([`trailwarden-digest-altered ${nameOf(hour.digest)}`]);
  });

  test('by putting something that is no digest in its place is found', async () => {
    const hour = trail.hour(REGION);
    await deliver({ ...hour, digest: { ...hour.digest, body: Buffer.from('gone') } });
    expect(await verification.findings()).toEqual([`trailwarden-digest-altered ${nameOf(hour.digest)}`]);
  });

  test('by removing a digest is found half an hour after the next one', async () => {
    const [first, second, third] = trail.hours(REGION, 3);
    if (!first || !second || !third) throw new Error('three hours were asked for');
    await deliver(first);
    await verification.ingest([]);
    await deliver(third);
    expect(await verification.findings()).toEqual([]);
    verification.minutesLater(31);
    await verification.recheck();
    expect(await verification.findings()).toEqual([`trailwarden-digest-missing ${nameOf(second.digest)}`]);
  });

  test('by removing a digest after it was checked is found, too', async () => {
    const [first, second] = trail.hours(REGION, 2);
    if (first === undefined || second === undefined) throw new Error('two hours were asked for');
    await deliver(first);
    await verification.remove(first.digest);
    await deliver(second);
    verification.minutesLater(31);
    await verification.recheck();
    expect(await verification.findings()).toEqual([`trailwarden-digest-missing ${nameOf(first.digest)}`]);
  });

  test('by removing digests in a row is found as a run, with the times between which nothing is vouched for', async () => {
    const hours = trail.hours(REGION, 5);
    const [first, , , fourth, last] = hours;
    if (!first || !fourth || !last) throw new Error('five hours were asked for');
    await deliver(first);
    await deliver(last);
    verification.minutesLater(31);
    await verification.recheck();
    expect(await verification.findings()).toEqual([`trailwarden-digests-missing ${nameOf(fourth.digest)}`]);
    expect((await verification.deployment.rows('findings'))[0]).toMatchObject({
      matched: expect.arrayContaining([
        { field: 'from', value: first.end },
        { field: 'to', value: last.start },
        { field: 'count', value: '3' },
      ]),
    });
  });

  test('by stopping and restarting the trail is found', async () => {
    await deliver(trail.hour(REGION));
    trail.restart(REGION, 3);
    const after = trail.hour(REGION);
    await deliver(after);
    expect(await verification.findings()).toEqual([`trailwarden-digest-chain-restarted ${nameOf(after.digest)}`]);
  });
});

describe('a digest that is waited for', () => {
  test('is reported by sweep within three hours, as a run later, and as a reminder a day', async () => {
    const hour = trail.hour(REGION);
    await deliver(hour);
    const end = Date.parse(hour.end);
    const hoursLater = async (hours: number) => {
      verification.at(new Date(end + hours * 3_600_000));
      await verification.sweep();
      return (await verification.findings()).map((finding) => finding.split(' ')[0]);
    };
    expect(await hoursLater(2.4)).toEqual([]);
    expect(await hoursLater(2.6)).toEqual(['trailwarden-digest-overdue']);
    expect(await hoursLater(3)).toHaveLength(1);
    expect(await hoursLater(4.7)).toEqual(['trailwarden-digest-overdue', 'trailwarden-digests-missing']);
    expect(await hoursLater(24)).toHaveLength(2);
    expect(await hoursLater(29)).toHaveLength(3);
  });

  test('and comes is not reported', async () => {
    const [first, second] = trail.hours(REGION, 2);
    if (first === undefined || second === undefined) throw new Error('two hours were asked for');
    await deliver(first);
    await deliver(second);
    verification.at(new Date(Date.parse(first.end) + 3 * 3_600_000));
    await verification.sweep();
    expect(await verification.findings()).toEqual([]);
  });

  test('of another region is told apart', async () => {
    const [here, there] = [trail.hour(REGION), trail.hour('us-east-1')];
    await deliver(here);
    await deliver(there);
    await deliver(trail.hour(REGION));
    verification.at(new Date(Date.parse(there.end) + 2.6 * 3_600_000));
    await verification.sweep();
    expect(await verification.deployment.rows('findings')).toEqual([
      expect.objectContaining({ ruleId: 'trailwarden-digest-overdue', region: 'us-east-1' }),
    ]);
  });
});

describe('reconciliation', () => {
  test('queues a log object again that the ledger doesn’t have half an hour later, and vouches for it then', async () => {
    const hour = trail.hour(REGION);
    const [lost, read] = hour.logs;
    if (lost === undefined || read === undefined) throw new Error('an hour has log objects');
    for (const file of [...hour.logs, hour.digest]) await verification.put(file);
    await verification.ingest([read]);
    verification.at(new Date(Date.parse(hour.end) + 20 * 60_000));
    await verification.verify(hour.digest.key);
    expect(await verification.digestRow(hour.digest)).toMatchObject({ status: 'pending', verified: 1, unnotified: 1 });
    expect(await verification.queued()).toEqual([]);

    verification.minutesLater(15);
    await verification.recheck();
    expect(await verification.queued()).toEqual([]);
    verification.minutesLater(16);
    await verification.recheck();
    expect(await verification.queued()).toEqual([{ s3Bucket: lost.bucket, s3ObjectKey: [lost.key] }]);

    await verification.ingest([lost]);
    verification.minutesLater(31);
    await verification.recheck();
    expect(await verification.digestRow(hour.digest)).toMatchObject({ status: 'valid', verified: 2, unread: 0 });
    expect(await verification.recheck()).toBe(0);
    expect(await verification.findings()).toEqual([]);
  });

  test('says within three hours that a log object stays unread, and goes on trying', async () => {
    const hour = trail.hour(REGION, 1);
    for (const file of [...hour.logs, hour.digest]) await verification.put(file);
    verification.at(new Date(Date.parse(hour.end) + 20 * 60_000));
    await verification.verify(hour.digest.key);
    for (let check = 0; check < 3; check++) {
      expect(await verification.findings()).toEqual([]);
      verification.minutesLater(31);
      await verification.recheck();
    }
    expect(await verification.findings()).toEqual([`trailwarden-log-object-unread ${nameOf(hour.logs[0])}`]);
    verification.minutesLater(31);
    expect(await verification.recheck()).toBe(1);
    expect(await verification.findings()).toHaveLength(1);
  });

  test('checks the digest before, whose own notification was lost', async () => {
    const [first, second] = trail.hours(REGION, 2);
    if (first === undefined || second === undefined) throw new Error('two hours were asked for');
    for (const file of [...first.logs, first.digest]) await verification.put(file);
    await verification.ingest(first.logs);
    await deliver(second);
    for (let round = 0; round < 3; round++) {
      verification.minutesLater(31);
      await verification.recheck();
    }
    expect(await verification.digestRow(first.digest)).toMatchObject({ status: 'valid', verified: 2 });
    expect(await verification.digestRow(second.digest)).toMatchObject({ status: 'valid' });
    expect(await verification.findings()).toEqual([]);
  });

  test('leaves what was delivered before the deployment alone', async () => {
    const early = new SignedTrail({ bucket: trail.bucket, start: new Date(START.getTime() - 10 * 3_600_000) });
    const [hour] = early.hours(REGION, 2);
    if (hour === undefined) throw new Error('two hours were asked for');
    await verification.put(hour.digest);
    const verify = verification.function({ publicKeys: { list: async () => early.publicKeys } });
    await verification.verifyWith(verify, hour.digest.key);
    expect(await verification.digestRow(hour.digest)).toMatchObject({ status: 'valid', skipped: 2, missing: 0 });
    expect(await verification.findings()).toEqual([]);
  });
});

describe('what isn’t a digest in the digest queue', () => {
  test('is acknowledged: log objects, strangers, other buckets, test messages', async () => {
    const hour = trail.hour(REGION);
    const { batchItemFailures } = await verification.verify(hour.logs[0]?.key ?? '', 'readme.txt');
    expect(batchItemFailures).toEqual([]);
  });

  test('is retried where the digest isn’t there (yet) or the keys can’t be had', async () => {
    const hour = trail.hour(REGION);
    expect((await verification.verify(hour.digest.key)).batchItemFailures).toHaveLength(1);
    await verification.put(hour.digest);
    const denied = verification.function({
      publicKeys: { list: async () => Promise.reject(new Error('AccessDenied')) },
    });
    expect((await verification.verifyWith(denied, hour.digest.key)).batchItemFailures).toHaveLength(1);
    expect(await verification.findings()).toEqual([]);
  });
});
