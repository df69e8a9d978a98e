import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { parseRules } from '../../lambda/detection/index.ts';
import { wireIngest } from '../../lambda/ingest/wiring.ts';
import {
  readIngestEnvironment,
  readSweepEnvironment,
  readVerifyEnvironment,
} from '../../lambda/runtime/environment.ts';
import { wireSweep } from '../../lambda/sweep/wiring.ts';
import { wireVerify } from '../../lambda/verify/wiring.ts';
import { createTables } from '../../local/deployment/create-tables.ts';
import type { Clients } from '../../local/deployment/local-clients.ts';
import type { Resources } from '../../local/deployment/provision-resources.ts';
import { indexedEvents } from '../support/indexed-events.ts';
import { seedQuarantined } from '../support/quarantined.ts';
import { type ChaosClients, chaosClients } from './chaos-clients.ts';
import { type Gremlin, NO_FAULTS } from './faults.ts';
import type { Kind, KindBed } from './kind.ts';
import { named, normalized, quarantinedLines, type Snapshot, seenValues } from './snapshot.ts';
import { makeWorkload, RULES, type Workload } from './workload.ts';

export interface Aws {
  readonly clients: Clients;
  readonly resources: Resources;
}

export interface RunOptions {
  readonly gremlin?: Gremlin;
  /** Shuffles messages, doubles some of them and runs two functions at once; in order and one by one without it. */
  readonly random?: () => number;
  /** Trouble that is no fault of a call. */
  readonly kind?: Kind;
}

export interface RunResult {
  readonly snapshot: Snapshot;
  /** The calls that were made, by their sites. */
  readonly calls: ReadonlyMap<string, number>;
  /** How often an alert was received, by its kind and id. */
  readonly receipts: ReadonlyMap<string, number>;
  /** How often each message was published: by its topic, its kind and its alert, or by its text for people. */
  readonly deliveries: ReadonlyMap<string, number>;
  /** Bodies of objects that functions were given, and those of them that they never closed. */
  readonly bodies: { readonly opened: number; readonly left: number };
  /** The sums of the functions' metrics. */
  readonly metrics: ReadonlyMap<string, number>;
  /** What functions threw. */
  readonly errors: readonly string[];
}

interface Message {
  readonly queue: 'logs' | 'digests';
  readonly body: string;
  readonly visibleAt: number;
  receives: number;
}

/** After so many receives a message goes to the dead-letter queue. */
const MAX_RECEIVES = 5;

/** Five steps of half an hour: digests are checked again, windows close, leases run out. */
const STEPS = 6;
const STEP_MILLISECONDS = 31 * 60_000;

const DIGEST_QUEUE_URL = 'http://127.0.0.1/000000000000/digests';

/** One set of objects, over which the same workload can be run again and again, each time into tables of its own. */
export class World {
  readonly #aws: Aws;
  readonly #workload: Workload;
  readonly #rulesFile: string;
  readonly #start: Date;
  #runs = 0;

  private constructor(aws: Aws, workload: Workload, rulesFile: string, start: Date) {
    this.#aws = aws;
    this.#workload = workload;
    this.#rulesFile = rulesFile;
    this.#start = start;
  }

  /** Where it runs. */
  get aws(): Aws {
    return this.#aws;
  }

  static async create(aws: Aws): Promise<World> {
    // Objects are delivered now, which is ten minutes into the first hour.
    const start = new Date(Math.floor(Date.now() / 1000) * 1000 - 600_000);
    const workload = makeWorkload(aws.resources.buckets.logs, start);
    for (const { bucket: Bucket, key: Key, body: Body, metadata } of workload.files) {
      const Metadata = metadata && { ...metadata };
      await aws.clients.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...(Metadata && { Metadata }) }));
    }
    const { ruleSet, problems } = parseRules(RULES.map((text, index) => ({ file: `rule-${index}.yml`, text })));
    if (problems.length > 0) throw new Error(`A rule of the workload is broken: ${JSON.stringify(problems)}`);
    const rulesFile = join(await mkdtemp(join(tmpdir(), 'trailwarden-chaos-')), 'rules.json');
    await writeFile(rulesFile, JSON.stringify(ruleSet));
    return new World(aws, workload, rulesFile, start);
  }

  /** Runs the workload to its end, even if calls break: what fails is delivered again. */
  async run({ gremlin = NO_FAULTS, random, kind }: RunOptions = {}): Promise<RunResult> {
    const run = `run-${this.#runs++}`;
    const { clients, resources } = this.#aws;
    const tables = await createTables(clients.dynamodb, `${resources.deployment}-${run}`);
    const quarantine = `${resources.deployment}-${run}`;
    await clients.s3.send(new CreateBucketCommand({ Bucket: quarantine }));
    const copy = await seedQuarantined({
      clients,
      ledgerTable: tables.ledger,
      quarantineBucket: quarantine,
      object: { bucket: resources.buckets.logs, key: this.#workload.quarantined.key, version: 'v1' },
      deliveredAt: this.#start.toISOString(),
      records: this.#workload.quarantined.records,
    });
    const bed = new TestBed({
      copy,
      aws: this.#aws,
      workload: this.#workload,
      rulesFile: this.#rulesFile,
      start: this.#start,
      tables,
      quarantine,
      gremlin,
      ...(random && { random }),
      ...(kind && { kind }),
    });
    return bed.run();
  }
}

