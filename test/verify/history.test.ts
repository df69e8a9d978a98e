import { SignedTrail } from '../support/signed-trail.ts';
import { startVerification, type Verification } from '../support/verification.ts';

/** Verify over what was copied into the bucket long after CloudTrail delivered it. */

const REGION = 'eu-central-1';

let trail: SignedTrail;
let verification: Verification;

beforeEach(async () => {
  verification = await startVerification(new Date('2026-11-21T12:00:00Z'), (bucket) => {
    trail = new SignedTrail({ bucket });
    return trail;
  });
});

afterEach(() => verification.stop());

const verify = (key: string) => verification.verifyWith(verification.function({ isHistory: true }), key);

test('the digest before the first one lies outside: it is not missed', async () => {
  const [, second] = trail.hours(REGION, 2);
  if (second === undefined) throw new Error('two hours');
  for (const file of [...second.logs, second.digest]) await verification.put(file);
  await verification.ingest(second.logs);
  await verify(second.digest.key);
  expect(await verification.digestRow(second.digest)).toMatchObject({ status: 'valid', verified: 2 });
  expect(await verification.findings()).toEqual([]);
});

test('one between two others is missed at once, and so is a log object, however old they are', async () => {
  const [first, second, third] = trail.hours(REGION, 3);
  if (first === undefined || second === undefined || third === undefined) throw new Error('three hours');
  for (const { digest, logs } of [first, third]) {
    const there = logs.slice(1);
    for (const file of [...there, digest]) await verification.put(file);
    await verification.ingest(there);
    await verify(digest.key);
  }
  expect(await verification.digestRow(third.digest)).toMatchObject({ status: 'valid', verified: 1, missing: 1 });
  const found = (await verification.findings()).map((finding) => finding.split(' ')[0]);
  expect(found).toEqual([
    'trailwarden-digest-missing',
    'trailwarden-log-object-missing',
    'trailwarden-log-object-missing',
  ]);
});

test('no further digest is waited for', async () => {
  const hour = trail.hour(REGION);
  for (const file of [...hour.logs, hour.digest]) await verification.put(file);
  await verification.ingest(hour.logs);
  await verify(hour.digest.key);
  await verification.sweep();
  verification.minutesLater(10_000);
  await verification.sweep();
  expect(await verification.findings()).toEqual([]);
});
