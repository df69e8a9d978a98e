import { FaultOfAccess } from '../../lambda/shared/faults.ts';
import { createClients } from '../../local/deployment/local-clients.ts';
import { type Deployment, notificationOf, sqsEvent, startDeployment } from '../support/deployment.ts';
import { failingDynamoDb } from '../support/failing-dynamodb.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** What no further try would help goes to the dead-letter queue with its reason; what one may help stays in its queue. */

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment();
});

afterEach(() => deployment.aws.stop());

const rowOf = async (key: string) =>
  (await deployment.rows('ledger')).find(({ object }) => String(object).endsWith(key));

/** A function that can't close an object in the ledger, by an error that says nothing of access. */
const broken = (name = 'TypeError') =>
  deployment.ingest({
    dynamodb: failingDynamoDb(
      deployment.aws,
      (operation, input) => operation === 'TransactWriteItems' && input.includes('"closed"'),
      name,
    ),
  });

/** A function that dies before it can tell what became of the object: it never answers. */
async function die(key: string, now: Date, receives: number): Promise<void> {
  let isReached = (): void => {};
  const reached = new Promise<void>((resolve) => {
    isReached = resolve;
  });
  const dynamodb = failingDynamoDb(deployment.aws, (operation, input) => {
    const isClosing = operation === 'TransactWriteItems' && input.includes('"closed"');
    if (isClosing) isReached();
    return isClosing ? 'never answers' : false;
  });
  void deployment.deliver(notificationOf(deployment, key), {
    ingest: deployment.ingest({ dynamodb, now: () => now }),
    receives,
  });
  await reached;
}

test('an object whose processing fails three times otherwise than by access is given up, with the reason', async () => {
  const key = logObjectKey();
  await deployment.put(key, logObject([record()]));
  const message = notificationOf(deployment, key);
  for (let tries = 1; tries <= 2; tries++) {
    expect((await deployment.deliver(message, { ingest: broken(), receives: tries })).batchItemFailures).toHaveLength(
      1,
    );
    expect(await rowOf(key)).toMatchObject({ status: 'open', faults: tries });
  }
  expect((await deployment.deliver(message, { ingest: broken(), receives: 3 })).batchItemFailures).toEqual([]);
  expect(await deployment.deadLetters()).toEqual([
    {
      body: JSON.stringify(message),
      attributes: {
        Reason: expect.stringContaining('processing it failed 3 times, the last time by TypeError: TransactWriteItems'),
        ObjectKey: `s3://${message.s3Bucket}/${key}`,
        Attempts: '3',
      },
    },
  ]);
  // Redriven, it has all of its tries again, and is read once its cause is mended.
  expect(await rowOf(key)).not.toHaveProperty('faults');
  expect((await deployment.deliver(message)).batchItemFailures).toEqual([]);
  expect(await rowOf(key)).toMatchObject({ status: 'closed', indexed: 1 });
});

test('a fault of access is never counted', async () => {
  const key = logObjectKey();
  await deployment.put(key, logObject([record()]));
  for (let tries = 0; tries < 5; tries++) {
    const { batchItemFailures } = await deployment.deliver(notificationOf(deployment, key), {
      ingest: broken('ThrottlingException'),
      receives: tries + 1,
    });
    expect(batchItemFailures).toHaveLength(1);
  }
  expect(await rowOf(key)).not.toHaveProperty('faults');
  expect(await deployment.deadLetters()).toEqual([]);
});

