import { gunzipSync, gzipSync } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import { readIngestEnvironment } from '../../lambda/runtime/environment.ts';
import type { EventSummary } from '../../lambda/store/segments/summary.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** The rows of docs/bad-input.md, each through the real handler. */

const RULE = `
title: Anything by alice
id: 5d0a64b1-7a3a-4c6f-9d20-1b6c8a6b0c11
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: TagResource
  condition: selection
level: high
`;

let deployment: Deployment;

beforeAll(async () => {
  deployment = await startDeployment([RULE]);
});

afterAll(() => deployment.aws.stop());

interface Outcome {
  readonly status: unknown;
  readonly reason?: unknown;
  readonly records: unknown;
  readonly indexed: unknown;
  readonly rejected: unknown;
  readonly rejections: readonly { readonly index: number; readonly reason: string }[];
}

/** Puts an object, hands its notification to ingest, and gives what the ledger says of it. */
async function ledgerOf(body: Buffer | string, ingest = deployment.ingest()): Promise<Outcome> {
  const key = logObjectKey();
  await deployment.put(key, body);
  const { batchItemFailures } = await deployment.deliver(notificationOf(deployment, key), { ingest });
  expect(batchItemFailures).toEqual([]);
  const row = (await deployment.rows('ledger')).find(({ object }) => String(object).endsWith(key));
  if (row === undefined) throw new Error('the ledger has no row of the object');
  const { status, reason, records, indexed, rejected, rejections } = row;
  // The ledger's own schema is tested with the ledger.
  return { status, reason, records, indexed, rejected, rejections: (rejections ?? []) as Outcome['rejections'] };
}

async function eventsOf(eventID: string): Promise<readonly EventSummary[]> {
  return (await deployment.indexed()).filter((summary) => summary.eventID === eventID);
}

const json = (...records: readonly unknown[]) => JSON.stringify({ Records: records });

function withWrongCrc(): Buffer {
  const bytes = gzipSync(json(record(), record()));
  bytes[bytes.length - 8] = (bytes[bytes.length - 8] ?? 0) ^ 0xff;
  return bytes;
}

describe('an object whose content is at fault is rejected at once, with the reason', () => {
  test.each<[string, () => Buffer | string, RegExp, number]>([
    ['an empty object', () => '', /empty/, 0],
    ['a gzip file without content', () => gzipSync(''), /empty/, 0],
    [
      'gzip data that is cut',
      () => gzipSync(json(record(), record()).padEnd(99_999)).subarray(0, 150),
      /gzip data is cut/,
      0,
    ],
    ['gzip data with a wrong checksum', withWrongCrc, /gzip data is damaged/, 2],
    ['gzip twice over', () => gzipSync(gzipSync(json(record()))), /gzip/, 0],
    ['bytes that are neither gzip nor JSON', () => Buffer.from([0, 1, 2, 3, 250, 251]), /./, 0],
    ['an error page in HTML', () => gzipSync('<html><body>503 Slow Down</body></html>'), /HTML or XML/, 0],
    ['no Records', () => gzipSync('{"events":[]}'), /no "Records"/, 0],
    ['Records that are no list', () => gzipSync('{"Records":{"a":1}}'), /Records/, 0],
    ['text', () => gzipSync('"Records"'), /./, 0],
    ['JSON that is cut', () => gzipSync(json(record(), record()).slice(0, -40)), /JSON ends/, 1],
    ['something behind the JSON', () => gzipSync(`${json(record())}{}`), /./, 1],
  ])('%s', async (_, body, reason, indexed) => {
    const outcome = await ledgerOf(body());
    expect(outcome).toMatchObject({ status: 'rejected', indexed });
    expect(outcome.reason).toMatch(reason);
  });
});

describe('an object that is only unusual is read', () => {
  test.each<[string, () => Buffer | string, number]>([
    [
      'several gzip members',
      () =>
        Buffer.concat(
          [json(record(), record()).slice(0, 50), json(record(), record()).slice(50)].map((part) => gzipSync(part)),
        ),
      2,
    ],
    ['no compression', () => json(record()), 1],
    ['a bare list of records', () => gzipSync(JSON.stringify([record(), record()])), 2],
    ['a byte order mark', () => gzipSync(`\ufeff${json(record())}`), 1],
    ['white space everywhere', () => gzipSync(JSON.stringify(JSON.parse(json(record())), undefined, '\t\r\n ')), 1],
    [
      'further members beside Records',
      () => gzipSync(`{"a":{"Records":[1]},"Records":[${JSON.stringify(record())}],"b":[]}`),
      1,
    ],
    ['no records at all', () => gzipSync('{"Records":[]}'), 0],
  ])('%s', async (_, body, indexed) => {
    const bytes = body();
    expect(await ledgerOf(bytes)).toMatchObject({ status: 'closed', indexed, rejected: 0 });
  });
});

