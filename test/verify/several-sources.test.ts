import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { readIngestEnvironment, readVerifyEnvironment } from '../../lambda/runtime/environment.ts';
import { connectBucket } from '../../lambda/sources/bucket-notification.ts';
import type { LogSource } from '../../lambda/sources/log-source.ts';
import type { VerifyWiring } from '../../lambda/verify/wiring.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { readDeadLetters, sqsEvent } from '../support/deployment.ts';
import { type DeliveredFile, type DeliveredHour, SignedTrail } from '../support/signed-trail.ts';
import { logSource, sourcesFile, topicSource } from '../support/sources.ts';
import { startVerification, type Verification } from '../support/verification.ts';

const REGION = 'eu-central-1';
const TOPIC = 'arn:aws:sns:eu-central-1:666677778888:logs';
/** Objects in the emulator are delivered now, whatever hour their digest speaks of. */
const START = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
const CHECK = { check: 'sources' };

let verification: Verification;
/** The trail of the deployment. */
let ours: SignedTrail;

beforeEach(async () => {
  verification = await startVerification(new Date(START.getTime() - 60_000), (bucket) => {
    ours = new SignedTrail({ bucket, start: START });
    return ours;
  });
  await verification.sweep();
});

afterEach(() => verification.stop());

const named = (suffix: string) => `${verification.deployment.aws.resources.deployment}-${suffix}`;

