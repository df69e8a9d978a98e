import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeadLetters } from '../../../../lambda/runtime/queue/dead-letters.ts';
import { Ledger } from '../../../../lambda/store/ledger/ledger.ts';
import { useAwsEnvironment } from '../../../support/aws-environment.ts';
import { type Deployment, notificationOf, readDeadLetters, startDeployment } from '../../../support/deployment.ts';
import { seedQuarantined } from '../../../support/quarantined.ts';
import { logObject, logObjectKey, record } from '../../../support/records.ts';
import { SignedTrail } from '../../../support/signed-trail.ts';
import { runCommand } from '../../support/run-command.ts';

let deployment: Deployment;
let restore: () => void;

beforeEach(async () => {
  deployment = await startDeployment();
  restore = useAwsEnvironment(deployment.aws);
});

afterEach(async () => {
  restore();
  await deployment.aws.stop();
});

async function redrive(...args: readonly string[]) {
  const name = deployment.aws.resources.deployment;
  return runCommand(['redrive', ...args, '--deployment', name], { now: new Date(Date.now() + 60_000) });
}

/** Bodies of the messages in a queue, which are taken out of sight. */
async function received(url: string): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await deployment.aws.clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
  }
}

/** What S3 has told of is in the log queue already, and not what these tests are about. */
async function put(key: string, body: Buffer): Promise<void> {
  await deployment.put(key, body);
  await received(deployment.aws.resources.queues.logs.url);
}

async function processQueue(): Promise<number> {
  const bodies = await received(deployment.aws.resources.queues.logs.url);
  for (const body of bodies) expect((await deployment.deliver(body)).batchItemFailures).toEqual([]);
  return bodies.length;
}

const objects = async () => (await deployment.rows('ledger')).filter(({ status }) => status !== undefined);

describe('trailwarden redrive rejected', () => {
  test('reads objects with rejected records again, and doubles nothing', async () => {
    const good = logObjectKey();
    const mixed = logObjectKey();
    const broken = logObjectKey();
    await put(good, logObject([record()]));
    await put(mixed, logObject([record({ eventID: 'a' }), null]));
    await put(broken, gzipSync('{"Records":[').subarray(0, 20));
    await deployment.deliver(notificationOf(deployment, good, mixed, broken));
    const before = { events: await deployment.rows('events'), ledger: await objects() };
    const { code, stdout } = await redrive('rejected');
    expect(code).toBe(0);
    expect(stdout).toBe('2 objects were queued to be read again.\n');
    expect((await objects()).map(({ status }) => status).toSorted()).toEqual(['closed', 'open', 'open']);
    expect(await processQueue()).toBe(2);
    expect((await deployment.rows('events')).length).toBe(before.events.length);
    const counts = ({ object, status, records, indexed, rejected }: Record<string, unknown>) => ({
      object,
      status,
      records,
      indexed,
      rejected,
    });
    expect((await objects()).map(counts)).toEqual(before.ledger.map(counts));
  });

  test('says with --dry-run what it would do, and does nothing', async () => {
    const key = logObjectKey();
    await put(key, Buffer.from('<html>'));
    await deployment.deliver(notificationOf(deployment, key));
    const { stdout } = await redrive('rejected', '--dry-run');
    expect(stdout).toContain(key);
    expect(await processQueue()).toBe(0);
    expect((await objects())[0]).toMatchObject({ status: 'rejected' });
  });
});

