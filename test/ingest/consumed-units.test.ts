import { createClients } from '../../local/deployment/local-clients.ts';
import { countConsumed } from '../support/consumed-units.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** What an object takes of DynamoDB: a call more for each of a billion objects is a bill. */

/** A correlation that never fires here, so what is measured is what each object takes of it. */
const CORRELATION = [
  `
title: A call was denied
name: denied
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    errorCode: AccessDenied
  condition: selection
`,
  `
title: Very many calls were denied
id: 6b0f6c5e-53a4-4f6c-9a9f-5f8a1c0e7d21
correlation:
  type: event_count
  rules: [denied]
  group-by: [recipientAccountId]
  timespan: 10m
  condition: {gte: 900}
level: high
`,
];

let deployment: Deployment;

beforeAll(async () => {
  deployment = await startDeployment(CORRELATION);
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

/** One in five seconds, so that the object holds four minutes of them. */
const denied = (index: number) =>
  record({
    eventID: `4f0b1c2d-6a7e-4c1b-8d55-${String(index).padStart(12, '0')}`,
    eventTime: new Date(Date.parse('2026-11-20T14:00:00Z') + index * 5_000).toISOString(),
    eventName: 'DescribeInstances',
    errorCode: 'AccessDenied',
  });

test('an object of 50 events of one group takes one write of correlations and three reads', async () => {
  const ofCorrelations = async (from: number) => {
    const consumed = await consumedBy(Array.from({ length: 50 }, (_, index) => denied(from + index)));
    return Object.fromEntries(Object.entries(consumed).filter(([name]) => name.endsWith(' correlations')));
  };
  // One after another, the events took 251 calls and 622 units.
  expect(await ofCorrelations(0)).toEqual({
    // All members in one row.
    'PutItem correlations': { calls: 1, units: 3 },
    'GetItem correlations': { calls: 1, units: 1 },
    // The first members of a group.
    'UpdateItem correlations': { calls: 1, units: 1 },
    // The firings, and the members.
    'Query correlations': { calls: 2, units: 2 },
  });
  // 250 calls and 1,298 units.
  expect(await ofCorrelations(50)).toEqual({
    'PutItem correlations': { calls: 1, units: 3 },
    'GetItem correlations': { calls: 1, units: 1 },
    'Query correlations': { calls: 2, units: 3 },
  });
});