describe('a record that can’t be read is quarantined with its reason and receipt, and the others are indexed', () => {
  test.each<[string, unknown, RegExp]>([
    ['null', null, /null/],
    ['a number', 7, /number/],
    ['a list', [], /list/],
    ['text', 'record', /string/],
    ['an empty object', {}, /./],
    ['no eventID', record({ eventID: null }), /eventID/],
    ['an eventID that is no text', record({ eventID: { a: 1 } }), /eventID/],
    ['no eventTime', record({ eventTime: null }), /eventTime/],
    ['an eventTime that is none', record({ eventTime: '20You 19-10-23T22:50:05Z' }), /eventTime/],
    ['no eventName', record({ eventName: '' }), /eventName/],
  ])('%s', async (_, bad, reason) => {
    const outcome = await ledgerOf(logObject([record(), bad, record()]));
    expect(outcome).toMatchObject({ status: 'closed', records: 3, indexed: 2, rejected: 1 });
    expect(outcome.rejections).toEqual([{ index: 1, reason: expect.stringMatching(reason) }]);
    const lines = (await deployment.quarantined())
      .flatMap(({ body }) => gunzipSync(body).toString().trimEnd().split('\n'))
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual({
      reason: outcome.rejections[0]?.reason,
      receipt: expect.objectContaining({ index: 1, bucket: deployment.aws.resources.buckets.logs }),
      record: JSON.stringify(bad),
    });
  });

  test('a record that is no JSON', async () => {
    const good = JSON.stringify(record());
    const outcome = await ledgerOf(gzipSync(`{"Records":[${good},{"eventID": oops},${good}]}`));
    expect(outcome.indexed).toBe(2);
    expect(outcome.rejected).toBe(1);
  });
});

