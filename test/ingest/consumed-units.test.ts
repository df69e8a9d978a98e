import { createClients } from '../../local/deployment/local-clients.ts';
import { countConsumed } from '../support/consumed-units.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** What an object takes of DynamoDB: a call more for each of a billion objects is a bill. */

let deployment: Deployment;

beforeAll(async () => {
  deployment = await startDeployment();
});

afterAll(() => deployment.aws.stop());

/** The calls and units for one object, by a function that has read one before. */
async function consumedBy(records: readonly unknown[], environment = {}) {
  const { dynamodb } = createClients(deployment.aws.endpoints);
  const consumed = countConsumed(dynamodb);
  const ingest = deployment.ingest({ dynamodb, ...environment });
  const deliver = async (body: Buffer) => {
    const key = logObjectKey();
    await deployment.put(key, body);
    expect((await deployment.deliver(notificationOf(deployment, key), { ingest })).batchItemFailures).toEqual([]);
  };
  await deliver(logObject([record()]));
  consumed.clear();
  await deliver(logObject(records));
  dynamodb.destroy();
  return Object.fromEntries(consumed);
}

const read = (index: number) =>
  record({ eventID: `0b7c9a3e-5f1d-4e7b-9a55-${String(index).padStart(12, '0')}`, eventName: 'DescribeInstances' });

test('an object of 50 plain reads takes one read of the ledger and one transaction', async () => {
  const consumed = await consumedBy(Array.from({ length: 50 }, (_, index) => read(index)));
  expect(consumed).toEqual({
    'Query ledger': { calls: 1, units: 1 },
    // The row and its page, both of less than 1 KB here, twice each for the transaction; and the row in its index.
    'TransactWriteItems ledger+segments': { calls: 1, units: 5 },
  });
});

test('an object without a record takes one read and one write of the ledger', async () => {
  expect(Object.keys(await consumedBy([]))).toEqual(['Query ledger', 'UpdateItem ledger']);
});
