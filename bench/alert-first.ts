import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { parseRules } from '../lambda/detection/index.ts';
import { wireIngest } from '../lambda/ingest/wiring.ts';
import { readIngestEnvironment } from '../lambda/runtime/environment.ts';
import { withoutLog } from '../lambda/runtime/without-log.ts';
import { createClients } from '../local/deployment/local-clients.ts';
import { provision } from '../local/deployment/provision-resources.ts';
import { startEmbeddedAws } from '../local/emulators/embedded-aws.ts';
import { madeEvents, madeRecord } from './made/events.ts';
import { percentile } from './support/memory.ts';
import { sqsEvent } from './support/sqs-event.ts';

/** How long an alert takes on a warm function, over the embedded AWS. */
export interface AlertRow {
  name: string;
  records: number;
  rounds: number;
  /** Milliseconds from the answer of ReceiveMessage to that of the last Publish. */
  p50: number;
  p95: number;
  /** Milliseconds until the object is closed in the ledger. */
  closedP50: number;
}

const RECORDS = 5_000;
const ROUNDS = 9;
const DAY = '2026-11-18';

const RULE = `
title: The last record
id: 0c8d2c52-54bb-4f0a-9f6e-1d0c0a0d7b11
status: stable
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    eventName: TheLastRecord
  condition: selection
level: high
`;

/** Measures the time to an alert about the last record of a log object. */
export async function benchAlertFirst({ events = RECORDS }: { readonly events?: number }): Promise<AlertRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-alert-'));
  const aws = await startEmbeddedAws();
  const clients = createClients(aws.endpoints);
  try {
    const rulesFile = join(folder, 'rules.json');
    await writeFile(rulesFile, JSON.stringify(parseRules([{ text: RULE }]).ruleSet));
    const { variables, buckets } = await provision(clients, { deployment: 'alert', rulesFile });
    for (const client of [clients.dynamodb, clients.s3, clients.sns, clients.sqs]) withoutLog(client);
    // The deployment's own queue hears of the objects too.
    const { QueueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: 'alert-first' }));
    let published = 0;
    clients.sns.middlewareStack.add(
      (next) => async (call) => {
        const result = await next(call);
        published = performance.now();
        return result;
      },
      { step: 'initialize', name: 'published' },
    );
    process.env.POWERTOOLS_METRICS_DISABLED = 'true';
    const ingest = wireIngest({
      environment: readIngestEnvironment(variables.ingest),
      ...clients,
      logger: new Logger({ serviceName: 'bench', logLevel: 'SILENT' }),
      metrics: new Metrics({ namespace: 'Bench', serviceName: 'bench' }),
    });
    const alerts: number[] = [];
    const closings: number[] = [];
    // The first rounds make the function warm.
    for (let round = -3; round < ROUNDS; round++) {
      const [key, Body] = madeObject(round + 3, events);
      await clients.s3.send(new PutObjectCommand({ Bucket: buckets.logs, Key: key, Body }));
      const MessageBody = JSON.stringify({ s3Bucket: buckets.logs, s3ObjectKey: [key] });
      await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      const { Messages: [message] = [] } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      const received = performance.now();
      await ingest(sqsEvent(message?.Body ?? ''), { getRemainingTimeInMillis: () => 300_000 });
      const closed = performance.now();
      await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
      if (round < 0) continue;
      alerts.push(published - received);
      closings.push(closed - received);
    }
    const row = { name: 'an alert about the last record', records: events, rounds: ROUNDS };
    const [p50, p95, closedP50] = [percentile(alerts, 0.5), percentile(alerts, 0.95), percentile(closings, 0.5)];
    return [{ ...row, p50: Math.round(p50), p95: Math.round(p95), closedP50: Math.round(closedP50) }];
  } finally {
    clients.destroy();
    await aws.stop();
    await rm(folder, { recursive: true });
  }
}

/** A log object of made records, the last of which the rule matches. */
function madeObject(round: number, records: number): readonly [string, Buffer] {
  const made = [...madeEvents({ seed: 6 + round, eventsPerObject: [records] }, DAY, records)];
  const [first] = made;
  if (first === undefined) throw new Error('a log object has records');
  const all = made.map((event) => madeRecord(event));
  const last = all.at(-1);
  // Each round is about another actor: repeats within an hour would share an alert.
  all[all.length - 1] = {
    ...last,
    eventName: 'TheLastRecord',
    userIdentity: {
      type: 'IAMUser',
      arn: `arn:aws:iam::111122223333:user/round-${round}`,
      accountId: '111122223333',
      userName: `round-${round}`,
    },
  };
  return [first.receipt.key, gzipSync(JSON.stringify({ Records: all }))];
}
