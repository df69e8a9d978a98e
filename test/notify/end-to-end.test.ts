import { Logger } from '@aws-lambda-powertools/logger';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse } from 'aws-lambda';
import { createPostJson } from '../../lambda/notify/https/post-json.ts';
import { wireNotify } from '../../lambda/notify/wiring.ts';
import { readIngestEnvironment } from '../../lambda/runtime/environment.ts';
import { AlertTable } from '../../lambda/store/alerts/alert-table.ts';
import { sqsEvent } from '../../local/deployment/sqs-event.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';
import { LOOPBACK_CERTIFICATE } from './loopback-certificate.ts';
import { answerWith, type LoopbackServer, startLoopbackServer, toLoopback } from './loopback-server.ts';
import { channelsFile, mocks, secretsManager, useSecrets } from './notify-bed.ts';

const RULE = `
title: A file system was deleted
id: 2f0f6a1e-3d8d-4e0b-9b57-2b6e1d6c5a01
description: Nobody deletes these.
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: DeleteFileSystem
  condition: selection
level: high
`;

let deployment: Deployment;
let server: LoopbackServer;

beforeEach(async () => {
  server = await startLoopbackServer();
  useSecrets(server.port);
  // Here queues and tables are the emulators'.
  mocks.sqs.restore();
  mocks.documents.restore();
  deployment = await startDeployment([RULE]);
});

afterEach(async () => {
  await deployment.aws.stop();
  await server.stop();
});

/** The deployment with a channel: ingest, and notify behind the channel's queue. */
async function withChannel() {
  const { clients, resources, endpoints } = deployment.aws;
  const name = `${resources.deployment}-channel-team`;
  const { QueueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: name }));
  const url = new URL(new URL(QueueUrl).pathname, endpoints.sqs).href;
  const channels = {
    CHANNELS_FILE: channelsFile([{ name: 'team', type: 'slack', secret: { secretsManager: 'url' } }]),
    CHANNEL_QUEUE_PREFIX: url.slice(0, -'team'.length),
  };
  const ingest = deployment.ingest({
    environment: readIngestEnvironment({ ...resources.variables.ingest, ...channels }),
  });
  const notify = wireNotify({
    environment: {
      ...channels,
      ALERTS_TABLE: resources.tables.alerts,
      DEPLOYMENT: resources.deployment,
      DEAD_LETTER_QUEUE_URL: resources.queues.deadLetters.url,
      ALERTS_TOPIC_ARN: resources.topics.alerts,
      ACCOUNT: '000000000000',
      PARTITION: 'aws',
    },
    region: 'us-east-1',
    dynamodb: clients.dynamodb,
    sqs: clients.sqs,
    secretsManager,
    ssm: new SSMClient({}),
    events: new EventBridgeClient({}),
    sns: clients.sns,
    hub: new SecurityHubClient({}),
    post: createPostJson({ resolve: toLoopback, ca: LOOPBACK_CERTIFICATE }),
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new CountedMetrics(),
  });
  /** One poll of the queue, as the event source mapping makes it. @returns the messages that it took. */
  const poll = async (): Promise<number> => {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return 0;
    const response = (await notify(
      sqsEvent(Messages, `arn:aws:sqs:us-east-1:000000000000:${name}`),
    )) as SQSBatchResponse;
    const failed = response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    for (const { MessageId = '', ReceiptHandle } of Messages) {
      if (!failed.includes(MessageId))
        await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }
    return Messages.length;
  };
  const deliver = async () => {
    const key = logObjectKey();
    await deployment.put(key, logObject([record({ eventName: 'DeleteFileSystem' })]));
    return deployment.deliver(notificationOf(deployment, key), { ingest });
  };
  const row = async () => {
    const [alert] = await deployment.rows('alerts');
    const documents = DynamoDBDocumentClient.from(clients.dynamodb);
    return new AlertTable(documents, resources.tables.alerts, () => new Date()).get(String(alert?.alertId));
  };
  return { poll, deliver, row };
}

test('an event that a rule matches comes to the channel’s server, and the row has its answer', async () => {
  const { poll, deliver, row } = await withChannel();
  expect((await deliver()).batchItemFailures).toEqual([]);
  // Nobody has waited for the server: the message is in the queue, and the topics have theirs.
  expect(server.requests).toEqual([]);
  expect((await row())?.channels).toMatchObject({ team: { state: 'sent' }, people: { state: 'sent' } });
  expect(await poll()).toBe(1);
  expect(JSON.parse(server.requests[0]?.body ?? '').text).toContain('A file system was deleted');
  expect(await poll()).toBe(0);
  expect((await row())?.deliveries).toMatchObject([
    { channel: 'team', notice: 'first', state: 'delivered', tries: 1, answer: 'HTTP 200: ok' },
  ]);
});

test('a server that is down leaves the message in the queue, and the topics and the ledger as they are', async () => {
  const { poll, deliver, row } = await withChannel();
  server.answer = answerWith(503, 'down');
  expect((await deliver()).batchItemFailures).toEqual([]);
  expect(await poll()).toBe(1);
  // It is out of sight until its next try.
  expect(await poll()).toBe(0);
  expect(await row()).toMatchObject({
    channels: { team: { state: 'sent' }, people: { state: 'sent' }, programs: { state: 'sent' } },
    deliveries: [{ channel: 'team', state: 'failing', answer: 'HTTP 503: down' }],
  });
});