interface BedOptions extends RunOptions {
  readonly aws: Aws;
  readonly workload: Workload;
  readonly rulesFile: string;
  readonly start: Date;
  readonly tables: Awaited<ReturnType<typeof createTables>>;
  readonly quarantine: string;
  /** The key of the copy of records that are to be read again. */
  readonly copy: string;
  readonly gremlin: Gremlin;
}

type QueueFunction = (event: SQSEvent) => Promise<SQSBatchResponse>;

class TestBed {
  readonly #options: BedOptions;
  readonly #calls = new Map<string, number>();
  readonly #receipts = new Map<string, number>();
  readonly #deliveries = new Map<string, number>();
  readonly #deadLetters: string[] = [];
  readonly #errors: string[] = [];
  readonly #logger = new Logger({ serviceName: 'chaos', logLevel: 'SILENT' });
  readonly #metrics = new SilentMetrics({ namespace: 'Chaos', serviceName: 'chaos' });
  #messages: Message[] = [];
  #bodies = { opened: 0, left: 0 };
  #askedForTime = 0;
  #now: number;

  constructor(options: BedOptions) {
    this.#options = options;
    this.#now = options.start.getTime() - 60_000;
  }

  async run(): Promise<RunResult> {
    const { workload, start, random, quarantine, copy, kind } = this.#options;
    await kind?.prepare?.(this.#kindBed());
    await this.#sweep();
    this.#now = start.getTime() + 20 * 60_000;
    const redriven = JSON.stringify({ s3Bucket: quarantine, s3ObjectKey: [copy] });
    for (const body of [...workload.logMessages, redriven, ...workload.poison]) this.#send('logs', body, 0);
    if (random !== undefined) {
      const doubled = this.#messages.filter(() => random() < 0.3).map((message) => ({ ...message }));
      this.#messages = shuffled([...this.#messages, ...doubled], random);
    }
    await this.#drain();
    await this.#sweep();
    this.#now = start.getTime() + 3_600_000 + 20 * 60_000;
    for (const digest of workload.digestMessages) {
      this.#send('digests', digest, 0);
      await this.#drain();
      // Before the next digest comes, this one is checked again.
      this.#now += 50 * 60_000;
      await this.#drain();
      this.#now += 10 * 60_000;
    }
    for (let step = 0; step < STEPS; step++) {
      this.#now += STEP_MILLISECONDS;
      await this.#drain();
      await this.#sweep();
    }
    // What the last sweep left behind is the next one's.
    for (let last = 0; last < 3; last++) {
      this.#now += 5 * 60_000;
      await this.#drain();
      await this.#sweep();
    }
    return {
      snapshot: await this.#snapshot(),
      calls: this.#calls,
      receipts: this.#receipts,
      deliveries: this.#deliveries,
      bodies: this.#bodies,
      metrics: this.#metrics.sums,
      errors: this.#errors,
    };
  }

  #kindBed(): KindBed {
    const { aws, tables, start, workload } = this.#options;
    return {
      clients: aws.clients,
      documents: DynamoDBDocumentClient.from(aws.clients.dynamodb),
      tables,
      start,
      account: workload.trail.account,
      now: () => new Date(this.#now),
    };
  }

  #send(queue: Message['queue'], body: string, delaySeconds: number): void {
    this.#messages.push({ queue, body, visibleAt: this.#now + delaySeconds * 1000, receives: 0 });
  }

