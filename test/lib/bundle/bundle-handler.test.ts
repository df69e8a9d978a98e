import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleHandler } from '../../../lib/bundle/bundle-handler.ts';
import { type Deployment, notificationOf, sqsEvent, startDeployment } from '../../support/deployment.ts';
import { writeMmdb } from '../../support/mmdb.ts';
import { logObject, logObjectKey, record } from '../../support/records.ts';

const PROJECT_ROOT = join(import.meta.dirname, '../../..');

/** What Lambda reads and compiles before the first object. */
const MAX_INGEST_BYTES = 650 * 1024;

const BY_EXPRESSION = `
title: A user was created by the tool
id: 4d7f0a0e-52f7-4f7e-8a53-5c8b2f0b9a11
status: stable
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventName: CreateUser
    userAgent|re: '^tool/\\d+$'
  condition: selection
level: high
`;

/** Loads a bundle as Lambda does, hands it an event, and prints what it answers. */
const CALL = `
  const { handler } = require(process.argv[1]);
  const context = { getRemainingTimeInMillis: () => 300000 };
  handler(JSON.parse(process.argv[2]), context).then((answer) => process.stdout.write(JSON.stringify(answer)));
`;

let folder: string;

const handlerFile = (name: string): string => join(PROJECT_ROOT, 'lambda', name, 'handler.ts');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailwarden-bundle-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('the bundle of ingest', () => {
  let bytes: number;
  let deployment: Deployment;

  beforeAll(async () => {
    bytes = await bundleHandler(handlerFile('ingest'), join(folder, 'ingest'));
    deployment = await startDeployment([BY_EXPRESSION]);
  });

  afterAll(() => deployment.aws.stop());

  test('is at most 650 KB', async () => {
    expect(bytes).toBeLessThanOrEqual(MAX_INGEST_BYTES);
    expect((await stat(join(folder, 'ingest/index.js'))).size).toBe(bytes);
  });

  test('does all that the code does, over the clients that it makes itself', async () => {
    const { endpoints, resources } = deployment.aws;
    const env = {
      ...process.env,
      ...resources.variables.ingest,
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
      AWS_ENDPOINT_URL_S3: endpoints.s3,
      AWS_ENDPOINT_URL_SNS: endpoints.sns,
      AWS_ENDPOINT_URL_SQS: endpoints.sqs,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'embedded',
      AWS_SECRET_ACCESS_KEY: 'embedded',
      POWERTOOLS_METRICS_DISABLED: 'true',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
    };
    const deliver = async (name: string): Promise<unknown> => {
      const event = JSON.stringify(sqsEvent(notificationOf(deployment, name), 1));
      const args = ['-e', CALL, '--', join(folder, 'ingest/index.js'), event];
      return JSON.parse((await promisify(execFile)(process.execPath, args, { env })).stdout);
    };
    const key = logObjectKey();
    await deployment.put(
      key,
      logObject([
        record({ eventID: 'e-1', eventName: 'CreateUser', userAgent: 'tool/12', readOnly: false }),
        record({ eventID: 'e-2', eventName: 'CreateUser', userAgent: 'tool/x', readOnly: false }),
        record({ eventID: 'e-3', eventTime: 'yesterday' }),
      ]),
    );
    expect(await deliver(key)).toEqual({ batchItemFailures: [] });
    expect((await deployment.indexed()).map(({ eventID }) => eventID)).toEqual(['e-1', 'e-2']);
    expect((await deployment.rows('findings')).map(({ eventID }) => eventID)).toEqual(['e-1']);
    expect(await deployment.quarantined()).toHaveLength(1);
    expect((await deployment.received()).map(({ TopicArn }) => TopicArn.split('-').at(-1)).sort()).toEqual([
      'alerts',
      'high',
    ]);
    // Errors are told by their names, also those that a bundle has no class for.
    expect(await deliver(key)).toEqual({ batchItemFailures: [] });
    expect(await deliver(logObjectKey())).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    expect(await deployment.received()).toEqual([]);
  });
});

test.each(['verify', 'sweep', 'pack', 'notify'])('%s can be bundled, for Lambda to load as CommonJS', async (name) => {
  const out = join(folder, name);
  expect(await bundleHandler(handlerFile(name), out)).toBeGreaterThan(0);
  expect(await readdir(out)).toEqual(expect.arrayContaining(['index.js', 'package.json']));
});

test('where an address is, is told by a file beside the bundle', async () => {
  const entry = join(folder, 'places.ts');
  await writeFile(
    entry,
    `import { createDirectory, EMPTY_CONTENT } from '${PROJECT_ROOT}/lambda/directory/directory-file.ts';
    export const handler = async (database: string) => {
      const content = { ...EMPTY_CONTENT, networks: { office: ['203.0.113.0/24'] }, databases: [database] };
      return createDirectory(() => content, (file, error) => { throw error; }).placeOf('203.0.113.7');
    };`,
  );
  await bundleHandler(entry, join(folder, 'places'));
  expect(await readdir(join(folder, 'places'))).toContain('place-lookup.js');
  const database = writeMmdb(join(folder, 'lite.mmdb'), { '203.0.113.0/24': { country_code: 'DE' } });
  const args = ['-e', CALL, '--', join(folder, 'places/index.js'), JSON.stringify(database)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({ country: 'DE', network: 'office' });
});

test('what the engine of regular expressions throws is told as its own', async () => {
  const entry = join(folder, 'late.ts');
  await writeFile(
    entry,
    `import { RE2JS, RE2JSException } from 're2js';
    export const handler = async (pattern: string) => {
      try {
        return RE2JS.compile(pattern).pattern();
      } catch (error) {
        return [error instanceof RE2JSException, new Error() instanceof RE2JSException];
      }
    };`,
  );
  await bundleHandler(entry, join(folder, 'late'));
  const args = ['-e', CALL, '--', join(folder, 'late/index.js'), '"a("'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual([true, false]);
});
