import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { wireIngest } from '../lambda/ingest/wiring.ts';
import { readIngestEnvironment } from '../lambda/runtime/environment.ts';
import { DEFAULT_RULES } from '../local/deployment/default-rules.ts';
import { createClients } from '../local/deployment/local-clients.ts';
import { writeRuleSet } from '../local/deployment/local-rule-set.ts';
import { provision } from '../local/deployment/provision-resources.ts';
import { startEmbeddedAws } from '../local/emulators/embedded-aws.ts';
import { type Endpoints, endpointsSchema } from '../local/emulators/endpoints.ts';

const resultSchema = z.object({
  records: z.number(),
  indexed: z.number(),
  megabytes: z.number(),
  calls: z.number(),
  seconds: z.number(),
  peakMegabytes: z.number(),
});

export type LargeObjectRow = z.infer<typeof resultSchema>;

const RECORDS = 1_000_000;
const MEGABYTE = 1024 ** 2;
const KEY =
  'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T1405Z_largelargelarge0.json.gz';

/** The time of a call of the function, including the half minute at its end in which it no longer reads. */
const CALL_MILLISECONDS = 75_000;

/**
 * A gigabyte of a million records through the real handler, in a process of its own, as often as its deadline makes it
 * begin anew. Rows of events are serialized and then dropped; everything else goes to the embedded AWS.
 */
export async function benchLargeObject(): Promise<readonly LargeObjectRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-bench-'));
  try {
    const file = join(folder, 'object.json.gz');
    await pipeline(Readable.from(parts()), createGzip({ level: 1 }), createWriteStream(file));
    const aws = await startEmbeddedAws();
    try {
      return [await readInProcess(file, aws.endpoints)];
    } finally {
      await aws.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function* parts(): Generator<string> {
  const padding = 'x'.repeat(540);
  let part = '{"Records":[';
  for (let index = 0; index < RECORDS; index++) {
    part += `${index === 0 ? '' : ','}${JSON.stringify({
      eventVersion: '1.09',
      userIdentity: {
        type: 'IAMUser',
        arn: `arn:aws:iam::111122223333:user/u${index % 97}`,
        accountId: '111122223333',
      },
      eventTime: new Date(Date.UTC(2026, 10, 20) + index * 80).toISOString().replace(/\.\d+/, ''),
      eventSource: 'ec2.amazonaws.com',
      eventName: 'DescribeInstances',
      awsRegion: 'eu-west-1',
      sourceIPAddress: `203.0.113.${index % 250}`,
      userAgent: 'aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5',
      requestParameters: { instancesSet: { items: [{ instanceId: `i-${index}` }] }, note: padding },
      eventID: `99999999-8888-7777-6666-${String(index).padStart(12, '0')}`,
      readOnly: true,
      recipientAccountId: '111122223333',
    })}`;
    if (part.length > 65_536) {
      yield part;
      part = '';
    }
  }
  yield `${part}]}`;
}

/** A process of its own: memory that earlier work has taken isn't the function's. */
async function readInProcess(file: string, endpoints: Endpoints): Promise<LargeObjectRow> {
  const child = spawn(process.execPath, [import.meta.filename, file, JSON.stringify(endpoints)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  return resultSchema.parse(JSON.parse(output));
}

async function read(file: string, endpoints: Endpoints): Promise<LargeObjectRow> {
  const clients = createClients(endpoints);
  const rulesFile = join(file, '..', 'rules.json');
  await writeRuleSet(DEFAULT_RULES, rulesFile);
  const resources = await provision(clients, { deployment: 'bench', rulesFile });
  const { size } = await stat(file);
  clients.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (args) =>
        commandName === 'BatchWriteItemCommand' ? { output: { $metadata: {} }, response: {} } : next(args),
    { step: 'finalizeRequest', priority: 'low' },
  );
  clients.s3.middlewareStack.add(
    (next, { commandName }) =>
      async (args) =>
        commandName === 'GetObjectCommand'
          ? {
              output: {
                $metadata: {},
                Body: createReadStream(file),
                ContentLength: size,
                ETag: '"e"',
                LastModified: new Date(),
              },
              response: {},
            }
          : next(args),
    { step: 'initialize' },
  );
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  const handler = wireIngest({
    environment: readIngestEnvironment({ ...resources.variables.ingest, MAX_OBJECT_BYTES: String(2 * 1024 ** 3) }),
    ...clients,
    logger: new Logger({ serviceName: 'bench', logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'Bench', serviceName: 'bench' }),
  });
  const event = sqsEvent(JSON.stringify({ s3Bucket: resources.buckets.logs, s3ObjectKey: [KEY] }));
  const start = performance.now();
  let calls = 0;
  for (;;) {
    const end = performance.now() + CALL_MILLISECONDS;
    calls++;
    await handler(event, { getRemainingTimeInMillis: () => end - performance.now() });
    const { Items = [] } = await clients.dynamodb.send(new ScanCommand({ TableName: resources.tables.ledger }));
    const row = Items.find(({ status }) => status !== undefined);
    if (row?.closedAt === undefined && calls < 50) continue;
    const seconds = Math.round((performance.now() - start) / 1000);
    const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    clients.destroy();
    return {
      records: Number(row?.records?.N),
      indexed: Number(row?.indexed?.N),
      megabytes: Math.round(Number(row?.bytes?.N) / MEGABYTE),
      calls,
      seconds,
      peakMegabytes,
    };
  }
}

function sqsEvent(body: string) {
  const attributes = {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'bench',
    ApproximateFirstReceiveTimestamp: '0',
  };
  return {
    Records: [
      {
        messageId: '0',
        receiptHandle: 'r',
        body,
        attributes,
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:bench',
        awsRegion: 'us-east-1',
      },
    ],
  };
}

if (import.meta.main) {
  const [file = '', endpoints = ''] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await read(file, endpointsSchema.parse(JSON.parse(endpoints)))));
}
