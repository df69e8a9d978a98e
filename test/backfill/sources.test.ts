import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { readBackfillBatchEnvironment, readBackfillListEnvironment } from '../../lambda/runtime/environment.ts';
import type { LogSource } from '../../lambda/sources/log-source.ts';
import { createClients } from '../../local/deployment/local-clients.ts';
import { type Deployment, startDeployment } from '../support/deployment.ts';
import { logSource, sourcesFile } from '../support/sources.ts';
import { BackfillBed, putAll } from './backfill-bed.ts';
import { madePast } from './made-objects.ts';

/** A bucket of another account: only a client with the role of that account gets in. */

const ROLE = 'arn:aws:iam::666677778888:role/trailwarden-source-old-eu-central-1';

let deployment: Deployment;
let old: LogSource;
/** What each client was asked for: by whose credentials, of which bucket. */
let asked: Set<string>;

beforeEach(async () => {
  deployment = await startDeployment();
  old = logSource({
    name: 'old',
    bucket: `${deployment.aws.resources.deployment}-old`,
    keyPrefix: 'audit',
    role: ROLE,
  });
  await deployment.aws.clients.s3.send(new CreateBucketCommand({ Bucket: old.bucket }));
  asked = new Set();
});

afterEach(() => deployment.aws.stop());

/** A client that notes whose buckets it is asked for, and is refused at the door of the other account's. */
function clientOf(who: string, mayRead: (bucket: string) => boolean): S3Client {
  const { s3 } = createClients(deployment.aws.endpoints);
  s3.middlewareStack.add(
    (next) => (args) => {
      const { Bucket = '' } = args.input as { Bucket?: string };
      asked.add(`${who} ${Bucket.replace(`${deployment.aws.resources.deployment}-`, '')}`);
      if (mayRead(Bucket)) return next(args);
      throw Object.assign(new Error(`${who} may not read ${Bucket}`), { name: 'AccessDenied' });
    },
    { step: 'initialize' },
  );
  return s3;
}

test('are listed and read with the role of their account, beside the bucket of the deployment', async () => {
  const { resources, clients } = deployment.aws;
  const [ours, theirs] = [madePast({ objects: 12, seed: 1 }), madePast({ objects: 15, broken: 1, seed: 2 })];
  await putAll(clients.s3, resources.buckets.logs, ours.objects);
  await putAll(
    clients.s3,
    old.bucket,
    theirs.objects.map(({ key, body }) => ({ key: `audit/${key}`, body })),
  );
  // What lies elsewhere in a bucket of others is none of ours.
  await putAll(clients.s3, old.bucket, [{ key: 'elb/AWSLogs/other.log', body: Buffer.from('x') }]);
  const SOURCES_FILE = await sourcesFile([old]);
  const own = clientOf('we', (bucket) => bucket !== old.bucket);
  const sourceClient = ({ role }: LogSource) => clientOf(role ?? 'nobody', (bucket) => bucket === old.bucket);
  const bed = new BackfillBed(deployment, {
    list: {
      environment: { ...readBackfillListEnvironment(resources.variables.backfillList), SOURCES_FILE },
      s3: own,
      sourceClient,
    },
    batch: {
      environment: { ...readBackfillBatchEnvironment(resources.variables.backfillBatch), SOURCES_FILE },
      s3: own,
      sourceClient,
    },
  });
  expect(await bed.run({ run: 'both' })).toMatchObject({ status: 'SUCCEEDED' });
  expect(await bed.report('both')).toMatchObject({ objects: 27, closed: 26, rejected: 1, left: 0 });
  const found = (await deployment.indexed()).map(({ eventID }) => eventID).toSorted();
  expect(found).toEqual([...ours.records, ...theirs.records].map(({ eventID }) => eventID).toSorted());
  expect([...asked].toSorted()).toEqual([`${ROLE} old`, 'we backfill', 'we logs']);
  bed.stop();
}, 60_000);

test('are left, with the reason, where the role gets no access; what is readable is read', async () => {
  const { resources, clients } = deployment.aws;
  const theirs = madePast({ objects: 10, seed: 2 });
  await putAll(
    clients.s3,
    old.bucket,
    theirs.objects.map(({ key, body }) => ({ key: `audit/${key}`, body })),
  );
  const SOURCES_FILE = await sourcesFile([old]);
  const denied = theirs.objects[3]?.key ?? '';
  const sourceClient = () => {
    const { s3 } = createClients(deployment.aws.endpoints);
    s3.middlewareStack.add(
      (next) => (args) => {
        const { Key = '' } = args.input as { Key?: string };
        if (Key !== `audit/${denied}`) return next(args);
        throw Object.assign(new Error('no identity-based policy allows it'), { name: 'AccessDenied' });
      },
      { step: 'initialize' },
    );
    return s3;
  };
  const bed = new BackfillBed(deployment, {
    list: {
      environment: { ...readBackfillListEnvironment(resources.variables.backfillList), SOURCES_FILE },
      sourceClient,
    },
    batch: {
      environment: { ...readBackfillBatchEnvironment(resources.variables.backfillBatch), SOURCES_FILE },
      sourceClient,
    },
  });
  expect(await bed.run({ run: 'denied' })).toMatchObject({
    status: 'FAILED',
    error: 'States.ExceedToleratedFailureThreshold',
  });
  const report = await bed.report('denied');
  expect(report).toMatchObject({ objects: 10, closed: 9, left: 1 });
  expect(report.named).toEqual([
    { key: `audit/${denied}`, what: 'left', reason: expect.stringContaining('no identity-based policy allows it') },
  ]);
  bed.stop();
}, 60_000);

test('a batch that names a bucket of nobody is refused', async () => {
  const bed = new BackfillBed(deployment);
  const line = { v: 1, run: 'x', batch: 'a'.repeat(20), bucket: 'somebody-elses', day: '2026-11-20', keys: [] };
  const request = { since: '2026-11-20', until: '2026-11-20' };
  await expect(bed.batch({ ...line, request })).rejects.toThrow('none of the log buckets');
  bed.stop();
});
