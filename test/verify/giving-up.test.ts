import { createClients } from '../../local/deployment/local-clients.ts';
import { countBodies } from '../support/body-counts.ts';
import { readDeadLetters } from '../support/deployment.ts';
import { failingDynamoDb } from '../support/failing-dynamodb.ts';
import { SignedTrail } from '../support/signed-trail.ts';
import { startVerification, type Verification } from '../support/verification.ts';

/** Digests: what a try may get past comes back, the rest is given up with its reason; no body stays open. */

const START = new Date('2026-11-20T10:00:00Z');
const REGION = 'eu-central-1';

let trail: SignedTrail;
let verification: Verification;

beforeEach(async () => {
  verification = await startVerification(START, (bucket) => {
    trail = new SignedTrail({ bucket, start: START });
    return trail;
  });
});

afterEach(() => verification.stop());

const deadLetters = () => {
  const { clients, resources } = verification.deployment.aws;
  return readDeadLetters(clients.sqs, resources.queues.digestDeadLetters.url);
};

/** A function that can't record what it found. */
const failing = (name: string, overrides = {}) =>
  verification.function({
    dynamodb: failingDynamoDb(
      verification.deployment.aws,
      (operation, input) => operation === 'PutItem' && input.includes('"digest"'),
      name,
    ),
    ...overrides,
  });

test('a digest whose check fails three times otherwise than by access is given up, and has its tries again', async () => {
  const hour = trail.hour(REGION);
  await verification.put(hour.digest);
  for (let tries = 1; tries <= 2; tries++) {
    expect((await verification.verifyWith(failing('TypeError'), hour.digest.key)).batchItemFailures).toHaveLength(1);
    expect(await verification.digestRow(hour.digest)).toMatchObject({ faults: tries });
  }
  expect((await verification.verifyWith(failing('TypeError'), hour.digest.key)).batchItemFailures).toEqual([]);
  expect(await deadLetters()).toEqual([
    {
      body: JSON.stringify({ s3Bucket: hour.digest.bucket, s3ObjectKey: [hour.digest.key] }),
      attributes: {
        Reason: expect.stringContaining('processing it failed 3 times, the last time by TypeError'),
        ObjectKey: `s3://${hour.digest.bucket}/${hour.digest.key}`,
        Attempts: '3',
      },
    },
  ]);
  expect(await verification.digestRow(hour.digest)).not.toHaveProperty('faults');
  expect((await verification.verify(hour.digest.key)).batchItemFailures).toEqual([]);
  expect(await verification.digestRow(hour.digest)).not.toHaveProperty('unfinished');
});

test('a message that is no notification is given up at once', async () => {
  const [recorded] = [verification.function()];
  const { batchItemFailures } = await recorded({
    Records: [
      {
        messageId: 'm-1',
        receiptHandle: 'h-1',
        body: 'hello',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: '0',
          SenderId: 's',
          ApproximateFirstReceiveTimestamp: '0',
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:digests',
        awsRegion: 'us-east-1',
      },
    ],
  });
  expect(batchItemFailures).toEqual([]);
  expect((await deadLetters()).map(({ body, attributes }) => [body, attributes.Reason])).toEqual([
    ['hello', 'the message is not JSON'],
  ]);
});

test('every body is closed, however often the ledger fails behind it', async () => {
  const hour = trail.hour(REGION);
  await verification.put(hour.digest);
  const clients = createClients(verification.deployment.aws.endpoints);
  const bodies = countBodies(clients.s3);
  for (let times = 0; times < 20; times++) {
    const verify = failing('ThrottlingException', { s3: clients.s3 });
    expect((await verification.verifyWith(verify, hour.digest.key)).batchItemFailures).toHaveLength(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(bodies).toEqual({ opened: 20, closed: 20 });
  expect(await deadLetters()).toEqual([]);
  clients.destroy();
});