describe('a record that is only unusual is indexed', () => {
  test.each<[string, (json: string) => string]>([
    [
      'numbers outside a double',
      (text) =>
        text.replace('"requestParameters":null', '"requestParameters":{"size":1e999,"id":12345678901234567890}'),
    ],
    [
      '40 levels of nesting',
      (text) => text.replace('"requestParameters":null', `"requestParameters":${'{"a":'.repeat(40)}1${'}'.repeat(40)}`),
    ],
    [
      '10,000 levels of nesting',
      (text) =>
        text.replace('"requestParameters":null', `"requestParameters":${'['.repeat(10_000)}${']'.repeat(10_000)}`),
    ],
    [
      'members called __proto__ and constructor',
      (text) =>
        text.replace(
          '"requestParameters":null',
          '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"requestParameters":null',
        ),
    ],
    [
      'NUL and bidirectional control characters',
      (text) => text.replace('aws-cli/2.15.0', 'a\\u0000b\\u202egnp.exe\\u001b[31m'),
    ],
    ['a lone surrogate', (text) => text.replace('aws-cli/2.15.0', 'a\\ud800b')],
  ])('%s', async (name, change) => {
    const eventID = `unusual-${name.length}-${name.slice(0, 3)}`;
    const outcome = await ledgerOf(gzipSync(`{"Records":[${change(JSON.stringify(record({ eventID })))}]}`));
    expect(outcome).toMatchObject({ status: 'closed', indexed: 1, rejected: 0 });
    expect(await eventsOf(eventID)).toHaveLength(1);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  test('invalid UTF-8 is read with a replacement character', async () => {
    const eventID = 'utf-8';
    const bytes = Buffer.from(json(record({ eventID, userAgent: 'XX' })));
    bytes[bytes.indexOf('XX')] = 0xff;
    expect(await ledgerOf(gzipSync(bytes))).toMatchObject({ status: 'closed', indexed: 1 });
    expect((await eventsOf(eventID))[0]?.userAgent).toBe('\ufffdX');
  });

  test('a repeated eventID with other content is a row of its own', async () => {
    const eventID = 'repeated';
    const other = record({ eventID, eventName: 'RunInstances' });
    expect(await ledgerOf(logObject([record({ eventID }), other, other]))).toMatchObject({ indexed: 3 });
    expect(await eventsOf(eventID)).toHaveLength(2);
  });

  test('a record of more than DynamoDB’s 400 KB has a row that is cut to size', async () => {
    const eventID = 'huge';
    const requestParameters = { text: 'x'.repeat(500_000) };
    expect(
      await ledgerOf(logObject([record({ eventID, requestParameters, errorMessage: 'y'.repeat(500_000) })])),
    ).toMatchObject({ indexed: 1 });
    const [row] = await eventsOf(eventID);
    expect(JSON.stringify(row).length).toBeLessThan(10_000);
  });

  test('an alert of more than SNS’s 256 KB is published all the same, cut', async () => {
    await deployment.received();
    const wide = record({
      eventName: 'TagResource',
      userAgent: 'z'.repeat(400_000),
      errorMessage: 'y'.repeat(400_000),
    });
    expect(await ledgerOf(logObject([wide]))).toMatchObject({ indexed: 1 });
    const received = await deployment.received();
    expect(received).toHaveLength(2);
    for (const { Message } of received) expect(Buffer.byteLength(Message)).toBeLessThan(256 * 1024);
  });
});

describe('an object that is far too big', () => {
  const MEGABYTE = 1024 ** 2;

  test('10 GB in a small gzip file: reading stops at the bound, and memory stays flat', async () => {
    // 160 gzip members of 64 MB each.
    const bomb = Buffer.concat([
      gzipSync('{"Records":['),
      ...Array(160).fill(gzipSync(Buffer.alloc(64 * MEGABYTE, ' '))),
    ]);
    const environment = {
      ...readIngestEnvironment(deployment.aws.resources.variables.ingest),
      MAX_OBJECT_BYTES: 128 * MEGABYTE,
    };
    let peak = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const before = process.memoryUsage().rss;
    const outcome = await ledgerOf(bomb, deployment.ingest({ environment }));
    clearInterval(timer);
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.stringContaining('bytes uncompressed') });
    expect(peak - before).toBeLessThan(200 * MEGABYTE);
  }, 60_000);

  test('a record of more than its bound is passed over, and the others are indexed', async () => {
    const outcome = await ledgerOf(
      logObject([record(), record({ requestParameters: { a: 'x'.repeat(5 * MEGABYTE) } }), record()]),
    );
    expect(outcome).toMatchObject({ status: 'closed', records: 3, indexed: 2, rejected: 1 });
    expect(outcome.rejections[0]?.reason).toMatch(/more than the limit/);
  });

  test('a million tiny members are counted one by one', async () => {
    const outcome = await ledgerOf(gzipSync(`{"Records":[${'0,'.repeat(999_999)}0]}`));
    expect(outcome).toMatchObject({ status: 'closed', records: 1_000_000, indexed: 0, rejected: 1_000_000 });
  }, 120_000);
});

describe('what isn’t ingest’s to read is acknowledged', () => {
  test.each([
    ['a key that isn’t CloudTrail’s', 'backup/2026/11/20.tar.gz'],
    ['a key with control characters', 'AWSLogs/\u0000/\u001b[2J'],
    ['a key of 1,024 slashes', '/'.repeat(1024)],
    [
      'a digest in the log queue',
      'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/20/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261120T140512Z.json.gz',
    ],
  ])('%s', async (_, key) => {
    const before = (await deployment.rows('ledger')).length;
    expect((await deployment.deliver(notificationOf(deployment, key))).batchItemFailures).toEqual([]);
    expect((await deployment.rows('ledger')).length).toBe(before);
  });
});

describe('a fault of access fails the message, and another try reads the object', () => {
  test('an object that was deleted before it was read', async () => {
    const key = logObjectKey();
    expect((await deployment.deliver(notificationOf(deployment, key))).batchItemFailures).toHaveLength(1);
  });

  test.each(['AccessDenied', 'KMS.DisabledException', 'SlowDown'])('%s', async (name) => {
    const key = logObjectKey();
    await deployment.put(key, logObject([record()]));
    const s3 = new S3Client({ region: 'us-east-1' });
    s3.middlewareStack.add(() => async () => Promise.reject(Object.assign(new Error('denied'), { name })), {
      step: 'initialize',
    });
    const denied = deployment.ingest({ s3 });
    const message = notificationOf(deployment, key);
    expect((await deployment.deliver(message, { ingest: denied })).batchItemFailures).toHaveLength(1);
    expect((await deployment.deliver(message)).batchItemFailures).toEqual([]);
    const row = (await deployment.rows('ledger')).find(({ object }) => String(object).endsWith(key));
    expect(row).toMatchObject({ status: 'closed', indexed: 1 });
  });
});