async function makeBucket(suffix: string): Promise<string> {
  const Bucket = named(suffix);
  await verification.deployment.aws.clients.s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

/** The wiring of a function that knows these sources, and the keys of all these trails. */
async function knowing(sources: readonly LogSource[], trails: readonly SignedTrail[]): Promise<Partial<VerifyWiring>> {
  const { aws } = verification.deployment;
  return {
    environment: {
      ...readVerifyEnvironment({
        ...aws.resources.variables.verify,
        MAX_OBJECT_BYTES: '1000000',
        LOG_EXPIRE_DAYS: '1000',
      }),
      SOURCES_FILE: await sourcesFile(sources),
    },
    sourceClient: () => aws.clients.s3,
    publicKeys: { list: async () => [ours, ...trails].map((trail) => trail.key(REGION).publicKey) },
  };
}

const send = async (wiring: Partial<VerifyWiring>, body: unknown) => {
  const { batchItemFailures } = await verification.function(wiring)(sqsEvent(body, 1));
  expect(batchItemFailures).toEqual([]);
};

/** Puts the files of an hour, and ingests its log objects, as if a notification had come of each. */
async function deliver(sources: readonly LogSource[], hour: DeliveredHour, bucket = hour.digest.bucket): Promise<void> {
  const { deployment } = verification;
  verification.at(new Date(Date.parse(hour.end) + 20 * 60_000));
  for (const file of [...hour.logs, hour.digest]) await verification.put({ ...file, bucket });
  const environment = {
    ...readIngestEnvironment(deployment.aws.resources.variables.ingest),
    SOURCES_FILE: await sourcesFile(sources),
  };
  const ingest = deployment.ingest({ environment, sourceClient: () => deployment.aws.clients.s3 });
  const keys = hour.logs.map(({ key }) => key);
  await deployment.deliver({ s3Bucket: bucket, s3ObjectKey: keys }, { ingest });
}

const statusOf = async ({ bucket, key }: Pick<DeliveredFile, 'bucket' | 'key'>) =>
  (await verification.deployment.rows('ledger'))
    .filter(({ object }) => object === `s3://${bucket}/${key}`)
    .map(({ digestStatus, status }) => digestStatus ?? status);

describe('a source that only a topic announces', () => {
  let source: LogSource;
  let trail: SignedTrail;
  let wiring: Partial<VerifyWiring>;

  beforeEach(async () => {
    const bucket = await makeBucket('lz');
    trail = new SignedTrail({
      bucket,
      start: START,
      account: '777788889999',
      prefix: 'o-a1b2c3d4e5',
      organizationId: 'o-a1b2c3d4e5',
    });
    source = topicSource({ name: 'lz', bucket, keyPrefix: 'o-a1b2c3d4e5', topic: TOPIC });
    wiring = await knowing([source], [trail]);
    await send(wiring, CHECK);
    await verification.recheck(wiring);
  });

  test('has its digests found by listing, below its prefix and its organization, and each is checked once', async () => {
    const hour = trail.hour(REGION);
    await deliver([source], hour);
    await send(wiring, CHECK);
    // The source, the account, the digest.
    expect([
      await verification.recheck(wiring),
      await verification.recheck(wiring),
      await verification.recheck(wiring),
    ]).toEqual([1, 1, 1]);
    for (const log of hour.logs) expect(await statusOf(log)).toEqual(['verified']);
    expect(await statusOf(hour.digest)).toEqual(['valid']);
    expect(await verification.findings()).toEqual([]);

    await send(wiring, CHECK);
    await verification.recheck(wiring);
    await verification.recheck(wiring);
    expect(await verification.recheck(wiring)).toBe(0);
  });

  test('has log objects that nobody announced queued for ingest', async () => {
    const hour = trail.hour(REGION);
    await deliver([source], { ...hour, logs: [] });
    for (const log of hour.logs) await verification.put(log);
    await send(wiring, CHECK);
    for (let step = 0; step < 3; step++) await verification.recheck(wiring);
    expect(await verification.queued()).toEqual([]);
    verification.minutesLater(40);
    await verification.recheck(wiring);
    const queued = await verification.queued();
    expect(queued.map((body) => (body as { s3Bucket: string }).s3Bucket)).toEqual([source.bucket, source.bucket]);
  });

  test('is left alone where its digests are older than a few hours', async () => {
    await deliver([source], trail.hour(REGION));
    verification.at(new Date(Date.now() + 7 * 3_600_000));
    await send(wiring, CHECK);
    await verification.recheck(wiring);
    await verification.recheck(wiring);
    expect(await verification.recheck(wiring)).toBe(0);
  });
});

describe('a look at the sources', () => {
  const missing = (metrics: CountedMetrics) => metrics.added.get('NotificationsMissing')?.length ?? 0;
  const failed = (metrics: CountedMetrics) => metrics.added.get('SourceChecksFailed')?.length ?? 0;

  async function look(sources: readonly LogSource[], overrides: Partial<VerifyWiring> = {}): Promise<CountedMetrics> {
    const metrics = new CountedMetrics();
    const wiring = { ...(await knowing(sources, [])), ...overrides, metrics };
    await send(wiring, CHECK);
    expect(await verification.recheck(wiring)).toBe(sources.length);
    return metrics;
  }

  test('counts buckets that do not announce their objects, until they are connected', async () => {
    const { clients, resources } = verification.deployment.aws;
    const source = logSource({ name: 'old', bucket: await makeBucket('old') });
    expect(missing(await look([source]))).toBe(1);
    await connectBucket(clients.s3, { source, deployment: resources.deployment, topic: resources.topics.delivery });
    const after = await look([source]);
    expect([missing(after), failed(after)]).toEqual([0, 0]);
  });

  test('counts a source that can not be looked at, goes on with the others, and loses no message', async () => {
    const denied = mockClient(new S3Client({}));
    denied.rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    const sources = [
      logSource({ name: 'denied', bucket: 'denied-logs' }),
      logSource({ name: 'old', bucket: await makeBucket('old') }),
      topicSource({ name: 'gone', bucket: named('gone'), topic: TOPIC }),
    ];
    const metrics = await look(sources, {
      // The mock's client is the one that it was made of.
      sourceClient: ({ name }) =>
        name === 'denied' ? (denied as unknown as S3Client) : verification.deployment.aws.clients.s3,
    });
    expect([failed(metrics), missing(metrics)]).toEqual([2, 1]);
  });

  test('passes over a source that was taken out of the settings meanwhile', async () => {
    await send(await knowing([], []), { check: 'source', source: 'gone' });
    expect(await verification.recheck()).toBe(0);
  });
});

describe('replicas of a bucket', () => {
  test('are checked by digests that name the bucket which they are copies of', async () => {
    const copy = await makeBucket('copy');
    const trail = new SignedTrail({ bucket: 'far-original', start: START });
    const source = logSource({ name: 'copy', bucket: copy, replicaOf: 'far-original' });
    const wiring = await knowing([source], [trail]);
    await send(wiring, { s3Bucket: copy, s3ObjectKey: [] });
    await send(wiring, CHECK);
    await verification.recheck(wiring);

    const hours = trail.hours(REGION, 2);
    for (const hour of hours) {
      await deliver([source], hour, copy);
      await send(wiring, { s3Bucket: copy, s3ObjectKey: [hour.digest.key] });
      for (const { key } of hour.logs) expect(await statusOf({ bucket: copy, key })).toEqual(['verified']);
      expect(await statusOf({ bucket: copy, key: hour.digest.key })).toEqual(['valid']);
    }
    expect(await verification.findings()).toEqual([]);
  });

  test('may come after the digest that names them, and are missing only after two hours', async () => {
    const copy = await makeBucket('copy');
    const trail = new SignedTrail({ bucket: 'far-original', start: START });
    const source = logSource({ name: 'copy', bucket: copy, replicaOf: 'far-original' });
    const wiring = await knowing([source], [trail]);
    await send(wiring, CHECK);
    await verification.recheck(wiring);
    const hour = trail.hour(REGION, 2);
    const [log, other] = hour.logs;
    if (log === undefined || other === undefined) throw new Error('an hour has log objects');
    await deliver([source], { ...hour, logs: [] }, copy);
    await send(wiring, { s3Bucket: copy, s3ObjectKey: [hour.digest.key] });
    expect(await verification.findings()).toEqual([]);

    await deliver([source], { ...hour, logs: [log] }, copy);
    for (let checks = 1; checks <= 4; checks++) {
      expect(await verification.findings()).toEqual([]);
      verification.minutesLater(31 * checks);
      await verification.recheck(wiring);
    }
    expect(await verification.findings()).toEqual([`trailwarden-log-object-missing ${other.key.split('/').at(-1)}`]);
    expect(await statusOf({ bucket: copy, key: log.key })).toEqual(['verified']);
  });

  test('are no place for a digest of another bucket', async () => {
    const copy = await makeBucket('copy');
    const trail = new SignedTrail({ bucket: 'another', start: START });
    const source = logSource({ name: 'copy', bucket: copy, replicaOf: 'far-original' });
    const wiring = await knowing([source], [trail]);
    const hour = trail.hour(REGION);
    await deliver([source], hour, copy);
    await send(wiring, { s3Bucket: copy, s3ObjectKey: [hour.digest.key] });
    expect(await statusOf({ bucket: copy, key: hour.digest.key })).toEqual(['invalid']);
  });
});

describe('two trails of one account and region, into two buckets', () => {
  test('are vouched for each by its own digests: no object of one is missed by those of the other', async () => {
    const bucket = await makeBucket('old');
    const trail = new SignedTrail({ bucket, start: START });
    const source = logSource({ name: 'old', bucket });
    const wiring = await knowing([source], [trail]);
    await send(wiring, CHECK);
    await verification.recheck(wiring);

    // The digests of our trail come hour by hour; those of the other trail are late, and its log objects are not.
    const theirs = trail.hour(REGION);
    for (const file of theirs.logs) await verification.put(file);
    await deliver([source], { ...theirs, digest: { ...theirs.digest, key: 'elsewhere' } });
    for (const hour of ours.hours(REGION, 4)) {
      await deliver([source], hour);
      await send(wiring, { s3Bucket: ours.bucket, s3ObjectKey: [hour.digest.key] });
    }
    expect(await verification.findings()).toEqual([]);
  });
});

describe('a source that was added later', () => {
  test('is vouched for from then on: its older digests and log objects are not asked for', async () => {
    const bucket = await makeBucket('old');
    const trail = new SignedTrail({ bucket, start: START });
    const source = logSource({ name: 'old', bucket });
    const wiring = await knowing([source], [trail]);
    const [before, after] = trail.hours(REGION, 2);
    if (before === undefined || after === undefined) throw new Error('there are two hours');
    // It was there before anybody looked: only its files are.
    for (const file of [...before.logs, before.digest, ...after.logs, after.digest]) await verification.put(file);

    verification.at(new Date(Date.parse(after.end) + 60_000));
    await send(wiring, CHECK);
    await verification.recheck(wiring);
    await send(wiring, { s3Bucket: bucket, s3ObjectKey: [after.digest.key] });
    verification.minutesLater(40);
    expect(await verification.recheck(wiring)).toBe(0);
    expect(await verification.queued()).toEqual([]);
    expect(await verification.findings()).toEqual([]);
  });
});

test('a topic that asks the digest queue for a subscription is told to a person', async () => {
  const wiring = await knowing([], []);
  await send(wiring, { Type: 'SubscriptionConfirmation', TopicArn: TOPIC, Token: 'a-token' });
  const { clients, resources } = verification.deployment.aws;
  expect(await readDeadLetters(clients.sqs, resources.queues.digestDeadLetters.url)).toEqual([
    expect.objectContaining({
      attributes: expect.objectContaining({
        Reason: `only the log queue takes messages of topics: subscribe that one to ${TOPIC}`,
      }),
    }),
  ]);
});