describe('trailwarden redrive rejected, where log objects are gone', () => {
  /** An object that is gone, whose records an earlier version couldn't read. */
  async function gone(...records: readonly (string | undefined)[]): Promise<string> {
    const { clients, resources } = deployment.aws;
    const key = logObjectKey();
    await seedQuarantined({
      clients,
      ledgerTable: resources.tables.ledger,
      quarantineBucket: resources.buckets.quarantine,
      object: { bucket: resources.buckets.logs, key, version: 'v1' },
      records,
    });
    return key;
  }

  const countsOf = async (key: string) => {
    const row = (await objects()).find(({ object }) => String(object).endsWith(key));
    return [row?.records, row?.indexed, row?.rejected];
  };

  test('reads their records from the quarantine, and the objects that are there as ever', async () => {
    const lost = await gone(JSON.stringify(record()), JSON.stringify(record()));
    const there = logObjectKey();
    await put(there, logObject([record(), null]));
    await deployment.deliver(notificationOf(deployment, there));
    expect(await redrive('rejected')).toMatchObject({
      code: 0,
      stdout: '2 records were queued to be read again from the quarantine.\n1 object was queued to be read again.\n',
    });
    expect(await processQueue()).toBe(2);
    expect(await countsOf(lost)).toEqual([2, 2, 0]);
    expect(await countsOf(there)).toEqual([2, 1, 1]);
    expect((await redrive('rejected', '--dry-run')).stdout).not.toContain(lost);
  });

  test('shows both kinds with --dry-run, and does nothing', async () => {
    const lost = await gone(JSON.stringify(record()), 'null');
    const there = logObjectKey();
    await put(there, logObject([null]));
    await deployment.deliver(notificationOf(deployment, there));
    const { code, stdout, stderr } = await redrive('rejected', '--dry-run');
    const { buckets } = deployment.aws.resources;
    expect(stdout.trimEnd().split('\n')).toEqual([
      `s3://${buckets.quarantine}/rejected/${buckets.logs}/${lost}/v1/000000000.jsonl.gz`,
      `s3://${buckets.logs}/${there}`,
    ]);
    expect(stderr).toContain('2 records would be read again from the quarantine.');
    expect(stderr).toContain('1 object would be read again.');
    expect(code).toBe(0);
    expect(await processQueue()).toBe(0);
  });

  test('names and counts records whose bytes were too many to keep', async () => {
    const lost = await gone(JSON.stringify(record()), undefined);
    const { code, stderr } = await redrive('rejected');
    expect(code).toBe(1);
    expect(stderr).toContain(`Not recoverable: record 1 of s3://${deployment.aws.resources.buckets.logs}/${lost}: `);
    expect(stderr).toContain('the record has 5000000 bytes, more than the limit');
    expect(stderr).toContain("1 rejected records can't be recovered.");
    expect(await processQueue()).toBe(1);
    expect(await countsOf(lost)).toEqual([2, 1, 1]);
    expect((await redrive('rejected')).stderr).toContain("1 rejected records can't be recovered.");
    expect(await processQueue()).toBe(0);
  });

  test('counts what no copy is left of', async () => {
    const lost = await gone(JSON.stringify(record()), JSON.stringify(record()));
    const { clients, resources } = deployment.aws;
    const Key = `rejected/${resources.buckets.logs}/${lost}/v1/000000000.jsonl.gz`;
    await clients.s3.send(new DeleteObjectCommand({ Bucket: resources.buckets.quarantine, Key }));
    const { code, stderr } = await redrive('rejected');
    expect(code).toBe(1);
    expect(stderr).toContain(`Not recoverable: 2 records of s3://${resources.buckets.logs}/${lost}\n`);
  });

  test('names objects that could not be read on: nothing has kept what lay behind their fault', async () => {
    const key = logObjectKey();
    await put(key, gzipSync('{"Records":[null,'));
    await deployment.deliver(notificationOf(deployment, key));
    const { clients, resources } = deployment.aws;
    await clients.s3.send(new DeleteObjectCommand({ Bucket: resources.buckets.logs, Key: key }));
    const { code, stdout, stderr } = await redrive('rejected');
    expect(code).toBe(1);
    expect(stdout).toContain('1 record was queued to be read again from the quarantine.');
    expect(stderr).toContain(`Not in the bucket any more: s3://${resources.buckets.logs}/${key}`);
  });
});

describe('trailwarden redrive range', () => {
  test('reads every object of a time again', async () => {
    const keys = [logObjectKey(), logObjectKey()];
    for (const key of keys) await put(key, logObject([record()]));
    await deployment.deliver(notificationOf(deployment, ...keys));
    expect((await redrive('range', '--since', '1h')).stdout).toContain('2 objects were queued');
    expect(await processQueue()).toBe(2);
    expect((await objects()).map(({ status, attempts }) => [status, attempts])).toEqual([
      ['closed', 2],
      ['closed', 2],
    ]);
    expect((await redrive('range', '--since', '2001-01-01', '--until', '2001-01-02')).stdout).toContain('0 objects');
  });

  test('wants to know which', async () => {
    const { code, stderr } = await redrive('range');
    expect(code).toBe(2);
    expect(stderr).toContain('--since');
  });
});

