import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { channelListSchema, deployedChannels } from '../../lambda/alerts/channels/channel-settings.ts';
import type { QueuedMessage } from '../../lambda/alerts/channels/queued-message.ts';
import { createPostJson } from '../../lambda/notify/https/post-json.ts';
import { wireNotify } from '../../lambda/notify/wiring.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { LOOPBACK_CERTIFICATE } from './loopback-certificate.ts';
import { toLoopback } from './loopback-server.ts';

export const QUEUE_PREFIX = 'https://sqs.eu-central-1.amazonaws.com/111122223333/trailwarden-channel-';
const QUEUE_ARN = 'arn:aws:sqs:eu-central-1:111122223333:trailwarden-channel-';

export const TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:trailwarden-alerts';

export const SIGNING_KEY = 'a-signing-key-of-tests';
export const ROUTING_KEY = 'R0123456789ABCDEFrouting';

export const secretsManager = new SecretsManagerClient({});
const ssm = new SSMClient({});
const sqs = new SQSClient({});
const events = new EventBridgeClient({});
const sns = new SNSClient({});
const hub = new SecurityHubClient({});

/** AWS as the function sees it. */
export const mocks = {
  secrets: mockClient(secretsManager),
  ssm: mockClient(ssm),
  sqs: mockClient(sqs),
  events: mockClient(events),
  sns: mockClient(sns),
  hub: mockClient(hub),
  documents: mockClient(DynamoDBDocumentClient),
};

/** Stands for `alerts.programs: ocsf` among channels. */
export const PROGRAMS = { type: 'topic' };

const isProgramsTopic = (channel: object): boolean => 'type' in channel && channel.type === PROGRAMS.type;

/** A file of settings, as the rules layer has it. */
export function channelsFile(channels: readonly object[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'trailwarden-channels-')), 'channels.json');
  const own = channels.filter((channel) => !isProgramsTopic(channel));
  const programs = own.length < channels.length ? 'ocsf' : 'alert';
  writeFileSync(file, JSON.stringify(deployedChannels(channelListSchema.parse(own), programs)));
  return file;
}

/** What a channel's secret holds, for a server on this port. */
export function useSecrets(port: number): void {
  const url = `https://hooks.example.test:${port}/services/T0000/verysecretpart`;
  for (const mock of Object.values(mocks)) mock.reset();
  mocks.documents.on(UpdateCommand).resolves({});
  mocks.documents.on(GetCommand).resolves({});
  mocks.secrets.on(GetSecretValueCommand, { SecretId: 'url' }).resolves({ SecretString: url });
  mocks.secrets.on(GetSecretValueCommand, { SecretId: 'webhook' }).resolves({
    SecretString: JSON.stringify({ url, signingKey: SIGNING_KEY, headers: { 'X-Team': 'blue-team-key' } }),
  });
  mocks.ssm
    .on(GetParameterCommand, { Name: '/routing-key' })
    .resolves({ Parameter: { Type: 'SecureString', Value: ROUTING_KEY } });
}

export interface BedOptions {
  readonly channels: readonly object[];
  readonly port: number;
  readonly now: () => Date;
  readonly attemptMilliseconds?: number;
}

/** The function over a real server on the loopback interface. */
export function notifyBed({ channels, port, now, attemptMilliseconds = 2000 }: BedOptions) {
  const lines: string[] = [];
  const logger = new Logger({ serviceName: 'test' });
  const write = (line: string): void => {
    lines.push(line);
  };
  Object.defineProperty(logger, 'console', { value: { debug: write, info: write, warn: write, error: write } });
  const metrics = new CountedMetrics();
  const handler = wireNotify({
    environment: {
      ALERTS_TABLE: 'alerts',
      DEPLOYMENT: 'trailwarden',
      CHANNELS_FILE: channelsFile(channels),
      CHANNEL_QUEUE_PREFIX: QUEUE_PREFIX,
      DEAD_LETTER_QUEUE_URL: 'https://sqs/dead-letters',
      ALERTS_TOPIC_ARN: TOPIC_ARN,
      ACCOUNT: '999988887777',
      PARTITION: 'aws',
    },
    region: 'eu-central-1',
    dynamodb: new DynamoDBClient({}),
    sqs,
    secretsManager,
    ssm,
    events,
    sns,
    hub,
    post: createPostJson({ resolve: toLoopback, ca: LOOPBACK_CERTIFICATE, now }),
    logger,
    metrics,
    now,
    attemptMilliseconds,
    pagerDutyHost: `https://hooks.example.test:${port}`,
  });
  const failedOf = async (...records: readonly SQSRecord[]): Promise<readonly string[]> => {
    const event: SQSEvent = { Records: [...records] };
    const response = (await handler(event)) as SQSBatchResponse;
    return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  /** What the function wrote into alerts' rows: attribute, then value. */
  const noted = (): readonly (readonly [string, Record<string, unknown>])[] =>
    mocks.documents.commandCalls(UpdateCommand).map(({ args }) => {
      const { ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = args[0].input;
      return [ExpressionAttributeNames['#delivery'] ?? '', ExpressionAttributeValues[':delivery']] as const;
    });
  return { handler, failedOf, noted, lines, metrics };
}

export interface RecordOptions {
  readonly id?: string;
  readonly sentAt: Date;
  readonly receives?: number;
}

/** A message of a channel's queue, as the event source mapping hands it over. */
export function queued(channel: string, json: string, { id = 'm-1', sentAt, receives = 1 }: RecordOptions): SQSRecord {
  const { alertId, kind, level } = JSON.parse(json);
  const body: QueuedMessage = { version: 1, alertId, kind, level, message: json };
  return {
    messageId: id,
    receiptHandle: `handle of ${id}`,
    body: JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(sentAt.getTime()),
      SenderId: 's',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: QUEUE_ARN + channel,
    awsRegion: 'eu-central-1',
  };
}
