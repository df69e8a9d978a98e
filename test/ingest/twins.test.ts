import type { S3Client } from '@aws-sdk/client-s3';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Ledger } from '../../lambda/store/ledger/ledger.ts';
import { createClients } from '../../local/deployment/local-clients.ts';
import { type Deployment, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** Two versions of an object with the same content: one of them counts its records, whichever is read again. */

let deployment: Deployment;
let key: string;

beforeAll(async () => {
  deployment = await startDeployment();
});

afterAll(() => deployment.aws.stop());

beforeEach(async () => {
  key = logObjectKey();
  await deployment.put(key, logObject([record({ eventID: `${key}-1` }), record({ eventID: `${key}-2` }), null]));
});

/** The embedded S3 keeps no versions: each that is asked for is the object, under the name that was asked for. */
function versioned(): S3Client {
  const { s3 } = createClients(deployment.aws.endpoints);
  s3.middlewareStack.add(
    (next) => async (request) => {
      const { VersionId, ...input } = { VersionId: undefined, ...request.input };
      const result = await next({ ...request, input: { ...request.input, ...input, VersionId: undefined } });
      return { ...result, output: { ...result.output, VersionId } };
    },
    { step: 'initialize' },
  );
  return s3;
}

async function read(versionId: string): Promise<void> {
  const s3 = versioned();
  const object = { key: encodeURIComponent(key), versionId };
  const bucket = { name: deployment.aws.resources.buckets.logs };
  const message = { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket, object } }] };
  const { batchItemFailures } = await deployment.deliver(message, { ingest: deployment.ingest({ s3 }) });
  expect(batchItemFailures).toEqual([]);
  s3.destroy();
}

async function redrive(version: string): Promise<void> {
  const { clients, resources } = deployment.aws;
  const ledger = new Ledger(DynamoDBDocumentClient.from(clients.dynamodb), resources.tables.ledger);
  await ledger.reopen({ bucket: resources.buckets.logs, key, version });
  await read(version);
}

async function rows(): Promise<Record<string, unknown>> {
  const own = (await deployment.rows('ledger')).filter(({ object }) => String(object).endsWith(key));
  return Object.fromEntries(
    own.map(({ version, status, records, indexed, rejected, sameAs }) => [
      String(version),
      { status, records, indexed, rejected, ...(sameAs !== undefined && { sameAs }) },
    ]),
  );
}

const COUNTED = { status: 'closed', records: 3, indexed: 2, rejected: 1 };
const twinOf = (sameAs: string) => ({ status: 'closed', records: 0, indexed: 0, rejected: 0, sameAs });

beforeEach(async () => {
  await read('v1');
  await read('v2');
  expect(await rows()).toEqual({ v1: COUNTED, v2: twinOf('v1') });
});

test('redriving the first reads it again, and it counts as before', async () => {
  await redrive('v1');
  expect(await rows()).toEqual({ v1: COUNTED, v2: twinOf('v1') });
});

test('redriving the second reads it again, and it counts in place of the first', async () => {
  await redrive('v2');
  expect(await rows()).toEqual({ v1: twinOf('v2'), v2: COUNTED });
  await redrive('v1');
  expect(await rows()).toEqual({ v1: COUNTED, v2: twinOf('v1') });
});

test('redriving reads what is missing from the index, whichever of them is redriven', async () => {
  const events = async () => (await deployment.indexed()).filter(({ eventID }) => eventID === `${key}-1`);
  const { clients, resources } = deployment.aws;
  const documents = DynamoDBDocumentClient.from(clients.dynamodb);
  for (const version of ['v1', 'v2']) {
    for (const { partition, item } of await deployment.rows('segments')) {
      await documents.send(new DeleteCommand({ TableName: resources.tables.segments, Key: { partition, item } }));
    }
    expect(await events()).toEqual([]);
    await redrive(version);
    expect(await events()).toHaveLength(1);
  }
});

test('a version with other content is found out while the first is being read again', async () => {
  const { clients, resources } = deployment.aws;
  const ledger = new Ledger(DynamoDBDocumentClient.from(clients.dynamodb), resources.tables.ledger);
  await ledger.reopen({ bucket: resources.buckets.logs, key, version: 'v1' });
  await deployment.put(key, logObject([record({ eventID: `${key}-forged` })]));
  await read('v3');
  expect(await rows()).toMatchObject({ v3: { status: 'rejected' } });
});