describe('trailwarden redrive object', () => {
  test('reads one again, seen before or not', async () => {
    const key = logObjectKey();
    await put(key, logObject([record()]));
    const name = `s3://${deployment.aws.resources.buckets.logs}/${key}`;
    for (let time = 1; time <= 2; time++) {
      expect((await redrive('object', name)).code).toBe(0);
      expect(await processQueue()).toBe(1);
      expect(await objects()).toEqual([expect.objectContaining({ status: 'closed', attempts: time })]);
    }
  });

  test('queues a digest for verification', async () => {
    const bucket = deployment.aws.resources.buckets.logs;
    const { digest } = new SignedTrail({ bucket }).hour('eu-central-1');
    await put(digest.key, digest.body);
    const { url } = deployment.aws.resources.queues.digests;
    await received(url);
    expect((await redrive('object', `s3://${bucket}/${digest.key}`)).code).toBe(0);
    expect((await received(url)).map((body) => JSON.parse(body))).toEqual([
      { s3Bucket: bucket, s3ObjectKey: [digest.key] },
    ]);
  });

  test('names those that are gone, that aren’t CloudTrail’s, and names that are none', async () => {
    const bucket = deployment.aws.resources.buckets.logs;
    const gone = await redrive('object', `s3://${bucket}/${logObjectKey()}`);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain('Not in the bucket any more');
    const strange = await redrive('object', `s3://${bucket}/readme.txt`);
    expect(strange.stderr).toContain('Nothing that this deployment reads');
    expect((await redrive('object', 'AWSLogs/1')).code).toBe(2);
  });
});

describe('trailwarden redrive dead-letters', () => {
  test('moves every message back to its queue, and shows how many', async () => {
    const { queues } = deployment.aws.resources;
    const bodies = Array.from({ length: 25 }, (_, n) => JSON.stringify({ n }));
    for (const MessageBody of bodies) {
      await deployment.aws.clients.sqs.send(new SendMessageCommand({ QueueUrl: queues.deadLetters.url, MessageBody }));
    }
    expect((await redrive('dead-letters', '--dry-run')).stdout).toBe('25 messages would be moved back.\n');
    expect((await redrive('dead-letters')).stdout).toBe('25 messages were moved back to their queues.\n');
    expect([...(await received(queues.logs.url))].toSorted()).toEqual(bodies.toSorted());
    expect((await redrive('dead-letters')).stdout).toBe('0 messages were moved back to their queues.\n');
  }, 20_000);

  test('moves those of digests to the digest queue', async () => {
    const { queues } = deployment.aws.resources;
    const MessageBody = JSON.stringify({ s3Bucket: 'b', s3ObjectKey: ['a digest'] });
    await deployment.aws.clients.sqs.send(
      new SendMessageCommand({ QueueUrl: queues.digestDeadLetters.url, MessageBody }),
    );
    expect((await redrive('dead-letters')).stdout).toBe('1 message was moved back to its queue.\n');
    expect(await received(queues.digests.url)).toEqual([MessageBody]);
    expect(await received(queues.logs.url)).toEqual([]);
  }, 20_000);

  test('leaves the reason behind, and gives each object all of its tries again', async () => {
    const { clients, queues, tables } = { ...deployment.aws, ...deployment.aws.resources };
    const key = logObjectKey();
    const message = notificationOf(deployment, key);
    const ledger = new Ledger(DynamoDBDocumentClient.from(clients.dynamodb), tables.ledger);
    const object = { bucket: message.s3Bucket, key, version: 'v1' };
    for (let tries = 0; tries < 2; tries++) await ledger.fail(object, 'TypeError: x', true);
    await new DeadLetters(clients.sqs, queues.deadLetters.url).send({
      body: JSON.stringify(message),
      reason: 'it failed',
      attempts: 2,
    });
    expect((await redrive('dead-letters')).stdout).toBe('1 message was moved back to its queue.\n');
    expect(await ledger.versions(object.bucket, key)).toEqual([expect.objectContaining({ faults: 0 })]);
    expect(await readDeadLetters(clients.sqs, queues.logs.url)).toEqual([
      { body: JSON.stringify(message), attributes: {} },
    ]);
  }, 20_000);

  test('says where the deployment has no queues', async () => {
    const { code, stderr } = await runCommand(['redrive', 'dead-letters', '--deployment', 'nobodys']);
    expect(code).toBe(1);
    expect(stderr).toContain('no queue nobodys-logs');
  });
});
