import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import {
  type EventSourceMapping,
  type QueueFunction,
  startEventSourceMapping,
} from '../../../local/deployment/event-source-mapping.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

describe('the event source mapping', () => {
  let aws: EmbeddedAws;
  let mapping: EventSourceMapping | undefined;
  beforeEach(async () => {
    aws = await startEmbeddedAws({ visibilityTimeout: 0 });
  });
  afterEach(async () => {
    await mapping?.stop();
    await aws.stop();
  });

  const start = (handler: QueueFunction, hooks: { onBatch?: jest.Mock; onError?: jest.Mock } = {}) => {
    mapping = startEventSourceMapping({
      sqs: aws.clients.sqs,
      queue: aws.resources.queues.logs,
      handler,
      timeoutSeconds: 30,
      concurrency: 1,
      ...hooks,
    });
    return mapping;
  };

  const send = async (...bodies: string[]) => {
    await aws.clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: aws.resources.queues.logs.url,
        Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
      }),
    );
  };

  const depth = async (queue: 'logs' | 'deadLetters') => {
    const { Attributes } = await aws.clients.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: aws.resources.queues[queue].url,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
  };

  test('hands over batches of at most ten, each message once, and empties the queue', async () => {
    const sizes: number[] = [];
    const bodies: string[] = [];
    const sent = Array.from({ length: 10 }, (_, index) => `message ${index}`);
    await send(...sent);
    await send('message 10', 'message 11');
    await start(async ({ Records }) => {
      sizes.push(Records.length);
      bodies.push(...Records.map((record) => record.body));
      return { batchItemFailures: [] };
    }).drained();
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
    expect(bodies.toSorted()).toEqual([...sent, 'message 10', 'message 11'].toSorted());
    expect(await depth('logs')).toBe(0);
  });

  test('a message that failed comes back alone, counted as received twice', async () => {
    const seen: string[] = [];
    const onBatch = jest.fn();
    await send('good', 'bad');
    await start(
      async ({ Records }) => {
        seen.push(...Records.map(({ body, attributes }) => `${body} ${attributes.ApproximateReceiveCount}`));
        const first = Records.filter(({ attributes }) => attributes.ApproximateReceiveCount === '1');
        return {
          batchItemFailures: first.filter(({ body }) => body === 'bad').map((r) => ({ itemIdentifier: r.messageId })),
        };
      },
      { onBatch },
    ).drained();
    expect(seen).toEqual(['good 1', 'bad 1', 'bad 2']);
    expect(onBatch.mock.calls).toEqual([[{ succeeded: 1, failed: 1 }], [{ succeeded: 1, failed: 0 }]]);
  });

  test('a call that throws fails its whole batch, and the next one goes on', async () => {
    const onError = jest.fn();
    let calls = 0;
    await send('one', 'two');
    await start(
      async () => {
        calls += 1;
        if (calls === 1) throw new Error('out of memory');
        return undefined;
      },
      { onError },
    ).drained();
    expect(onError).toHaveBeenCalledWith(new Error('out of memory'));
    expect(calls).toBe(2);
  });

  test('a message that always fails ends in the dead-letter queue after five tries', async () => {
    let calls = 0;
    await send('poison');
    await start(async ({ Records }) => {
      calls += 1;
      return { batchItemFailures: Records.map((record) => ({ itemIdentifier: record.messageId })) };
    }).drained();
    expect(calls).toBe(5);
    expect(await depth('deadLetters')).toBe(1);
  });

  test('tells the function how much time is left', async () => {
    let left = 0;
    await send('one');
    await start(async (_event, context) => {
      left = context.getRemainingTimeInMillis();
      return undefined;
    }).drained();
    expect(left).toBeGreaterThan(25_000);
    expect(left).toBeLessThanOrEqual(30_000);
  });

  test('waits for the call under way when it stops', async () => {
    let ended = false;
    let begin: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    await send('one');
    const started = start(async () => {
      begin();
      await new Promise((resolve) => setTimeout(resolve, 100));
      ended = true;
      return undefined;
    });
    await begun;
    await started.stop();
    expect(ended).toBe(true);
    expect(await depth('logs')).toBe(0);
  });

  test('leaves what comes after it stopped to whoever polls next', async () => {
    const seen: string[] = [];
    const handler: QueueFunction = async ({ Records }) => {
      seen.push(...Records.map(({ body, attributes }) => `${body} ${attributes.ApproximateReceiveCount}`));
      return undefined;
    };
    await start(handler).stop();
    await send('later');
    await start(handler).drained();
    expect(seen).toEqual(['later 1']);
  });

  test('fails to drain a queue that is out of reach, rather than wait for ever', async () => {
    mapping = undefined;
    const broken = startEventSourceMapping({
      sqs: aws.clients.sqs,
      queue: { url: `${aws.endpoints.sqs}/000000000000/missing`, arn: 'arn:aws:sqs:us-east-1:000000000000:missing' },
      handler: async () => undefined,
      timeoutSeconds: 30,
      concurrency: 1,
    });
    await expect(broken.drained()).rejects.toThrow();
    await broken.stop().catch(() => {});
  });
});
