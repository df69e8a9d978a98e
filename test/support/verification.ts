import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { readVerifyEnvironment } from '../../lambda/runtime/environment.ts';
import type { PublicKeySource } from '../../lambda/verify/public-keys.ts';
import type { Verify } from '../../lambda/verify/verify.ts';
import { type VerifyWiring, wireVerify } from '../../lambda/verify/wiring.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import type { DeliveredFile, DeliveredHour, SignedTrail } from './signed-trail.ts';

/** A deployment with the real verify function, a clock that the test moves, and CloudTrail's keys from its own trail. */
export interface Verification {
  readonly deployment: Deployment;
  /** Moves the clock. */
  at(time: Date | string): void;
  minutesLater(minutes: number): void;
  put(file: DeliveredFile): Promise<void>;
  remove(file: { readonly bucket: string; readonly key: string }): Promise<void>;
  /** Hands log objects to ingest, as the log queue would. */
  ingest(files: readonly DeliveredFile[]): Promise<void>;
  /** Puts the log objects and the digest of an hour, ingests the former and hands the latter to verify. */
  deliver(hour: DeliveredHour): Promise<void>;
  verify(...keys: readonly string[]): ReturnType<Verify>;
  verifyWith(verify: Verify, ...keys: readonly string[]): ReturnType<Verify>;
  /** Hands the messages that wait in the digest queue, however long they are delayed, to verify; returns how many. */
  recheck(overrides?: Partial<VerifyWiring>): Promise<number>;
  sweep(): Promise<unknown>;
  function(overrides?: Partial<VerifyWiring>): Verify;
  /** The findings' rule ids and the last parts of their objects' keys, sorted. */
  findings(): Promise<readonly string[]>;
  /** The digest status of a log object's rows. */
  statusOf(file: DeliveredFile): Promise<readonly unknown[]>;
  digestRow(file: DeliveredFile): Promise<Record<string, unknown> | undefined>;
  /** Bodies of the messages in the log queue that verify has sent. */
  queued(): Promise<readonly unknown[]>;
  stop(): Promise<void>;
}

export async function startVerification(start: Date, trailOf: (bucket: string) => SignedTrail): Promise<Verification> {
  const deployment = await startDeployment();
  const { clients, resources } = deployment.aws;
  const bucket = resources.buckets.logs;
  const trail = trailOf(bucket);
  const digestQueueUrl = resources.queues.digests.url;
  let clock = start.getTime();
  const now = () => new Date(clock);
  const publicKeys: PublicKeySource = {
    list: async (region) => [trail.key(region).publicKey],
  };
  const environment = readVerifyEnvironment({
    ...resources.variables.verify,
    MAX_OBJECT_BYTES: '1000000',
    LOG_EXPIRE_DAYS: '1000',
  });
  const receive = async (url: string): Promise<readonly Message[]> => {
    const messages: Message[] = [];
    for (;;) {
      const { Messages = [] } = await clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return messages;
      messages.push(...Messages);
    }
  };
  const rows = async () => (await deployment.rows('ledger')).filter(({ object }) => String(object).startsWith('s3:'));
  // The test skips the delay of a message: messages that verify sends with a delay are kept here.
  const delayed: string[] = [];
  const sqs = new Proxy(clients.sqs, {
    get: (client, name) => {
      if (name !== 'send') return Reflect.get(client, name, client);
      return async (command: { readonly input: { QueueUrl?: string; MessageBody?: string } }) => {
        const { QueueUrl: url, MessageBody: body } = command.input;
        if (url === digestQueueUrl && body !== undefined) {
          delayed.push(body);
          return {};
        }
        return client.send(command as Parameters<typeof client.send>[0]);
      };
    },
  });

  const verification: Verification = {
    deployment,
    at: (time) => {
      clock = new Date(time).getTime();
    },
    minutesLater: (minutes) => {
      clock += minutes * 60_000;
    },
    put: async ({ bucket: Bucket, key: Key, body: Body, metadata: Metadata }) => {
      await clients.s3.send(
        new PutObjectCommand({ Bucket, Key, Body, ...(Metadata && { Metadata: { ...Metadata } }) }),
      );
    },
    remove: async ({ bucket: Bucket, key: Key }) => {
      await clients.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    ingest: async (files) => {
      const { batchItemFailures } = await deployment.deliver({
        s3Bucket: bucket,
        s3ObjectKey: files.map(({ key }) => key),
      });
      expect(batchItemFailures).toEqual([]);
    },
    deliver: async ({ logs, digest }) => {
      for (const file of [...logs, digest]) await verification.put(file);
      if (logs.length > 0) await verification.ingest(logs);
      expect((await verification.verify(digest.key)).batchItemFailures).toEqual([]);
    },
    verify: (...keys) => verification.verifyWith(verification.function(), ...keys),
    verifyWith: (verify, ...keys) => verify(sqsEvent({ s3Bucket: bucket, s3ObjectKey: keys })),
    recheck: async (overrides) => {
      const bodies = delayed.splice(0);
      for (const body of bodies) {
        expect((await verification.function(overrides)(sqsEvent(body))).batchItemFailures).toEqual([]);
      }
      return bodies.length;
    },
    sweep: () => deployment.sweep({ now })(),
    function: (overrides = {}) =>
      wireVerify({
        environment,
        dynamodb: clients.dynamodb,
        s3: clients.s3,
        sns: clients.sns,
        sqs,
        publicKeys,
        logger: new Logger({ serviceName: 'test', logLevel: 'SILENT' }),
        metrics: new SilentMetrics({ namespace: 'Test', serviceName: 'test' }),
        now,
        ...overrides,
      }),
    findings: async () =>
      (await deployment.rows('findings'))
        .map(
          ({ ruleId, receipt }) =>
            `${String(ruleId)} ${String((receipt as { key: string }).key)
              .split('/')
              .at(-1)}`,
        )
        .sort(),
    statusOf: async ({ key }) =>
      (await rows()).filter(({ object }) => object === `s3://${bucket}/${key}`).map(({ digestStatus }) => digestStatus),
    digestRow: async ({ key }) => (await rows()).find(({ object }) => object === `s3://${bucket}/${key}`),
    queued: async () =>
      (await receive(resources.queues.logs.url))
        .map(({ Body = '' }) => JSON.parse(Body))
        .filter((body) => 's3Bucket' in body),
    stop: () => deployment.aws.stop(),
  };
  return verification;
}

/** Metrics go to standard output as soon as they are published. */
class SilentMetrics extends Metrics {
  override publishStoredMetrics(): this {
    this.clearMetrics();
    return this;
  }
}

function sqsEvent(body: unknown) {
  return {
    Records: [
      {
        messageId: 'm-1',
        receiptHandle: 'h-1',
        body: typeof body === 'string' ? body : JSON.stringify(body),
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
  };
}