  /** Delivers what is visible until nothing is. */
  async #drain(): Promise<void> {
    const { random } = this.#options;
    for (;;) {
      const visible = this.#messages.filter(({ visibleAt }) => visibleAt <= this.#now);
      if (visible.length === 0) return;
      const batches = batchesOf(random === undefined ? visible : shuffled(visible, random));
      const taken = random === undefined ? batches.slice(0, 1) : batches.slice(0, 2);
      const all = new Set(taken.flat());
      this.#messages = this.#messages.filter((message) => !all.has(message));
      await Promise.all(taken.map((batch) => this.#deliver(batch)));
    }
  }

  async #deliver(batch: readonly Message[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    for (const message of batch) message.receives++;
    const failed = await this.#call(async (clients) => {
      const handler: QueueFunction = first.queue === 'logs' ? this.#ingest(clients) : this.#verify(clients);
      const { batchItemFailures } = await handler(sqsEvent(batch));
      return new Set(batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier)));
    });
    for (const [index, message] of batch.entries()) {
      // A function that died, or failed as a whole, gives back all of its messages.
      if (failed !== undefined && !failed.has(index)) continue;
      if (message.receives >= MAX_RECEIVES) this.#deadLetters.push(message.body);
      else this.#messages.push(message);
    }
  }

  async #sweep(): Promise<void> {
    await this.#call((clients) =>
      wireSweep({ environment: this.#sweepEnvironment(), ...this.#common(clients), s3: clients.s3 })(),
    );
  }

  /** Calls an instance of a function; undefined if it died or failed. */
  async #call<Result>(work: (clients: ChaosClients) => Promise<Result>): Promise<Result | undefined> {
    const { aws, gremlin, kind } = this.#options;
    const beforeCall = kind?.beforeCall;
    const clients = chaosClients({
      endpoints: aws.clients.endpoints,
      resources: aws.resources,
      gremlin,
      onCall: (site) => this.#calls.set(site, (this.#calls.get(site) ?? 0) + 1),
      ...(beforeCall && { beforeCall: (site: string) => beforeCall(this.#kindBed(), site) }),
      outbox: {
        published: (topicArn, message) => this.#receive(topicArn, message),
        sent: (queueUrl, body, delaySeconds) => {
          if (queueUrl.endsWith('-dead-letter')) this.#deadLetters.push(body);
          else this.#send(queueUrl === DIGEST_QUEUE_URL ? 'digests' : 'logs', body, delaySeconds);
        },
      },
    });
    let isKilled = false;
    try {
      const killed = clients.killed.then(() => {
        isKilled = true;
        return undefined;
      });
      return await Promise.race([work(clients), killed]);
    } catch (error) {
      this.#errors.push(String(error));
      return undefined;
    } finally {
      this.#bodies.opened += clients.bodies.opened;
      // What a killed function has left open goes with it.
      if (!isKilled) this.#bodies.left += await clients.bodies.left();
      clients.destroy();
    }
  }

  #receive(topicArn: string, message: string): void {
    const delivery = deliveryOf(topicArn, message, this.#options.aws.resources.deployment);
    this.#deliveries.set(delivery, (this.#deliveries.get(delivery) ?? 0) + 1);
    if (topicArn !== this.#options.aws.resources.topics.alerts) return;
    const { kind, alertId } = JSON.parse(message);
    const id = `${kind} ${alertId}`;
    this.#receipts.set(id, (this.#receipts.get(id) ?? 0) + 1);
  }

  #variables() {
    const { aws, tables, rulesFile, quarantine } = this.#options;
    return {
      ...aws.resources.variables.ingest,
      EVENTS_TABLE: tables.events,
      SEGMENTS_TABLE: tables.segments,
      FINDINGS_TABLE: tables.findings,
      ALERTS_TABLE: tables.alerts,
      SUPPRESSIONS_TABLE: tables.suppressions,
      LEDGER_TABLE: tables.ledger,
      CORRELATIONS_TABLE: tables.correlations,
      RULES_FILE: rulesFile,
      QUARANTINE_BUCKET: quarantine,
    };
  }

  #sweepEnvironment() {
    return readSweepEnvironment(this.#variables());
  }

  #common({ dynamodb, sns, sqs }: ChaosClients) {
    return { dynamodb, sns, sqs, logger: this.#logger, metrics: this.#metrics, now: () => new Date(this.#now) };
  }

  #ingest(clients: ChaosClients): QueueFunction {
    const { s3 } = clients;
    const environment = readIngestEnvironment(this.#variables());
    const ingest = wireIngest({ environment, ...this.#common(clients), s3 });
    // Every seventh time that it asks its time is nearly over: it notes the place, and another call goes on from there.
    return (event) => ingest(event, { getRemainingTimeInMillis: () => (++this.#askedForTime % 7 === 0 ? 0 : 300_000) });
  }

  #verify(clients: ChaosClients): QueueFunction {
    const { s3 } = clients;
    const environment = readVerifyEnvironment({
      ...this.#variables(),
      DIGEST_QUEUE_URL,
      DELIVERY_TOPIC_ARN: this.#options.aws.resources.topics.delivery,
      LOG_EXPIRE_DAYS: '1000',
    });
    const { trail } = this.#options.workload;
    const publicKeys = {
      list: (region: string) => clients.perform('ListPublicKeys', async () => [trail.key(region).publicKey]),
    };
    return wireVerify({ environment, ...this.#common(clients), s3, publicKeys });
  }

  async #snapshot(): Promise<Snapshot> {
    const { aws, tables, quarantine } = this.#options;
    const { dynamodb, s3 } = aws.clients;
    const documents = DynamoDBDocumentClient.from(dynamodb);
    const rows = async (TableName: string) => {
      const found: Record<string, unknown>[] = [];
      const pages = paginateScan({ client: documents }, { TableName, ConsistentRead: true });
      for await (const { Items = [] } of pages) found.push(...Items);
      return found;
    };
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: quarantine }));
    const bodies = await Promise.all(
      Contents.map(async ({ Key }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: quarantine, Key }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      }),
    );
    return {
      // Questions find these, whatever pages and segments they are in.
      events: normalized('events', (await indexedEvents(documents, tables.segments, new Date(this.#now))).map(asRow)),
      rows: normalized('rows', await rows(tables.events)),
      findings: normalized('findings', await rows(tables.findings)),
      alerts: normalized('alerts', await rows(tables.alerts)),
      ledger: normalized('ledger', await rows(tables.ledger)),
      seen: seenValues(await rows(tables.correlations)),
      quarantine: quarantinedLines(bodies),
      received: [...this.#receipts.keys()].toSorted(),
      deadLetters: [...new Set(this.#deadLetters.map(named))].toSorted(),
    };
  }
}

/** `alerts summary ID`, `high alert ID`: a message without what may differ between runs. */
function deliveryOf(topicArn: string, message: string, deployment: string): string {
  const topic = topicArn.split(':').at(-1)?.replace(`${deployment}-`, '') ?? topicArn;
  if (message.startsWith('{')) {
    const { kind, alertId } = JSON.parse(message);
    return `${topic} ${kind} ${alertId}`;
  }
  const kind = /^\d+ findings of this rule/.test(message) ? 'summary' : 'alert';
  return `${topic} ${kind} ${/^Alert ([0-9a-f]{32})/m.exec(message)?.[1]}`;
}

/** Batches as the event source mapping makes them: of one queue. */
function batchesOf(messages: readonly Message[]): readonly (readonly Message[])[] {
  const size = 3;
  const batches: Message[][] = [];
  for (const queue of ['logs', 'digests'] as const) {
    const own = messages.filter((message) => message.queue === queue);
    for (let start = 0; start < own.length; start += size) batches.push(own.slice(start, start + size));
  }
  return batches;
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

const asRow = (event: object): Readonly<Record<string, unknown>> => ({ ...event });

function sqsEvent(batch: readonly Message[]): SQSEvent {
  return {
    Records: batch.map(({ body, receives }, index) => ({
      messageId: String(index),
      receiptHandle: `handle-${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: '0',
        SenderId: 'chaos',
        ApproximateFirstReceiveTimestamp: '0',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:chaos',
      awsRegion: 'us-east-1',
    })),
  };
}

/** Metrics go to standard output as soon as they are published. */
class SilentMetrics extends Metrics {
  readonly sums = new Map<string, number>();

  override addMetric(...[name, unit, value, resolution]: Parameters<Metrics['addMetric']>): this {
    this.sums.set(name, (this.sums.get(name) ?? 0) + value);
    super.addMetric(name, unit, value, resolution);
    return this;
  }

  override publishStoredMetrics(): this {
    this.clearMetrics();
    return this;
  }
}
