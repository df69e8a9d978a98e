import { createClients } from '../../local/deployment/local-clients.ts';
import { countBodies } from '../support/body-counts.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { failingDynamoDb } from '../support/failing-dynamodb.ts';
import { seedQuarantined } from '../support/quarantined.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** Whoever opens an object closes its body: each that stays open keeps a connection of a warm function. */

const FAILURES = 60;

let deployment: Deployment;

beforeAll(async () => {
  deployment = await startDeployment();
});

afterAll(() => deployment.aws.stop());

test.each([
  ['the question of what is known of an object', 'Query', ''],
  ['the note that reading begins', 'UpdateItem', 'attempts'],
  ['the note that it is closed', 'TransactWriteItems', '"closed"'],
])(
  'ingest closes each body where the ledger fails at %s',
  async (_, operation, part) => {
    const key = logObjectKey();
    await deployment.put(key, logObject(Array.from({ length: 3000 }, () => record())));
    const clients = createClients(deployment.aws.endpoints);
    const bodies = countBodies(clients.s3);
    const ingest = deployment.ingest({
      s3: clients.s3,
      dynamodb: failingDynamoDb(deployment.aws, (name, input) => name === operation && input.includes(part)),
    });
    const failures = operation === 'TransactWriteItems' ? 3 : FAILURES;
    for (let times = 0; times < failures; times++) {
      const { batchItemFailures } = await deployment.deliver(notificationOf(deployment, key), { ingest, receives: 2 });
      expect(batchItemFailures).toHaveLength(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    // The ledger is asked before the object is fetched.
    expect(bodies.opened).toBe(operation === 'Query' ? 0 : failures);
    expect(bodies.closed).toBe(bodies.opened);
    clients.destroy();
  },
  60_000,
);

test('an object that is closed in the ledger isn’t fetched where its message names the version', async () => {
  const key = logObjectKey();
  await deployment.put(key, logObject([record()]));
  await deployment.deliver(notificationOf(deployment, key));
  const row = (await deployment.rows('ledger')).find(({ object }) => String(object).endsWith(key));
  const clients = createClients(deployment.aws.endpoints);
  const bodies = countBodies(clients.s3);
  const message = {
    Records: [
      {
        eventName: 'ObjectCreated:Put',
        s3: {
          bucket: { name: deployment.aws.resources.buckets.logs },
          object: { key: encodeURIComponent(key), versionId: String(row?.version) },
        },
      },
    ],
  };
  const { batchItemFailures } = await deployment.deliver(message, { ingest: deployment.ingest({ s3: clients.s3 }) });
  expect(batchItemFailures).toEqual([]);
  expect(bodies.opened).toBe(0);
  clients.destroy();
});

test('copies of the quarantine are closed, too, whatever fails behind them', async () => {
  const { clients: common, resources, endpoints } = deployment.aws;
  const copy = await seedQuarantined({
    clients: common,
    ledgerTable: resources.tables.ledger,
    quarantineBucket: resources.buckets.quarantine,
    object: { bucket: resources.buckets.logs, key: logObjectKey(), version: 'v1' },
    records: [JSON.stringify(record())],
  });
  const clients = createClients(endpoints);
  const bodies = countBodies(clients.s3);
  const ingest = deployment.ingest({
    s3: clients.s3,
    dynamodb: failingDynamoDb(deployment.aws, (operation) => operation === 'TransactWriteItems'),
  });
  for (let times = 0; times < 5; times++) {
    const message = { s3Bucket: resources.buckets.quarantine, s3ObjectKey: [copy] };
    expect((await deployment.deliver(message, { ingest })).batchItemFailures).toHaveLength(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(bodies).toEqual({ opened: 5, closed: 5 });
  clients.destroy();
});