test('an object whose function died three times without a word is given up, and has all of its tries after that', async () => {
  const key = logObjectKey();
  await deployment.put(key, logObject([record()]));
  const start = Date.now();
  const at = (minutes: number) => new Date(start + minutes * 60_000);
  await die(key, at(0), 1);
  // A first try that says nothing leaves nothing: it is counted once the message comes again.
  expect(await rowOf(key)).toBeUndefined();
  await die(key, at(30), 2);
  expect(await rowOf(key)).toMatchObject({ unfinished: 2 });
  await die(key, at(60), 3);
  expect(await rowOf(key)).toMatchObject({ unfinished: 3 });
  // One of them may be under way still.
  await die(key, at(61), 4);
  const { batchItemFailures } = await deployment.deliver(notificationOf(deployment, key), {
    ingest: deployment.ingest({ now: () => at(120) }),
    receives: 5,
  });
  expect(batchItemFailures).toEqual([]);
  expect((await deployment.deadLetters()).map(({ attributes }) => attributes.Reason)).toEqual([
    expect.stringContaining('its function died 4 times'),
  ]);
  expect(await rowOf(key)).not.toHaveProperty('unfinished');
  await deployment.deliver(notificationOf(deployment, key));
  expect(await rowOf(key)).toMatchObject({ status: 'closed' });
});

test('a try that failed with a word isn’t taken for one that died', async () => {
  const key = logObjectKey();
  await deployment.put(key, logObject([record()]));
  await deployment.deliver(notificationOf(deployment, key), { ingest: broken('ThrottlingException') });
  expect(await rowOf(key)).toMatchObject({ status: 'open', attempts: 1, lastError: expect.any(String) });
  await die(key, new Date(), 2);
  expect(await rowOf(key)).toMatchObject({ unfinished: 1, attempts: 2 });
});

test.each([
  ['together at their first receive', 1, ['read', 'read', 'written', 'written']],
  [
    'one by one when they come again without a word of why: one of them may kill the function',
    2,
    ['read', 'written', 'read', 'written'],
  ],
])('objects of one call are read %s', async (_, receives, expected) => {
  const keys = [logObjectKey(), logObjectKey()];
  for (const key of keys) await deployment.put(key, logObject([record()]));
  const clients = createClients(deployment.aws.endpoints);
  const steps: string[] = [];
  clients.s3.middlewareStack.add(
    (next) => async (request) => {
      steps.push('read');
      return next(request);
    },
    { step: 'initialize' },
  );
  clients.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        // Long enough for the other one to be opened meanwhile, if it may be.
        if (commandName === 'TransactWriteItemsCommand') await new Promise((resolve) => setTimeout(resolve, 200));
        const result = await next(request);
        if (commandName === 'TransactWriteItemsCommand') steps.push('written');
        return result;
      },
    { step: 'initialize' },
  );
  const ingest = deployment.ingest({ s3: clients.s3, dynamodb: clients.dynamodb });
  const both = keys.map((key) => sqsEvent(notificationOf(deployment, key), receives).Records[0]);
  const Records = both.flatMap((message, index) => (message ? [{ ...message, messageId: `m-${index}` }] : []));
  const { batchItemFailures } = await ingest({ Records }, { getRemainingTimeInMillis: () => 300_000 });
  expect(batchItemFailures).toEqual([]);
  expect(steps).toEqual(expected);
  clients.destroy();
});

test('the others of a message are queued alone when one of them is given up', async () => {
  const [bad, gone] = [logObjectKey(), logObjectKey()];
  await deployment.put(bad, logObject([record()]));
  const sent: string[] = [];
  const { sqs } = deployment.aws.clients;
  sqs.middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        if (commandName === 'SendMessageCommand') sent.push(JSON.stringify(request.input));
        return next(request);
      },
    { step: 'initialize' },
  );
  const message = notificationOf(deployment, bad, gone);
  for (let tries = 0; tries < 3; tries++) await deployment.deliver(message, { ingest: broken() });
  expect(sent).toHaveLength(2);
  const [dead, alone] = sent;
  expect(dead).toContain(bad);
  expect(dead).not.toContain(gone);
  expect(alone).toContain(encodeURIComponent(gone));
});

test('a message that the dead-letter queue does not take stays in its queue', async () => {
  const { sqs } = deployment.aws.clients;
  sqs.middlewareStack.add(
    (next, { commandName }) =>
      (request) =>
        commandName === 'SendMessageCommand'
          ? Promise.reject(new FaultOfAccess('the queue is out of reach'))
          : next(request),
    { step: 'initialize' },
  );
  expect((await deployment.deliver('hello')).batchItemFailures).toHaveLength(1);
});
